"""The retry policy: which failures pass, how often it tries and how long it waits."""

import random

import pytest

from fakes.api import FakeTime, make_retrier
from fakes.sending import Sender, failed
from workers_deploy.api.http.failure import Kind
from workers_deploy.api.http.request_log import Journal
from workers_deploy.api.http.retry import wait_before_next
from workers_deploy.core.outcome import Try
from workers_deploy.errors import CancelledError, RefusedError, UnansweredError


@pytest.fixture
def time():
    return FakeTime()


def test_a_request_that_passes_is_sent_once_and_nothing_is_told(time):
    told = []
    send = Sender()
    retrier = make_retrier(time, told=told)

    assert retrier.call("POST versions", send) == "sent"

    assert (send.count, told, time.slept) == (1, [], [])
    assert retrier.journal.since(Journal().mark()).tries == ()


@pytest.mark.parametrize(
    "kind", [Kind.UNSENT, Kind.LOST, Kind.SERVER, Kind.MALFORMED, Kind.BUSY, Kind.STARTUP]
)
def test_failures_that_may_pass_are_tried_again_after_one_then_two_seconds(time, kind):
    send = Sender(failed(kind), failed(kind))

    assert make_retrier(time).call("POST versions", send) == "sent"

    assert time.slept == [1.0, 2.0]


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.UNTRUSTED, Kind.LAGGING])
def test_failures_that_will_not_pass_are_final_at_once(time, kind):
    send = Sender(failed(kind, code=10085))

    with pytest.raises((RefusedError, UnansweredError)):
        make_retrier(time).call("POST versions", send)

    assert (send.count, time.slept) == (1, [])


def test_not_found_passes_where_the_thing_was_just_made(time):
    send = Sender(failed(Kind.LAGGING, code=100146))

    assert make_retrier(time).call("POST deployments", send, lags=True) == "sent"


def test_waits_double_up_to_sixteen_seconds(time):
    send = Sender(*(failed() for _ in range(6)))

    make_retrier(time, max_attempts=7).call("POST versions", send)

    assert time.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 16.0]


def test_jitter_only_lengthens_a_wait_and_by_half_at_most():
    rng = random.Random(7)

    waits = [wait_before_next(failed().failure, tries=3, rng=rng) for _ in range(200)]

    assert 4.0 <= min(waits) < 4.3
    assert 5.7 < max(waits) <= 6.0


@pytest.mark.parametrize(
    ("retry_after", "expected"), [(None, 4.0), (0.0, 1.0), (17.0, 17.0), (3600.0, 300.0)]
)
def test_a_throttled_request_waits_as_it_was_told_within_one_second_and_five_minutes(
    time, retry_after, expected
):
    send = Sender(failed(Kind.THROTTLED, status=429, retry_after=retry_after))

    make_retrier(time).call("POST versions", send)

    assert time.slept == [expected]


def test_throttled_jobs_start_again_within_a_second_of_each_other():
    failure, rng = failed(Kind.THROTTLED).failure, random.Random(7)

    waits = [wait_before_next(failure, tries=1, rng=rng) for _ in range(200)]

    assert 4.0 <= min(waits) < 4.1
    assert 4.9 < max(waits) <= 5.0


def test_without_a_word_how_long_the_five_minutes_of_a_block_are_waited_for(time):
    send = Sender(*(failed(Kind.THROTTLED, status=429) for _ in range(5)))

    make_retrier(time, max_attempts=6).call("POST versions", send)

    assert time.slept == [4.0, 16.0, 64.0, 256.0, 300.0]


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.SERVER])
@pytest.mark.parametrize("retry_after", [299.9, 300.0, 3000.0])
def test_no_wait_is_longer_than_five_minutes_jitter_included(kind, retry_after):
    failure, rng = failed(kind, retry_after=retry_after).failure, random.Random(7)

    waits = {wait_before_next(failure, tries=1, rng=rng) for _ in range(50)}

    assert max(waits) == 300.0


def test_retry_after_counts_on_other_failures_too(time):
    send = Sender(failed(Kind.SERVER, status=503, retry_after=9.0))

    make_retrier(time).call("POST versions", send)

    assert time.slept == [9.0]


def test_it_gives_up_after_as_many_tries_as_allowed_and_says_what_came(time):
    send = Sender(*(failed(status=503) for _ in range(4)), failed(status=502))

    with pytest.raises(UnansweredError) as caught:
        make_retrier(time).call("POST versions", send)

    assert send.count == 5
    assert caught.value.message == (
        "POST versions: no answer after 5 tries in 15 s (503 \N{MULTIPLICATION SIGN}4, 502)"
    )
    assert (caught.value.status, caught.value.ray_id) == (502, "ray-1")


def test_the_start_up_limit_is_tried_three_times_in_all(time):
    failures = [failed(Kind.STARTUP, code=10021, text="CPU") for _ in range(5)]
    send = Sender(*failures)

    told = []
    with pytest.raises(RefusedError) as caught:
        make_retrier(time, told=told).call("POST versions", send)

    assert send.count == 3
    assert told[-1].endswith("(try 3 of 3)")
    assert caught.value.code == 10021


def test_no_wait_is_begun_that_would_end_past_the_deadline(time):
    send = Sender(failed(Kind.THROTTLED, status=429, retry_after=60.0))

    with pytest.raises(UnansweredError, match="POST versions: still throttled after 1 try"):
        make_retrier(time, seconds=30).call("POST versions", send)

    assert time.slept == []


def test_a_wait_that_would_end_at_the_deadline_leaves_no_time_to_send(time):
    with pytest.raises(UnansweredError):
        make_retrier(time, seconds=1.0).call("POST versions", Sender(failed()))

    assert time.slept == []


@pytest.mark.parametrize(("attempts", "tries"), [(5, 2), (2, 2), (1, 1)])
def test_what_can_be_done_without_is_tried_twice_at_most(time, attempts, tries):
    retrier = make_retrier(time, max_attempts=attempts)
    send = Sender(*(failed() for _ in range(5)))

    with pytest.raises(UnansweredError):
        retrier.briefly(60.0).call("GET zones", send)

    assert send.count == tries
    assert retrier.max_attempts == attempts


@pytest.mark.parametrize(("run", "brief", "left"), [(900, 60, 60), (30, 60, 30)])
def test_what_can_be_done_without_gets_some_seconds_of_those_that_the_run_has(
    time, run, brief, left
):
    retrier = make_retrier(time, seconds=run)

    assert retrier.briefly(brief).remaining() == left
    assert retrier.remaining() == run


def test_tries_that_the_deadline_ends_name_it_and_the_wait_that_was_asked_for(time):
    send = Sender(
        failed(status=503, retry_after=3.0), failed(Kind.THROTTLED, status=429, retry_after=60.0)
    )

    with pytest.raises(UnansweredError) as caught:
        make_retrier(time, seconds=30).call("POST versions", send)

    assert caught.value.message.endswith(
        "; the deadline left no time for try 3 of 5, and Retry-After asks for 60 s"
    )
    assert "Raise `deadline`" in (caught.value.hint or "")


def test_tries_that_their_number_ends_do_not_name_the_deadline(time):
    with pytest.raises(UnansweredError) as caught:
        make_retrier(time, max_attempts=1, seconds=0.5).call("POST versions", Sender(failed()))

    assert "deadline" not in caught.value.message
    assert "deadline" not in (caught.value.hint or "")


def test_nothing_is_sent_after_the_deadline(time):
    send = Sender()

    with pytest.raises(UnansweredError, match="not sent, the run's deadline has passed"):
        make_retrier(time, seconds=0).call("POST versions", send)

    assert send.count == 0


def test_each_wait_is_told_in_one_line_and_kept_in_the_journal(time):
    told = []
    retrier = make_retrier(time, told=told)
    mark = retrier.journal.mark()

    retrier.call("POST versions", Sender(failed(status=502)))

    assert told == ["POST versions: 502 from Cloudflare, waiting 1.0 s (try 2 of 5)"]
    passage = retrier.journal.since(mark)
    assert passage.requests == 2
    assert passage.tries == (
        Try(request="POST versions", problem="502 from Cloudflare", waited=1.0),
    )


def test_the_last_try_stands_in_the_journal_without_a_wait(time):
    retrier = make_retrier(time, max_attempts=2)

    with pytest.raises(UnansweredError):
        retrier.call("POST versions", Sender(failed(), failed()))

    assert [t.waited for t in retrier.journal.since(Journal().mark()).tries] == [1.0, 0.0]


def test_a_refusal_is_no_failed_try(time):
    retrier = make_retrier(time)

    with pytest.raises(RefusedError):
        retrier.call("DELETE secrets/A", Sender(failed(Kind.REFUSED, code=10056)))

    assert retrier.journal.since(Journal().mark()).tries == ()


def test_cancelling_ends_a_wait_at_once_and_tells_nothing_more(time):
    told = []

    def cancel():
        time.is_cancelled = True

    with pytest.raises(CancelledError):
        make_retrier(time, told=told).call("POST versions", Sender(failed(), on_send=cancel))

    assert (told, time.slept) == ([], [])


@pytest.mark.parametrize(
    ("kind", "ending"), [(Kind.LOST, CancelledError), (Kind.REFUSED, RefusedError)]
)
def test_a_signal_is_why_a_last_try_was_lost_and_not_why_it_was_refused(time, kind, ending):
    def cancel():
        time.is_cancelled = True

    with pytest.raises(ending):
        make_retrier(time, max_attempts=1).call(
            "POST versions", Sender(failed(kind), on_send=cancel)
        )


def test_who_listens_hears_of_each_failure_and_its_wait(time):
    heard = []

    make_retrier(time).call(
        "POST assets/upload",
        Sender(failed(status=503)),
        on_failure=lambda failure, waited: heard.append((failure.status, waited)),
    )

    assert heard == [(503, 1.0)]


def test_a_bug_is_not_a_failed_request(time):
    def send():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_retrier(time).call("POST versions", send)

    assert time.slept == []
