import json

import pytest

from workers_deploy.ci.pull_request import PullRequest, read_pull_request

HEAD = "a" * 40


@pytest.fixture
def env_of(tmp_path):
    def write(event, **more):
        file = tmp_path / "event.json"
        file.write_text(event if isinstance(event, str) else json.dumps(event), encoding="utf-8")
        return {"GITHUB_EVENT_PATH": str(file), **more}

    return write


def test_a_pull_request_event_tells_number_and_head(env_of):
    env = env_of({"pull_request": {"number": 7, "head": {"sha": HEAD}}})

    assert read_pull_request(env) == PullRequest(number=7, head=HEAD)


@pytest.mark.parametrize("head", [None, {}, {"sha": None}])
def test_a_pull_request_without_a_head_is_one_all_the_same(env_of, head):
    env = env_of({"pull_request": {"number": 7, "head": head}})

    assert read_pull_request(env) == PullRequest(number=7)


def test_a_comment_on_a_pull_request_belongs_to_it(env_of):
    event = {"issue": {"number": 9, "pull_request": {"url": "x"}}}

    assert read_pull_request(env_of(event)) == PullRequest(number=9)


@pytest.mark.parametrize(
    "event", [{}, {"issue": {"number": 9}}, {"pull_request": {"number": "7"}}, [1], "no JSON", ""]
)
def test_other_events_belong_to_none(env_of, event):
    assert read_pull_request(env_of(event)) is None


def test_a_run_without_an_event_file_belongs_to_none():
    assert read_pull_request({}) is None


@pytest.mark.parametrize(
    ("ref", "number"),
    [("refs/pull/12/merge", 12), ("refs/pull/12/head", 12), ("refs/heads/main", None)],
)
def test_the_ref_of_a_merge_names_the_pull_request(env_of, ref, number):
    found = read_pull_request(env_of({}, GITHUB_REF=ref))

    assert (found and found.number) == number
