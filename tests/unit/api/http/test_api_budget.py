"""The rate budget: what is left, and how the run slows down before it is shut out."""

import pytest

from fakes.api import Cloudflare, FakeTime, client_of, good
from workers_deploy.api.http.rate_budget import Budget, Left, left_of


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"ratelimit": '"default";r=50;t=30'}, Left(requests=50, seconds=30)),
        ({"ratelimit": '"default";r=50;t=30, "burst";r=2;t=9'}, Left(requests=2, seconds=9)),
        (
            {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "12"},
            Left(requests=7, seconds=12),
        ),
        ({"ratelimit": '"default";r=x;t=30'}, None),
        ({"ratelimit": '"default"'}, None),
        ({"ratelimit": f'"default";r=1;t={"9" * 400}'}, None),
        ({"x-ratelimit-remaining": "9" * 5000, "x-ratelimit-reset": "1"}, None),
        ({}, None),
    ],
)
def test_what_is_left_is_read_from_either_kind_of_header(headers, left):
    assert left_of(headers) == left


def test_plenty_means_no_pause():
    budget = Budget(lambda: 0.0)

    budget.note({"ratelimit": '"default";r=1199;t=300'})

    assert budget.pause() == 0.0


@pytest.mark.parametrize(("remaining", "seconds"), [(5, 10.0), (2, 20.0), (0, 61.0)])
def test_the_little_that_is_left_is_spread_over_the_time(remaining, seconds):
    budget = Budget(lambda: 0.0)

    budget.note({"ratelimit": f'"default";r={remaining};t=60'})

    assert budget.pause() == seconds


def test_requests_at_once_do_not_use_the_same_little_twice():
    budget = Budget(lambda: 0.0)
    budget.note({"ratelimit": '"default";r=7;t=60'})

    pauses = [budget.pause() for _ in range(9)]

    assert pauses == [0.0, 0.0, 10.0, 12.0, 15.0, 20.0, 30.0, 61.0, 61.0]


def test_after_the_reset_there_is_no_pause():
    time = FakeTime()
    budget = Budget(time.clock)
    budget.note({"ratelimit": '"default";r=0;t=60'})

    time.sleep(61)

    assert budget.pause() == 0.0


def test_an_answer_that_says_nothing_changes_nothing():
    budget = Budget(lambda: 0.0)
    budget.note({"ratelimit": '"default";r=0;t=60'})

    budget.note({})

    assert budget.pause() == 61.0


def read_twice(time, told, **changes):
    cloudflare = Cloudflare()
    first = good([])
    first.headers["Ratelimit"] = '"default";r=1;t=60'
    cloudflare.on("GET /accounts", first, good([]))
    with client_of(cloudflare, time, told=told, **changes) as client:
        client.list_accounts()
        client.list_accounts()


def test_the_run_waits_before_it_is_shut_out_and_says_so():
    time, told = FakeTime(), []

    read_twice(time, told)

    assert time.slept == [30.0]
    assert told == ["GET accounts: few requests are left to this token, waiting 30.0 s"]


def test_a_run_without_time_to_wait_goes_ahead():
    time, told = FakeTime(), []

    read_twice(time, told, seconds=5.0)

    assert (time.slept, told) == ([], [])


def test_requests_that_are_under_way_count_as_used():
    budget = Budget(lambda: 0.0)
    budget.pause()
    budget.pause()
    budget.note({"ratelimit": '"default";r=1;t=30'})
    budget.end()

    assert budget.pause() == 31.0, "the other request takes the one that is left"
