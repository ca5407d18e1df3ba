"""The gate in front of the asset upload: how many tries run at once, and from when on."""

import pytest

from fakes.api import FakeTime, make_retrier
from workers_deploy.api.assets.parallel_buckets import Gate, StoppedError
from workers_deploy.api.http.failure import Failure, Kind

STRUGGLING = Failure(request="POST assets/upload", kind=Kind.SERVER, problem="503", short="503")
BUSY = Failure(request="POST assets/upload", kind=Kind.BUSY, problem="409", short="409")


@pytest.fixture
def time():
    return FakeTime()


@pytest.fixture
def gate(time):
    return Gate(make_retrier(time))


def free_slots(gate):
    """Return how many tries the gate lets in at once."""
    return gate._limit


def test_eight_tries_run_at_once(gate):
    assert free_slots(gate) == 8


def test_after_a_failure_one_runs_and_each_success_lets_one_more_in(gate):
    gate.slow_down(STRUGGLING, 0.0)

    counts = [free_slots(gate)]
    for _ in range(8):
        with gate.slot():
            pass
        counts.append(free_slots(gate))

    assert counts == [1, 2, 3, 4, 5, 6, 7, 8, 8]


def test_a_failure_that_is_no_sign_of_load_closes_nothing(gate):
    gate.slow_down(BUSY, 9.0)

    assert free_slots(gate) == 8


def test_nothing_is_sent_before_the_longest_wait_is_over(gate, time):
    gate.slow_down(STRUGGLING, 7.0)
    gate.slow_down(STRUGGLING, 3.0)

    with gate.slot():
        began = time.now

    assert began == 1007.0


def test_a_wait_that_was_cancelled_gives_its_place_back(gate, time):
    gate.slow_down(STRUGGLING, 7.0)
    time.is_cancelled = True
    with pytest.raises(Exception, match="cancelled"), gate.slot():
        raise AssertionError

    time.is_cancelled = False
    with gate.slot():
        pass


def test_once_stopped_it_lets_nothing_in_and_ends_what_would_wait(gate):
    gate.stop()

    with pytest.raises(StoppedError), gate.slot():
        raise AssertionError
    with pytest.raises(StoppedError):
        gate.slow_down(STRUGGLING, 1.0)
