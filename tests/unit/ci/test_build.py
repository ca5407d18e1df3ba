"""What each CI system says of a build, in the values that its documentation shows."""

import pytest

from workers_deploy.ci.build import read_build
from workers_deploy.ci.fork import is_from_fork
from workers_deploy.ci.links import commits_url, run_url
from workers_deploy.ci.origin import preview_alias, read_origin

GITHUB = "https://github.com/acme/shop"
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/",
    "SYSTEM_TEAMPROJECT": "Web shop",
    "BUILD_BUILDID": "17",
    "BUILD_REPOSITORY_URI": "https://acme@dev.azure.com/acme/Web%20shop/_git/shop",
}
BUILDKITE = {
    "BUILDKITE": "true",
    "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/shop/builds/17",
    "BUILDKITE_JOB_ID": "0190-ab",
    "BUILDKITE_REPO": "git@github.com:acme/shop.git",
    "BUILDKITE_PULL_REQUEST": "false",
}
CIRCLECI = {
    "CIRCLECI": "true",
    "CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/shop/17",
    "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git",
}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "17",
    "BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/acme/shop",
}
WOODPECKER = {
    "CI": "woodpecker",
    "CI_STEP_URL": "https://ci.codeberg.org/repos/1/pipeline/17/4",
    "CI_PIPELINE_URL": "https://ci.codeberg.org/repos/1/pipeline/17",
    "CI_REPO_URL": "https://git.example.com/acme/shop",
    "CI_FORGE_TYPE": "forgejo",
    "CI_PIPELINE_FORGE_URL": "https://git.example.com/acme/shop/pulls/5",
}
DRONE = {
    "DRONE": "true",
    "DRONE_BUILD_LINK": "https://drone.example.com/acme/shop/17",
    "DRONE_REPO_LINK": GITHUB,
}
JENKINS = {
    "JENKINS_URL": "https://ci.example.com/",
    "BUILD_URL": "https://ci.example.com/job/shop/17/",
    "GIT_URL": f"{GITHUB}.git",
}
TEAMCITY = {
    "TEAMCITY_VERSION": "2026.1",
    "BUILD_URL": "https://tc.example.com/build/17",
}


@pytest.mark.parametrize(
    ("env", "run", "commits"),
    [
        (
            AZURE,
            "https://dev.azure.com/acme/Web%20shop/_build/results?buildId=17",
            "https://dev.azure.com/acme/Web%20shop/_git/shop/commit/",
        ),
        (BUILDKITE, "https://buildkite.com/acme/shop/builds/17#0190-ab", f"{GITHUB}/commit/"),
        (CIRCLECI, "https://circleci.com/gh/acme/shop/17", f"{GITHUB}/commit/"),
        (
            BITBUCKET,
            "http://bitbucket.org/acme/shop/pipelines/results/17",
            "http://bitbucket.org/acme/shop/commits/",
        ),
        (
            WOODPECKER,
            "https://ci.codeberg.org/repos/1/pipeline/17/4",
            "https://git.example.com/acme/shop/commit/",
        ),
        (DRONE, "https://drone.example.com/acme/shop/17", f"{GITHUB}/commit/"),
        (JENKINS, "https://ci.example.com/job/shop/17/", f"{GITHUB}/commit/"),
        (TEAMCITY, "https://tc.example.com/build/17", None),
    ],
    ids=["azure", "buildkite", "circleci", "bitbucket", "woodpecker", "drone", "jenkins", "tc"],
)
def test_a_push_has_links_to_its_run_and_its_commits(env, run, commits):
    assert run_url(env) == run
    assert commits_url(env) == commits
    assert read_origin(env).pull_request is None
    assert not is_from_fork(env)


@pytest.mark.parametrize(
    ("env", "url"),
    [
        (
            AZURE | {"SYSTEM_PULLREQUEST_PULLREQUESTID": "5"},
            "https://dev.azure.com/acme/Web%20shop/_git/shop/pullrequest/5",
        ),
        (
            AZURE
            | {
                "BUILD_REPOSITORY_URI": GITHUB,
                "SYSTEM_PULLREQUEST_PULLREQUESTID": "90001",
                "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "5",
            },
            f"{GITHUB}/pull/5",
        ),
        (BUILDKITE | {"BUILDKITE_PULL_REQUEST": "5"}, f"{GITHUB}/pull/5"),
        (CIRCLECI | {"CIRCLE_PULL_REQUEST": f"{GITHUB}/pull/5"}, f"{GITHUB}/pull/5"),
        (BITBUCKET | {"BITBUCKET_PR_ID": "5"}, "http://bitbucket.org/acme/shop/pull-requests/5"),
        (
            WOODPECKER | {"CI_COMMIT_PULL_REQUEST": "5"},
            "https://git.example.com/acme/shop/pulls/5",
        ),
        (DRONE | {"DRONE_PULL_REQUEST": "5"}, f"{GITHUB}/pull/5"),
        (JENKINS | {"CHANGE_ID": "5", "CHANGE_URL": f"{GITHUB}/pull/5"}, f"{GITHUB}/pull/5"),
    ],
    ids=["azure", "azure-github", "buildkite", "circleci", "bitbucket", "wp", "drone", "jenkins"],
)
def test_a_pull_request_is_known_with_its_page_and_an_alias(env, url):
    origin = read_origin(env)

    assert (origin.pull_request, origin.pull_request_url) == ("5", url)
    assert preview_alias(env, origin) == "pr-5"
    assert not is_from_fork(env)


@pytest.mark.parametrize(
    "env",
    [
        AZURE | {"SYSTEM_PULLREQUEST_ISFORK": "True"},
        BUILDKITE | {"BUILDKITE_PULL_REQUEST_REPO": "git://github.com/eve/shop.git"},
        BUILDKITE | {"BUILDKITE_PULL_REQUEST_REPO": "https://github.com/eve/shop.git"},
        CIRCLECI | {"CIRCLE_PR_NUMBER": "5"},
        JENKINS | {"CHANGE_FORK": "eve"},
    ],
)
def test_a_pull_request_from_a_fork_is_one(env):
    assert is_from_fork(env)


def test_the_repository_itself_is_no_fork_however_its_url_is_written():
    own = BUILDKITE | {"BUILDKITE_PULL_REQUEST_REPO": "https://github.com/acme/shop"}

    assert not is_from_fork(own)


def test_a_forge_on_a_host_of_its_own_gets_no_guessed_links():
    env = BUILDKITE | {"BUILDKITE_REPO": "git@git.example.com:acme/shop.git"}

    build = read_build(env | {"BUILDKITE_PULL_REQUEST": "5"})

    assert (build.pull_request, build.commits_url, build.pull_request_url) == ("5", None, None)
