import pytest

from workers_deploy.ci.system import System, system_of


@pytest.mark.parametrize(
    ("env", "system"),
    [
        ({}, None),
        ({"CI": ""}, None),
        ({"CI": "false"}, None),
        ({"CI": "true"}, System.OTHER),
        ({"CI": "true", "GITHUB_ACTIONS": "true"}, System.GITHUB),
        ({"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true"}, System.GITHUB),
        ({"GITHUB_ACTIONS": "true", "FORGEJO_ACTIONS": "true"}, System.GITHUB),
        ({"GITHUB_ACTIONS": "false"}, None),
        ({"GITLAB_CI": "true", "CI": "true"}, System.GITLAB),
        ({"TF_BUILD": "True"}, System.AZURE),
        ({"BUILDKITE": "true"}, System.BUILDKITE),
        ({"CIRCLECI": "true"}, System.CIRCLECI),
        ({"BITBUCKET_BUILD_NUMBER": "7"}, System.BITBUCKET),
        ({"CI": "woodpecker"}, System.WOODPECKER),
        ({"CI": "woodpecker", "DRONE": "true"}, System.WOODPECKER),
        ({"CI": "true", "DRONE": "true"}, System.DRONE),
        ({"JENKINS_URL": "https://ci.example.com/"}, System.JENKINS),
        ({"TEAMCITY_VERSION": "2026.1"}, System.TEAMCITY),
    ],
)
def test_a_system_is_known_by_the_variables_that_it_documents(env, system):
    assert system_of(env) is system
