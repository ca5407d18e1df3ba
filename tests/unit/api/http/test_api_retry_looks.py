"""What the retry policy looks for before it sends again a request whose answer was lost."""

import pytest

from fakes.api import FakeTime, make_retrier
from fakes.sending import Sender, failed
from workers_deploy.api.http.failure import Kind
from workers_deploy.errors import RefusedError, UnansweredError


@pytest.fixture
def time():
    return FakeTime()


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.SERVER, Kind.MALFORMED])
def test_a_lost_answer_is_looked_for_before_the_request_is_sent_again(time, kind):
    told = []
    send = Sender(failed(kind))

    found = make_retrier(time, told=told).call("POST versions", send, look=lambda: "found")

    assert (found, send.count) == ("found", 1)
    assert told[-1] == "POST versions: its answer was lost, but it was carried out"


def test_what_was_not_taken_is_sent_again(time):
    send = Sender(failed(Kind.LOST))

    assert make_retrier(time).call("POST versions", send, look=lambda: None) == "sent"

    assert send.count == 2


@pytest.mark.parametrize("kind", [Kind.UNSENT, Kind.THROTTLED, Kind.BUSY])
def test_a_request_that_cannot_have_been_taken_is_not_looked_for(time, kind):
    looks = []

    make_retrier(time).call("POST versions", Sender(failed(kind)), look=lambda: looks.append(1))

    assert looks == []


def test_after_the_last_try_it_is_looked_for_once_more(time):
    answers = [None, "found"]
    send = Sender(failed(), failed())

    found = make_retrier(time, max_attempts=2).call(
        "POST versions", send, look=lambda: answers.pop(0)
    )

    assert (found, send.count, answers) == ("found", 2, [])


@pytest.mark.parametrize(("left", "looks"), [(0.5, 1), (0.0, 0), (-1.0, 0)])
def test_it_is_looked_for_as_long_as_the_deadline_has_not_passed(time, left, looks):
    looked = []

    def pass_time():
        time.now = retrier.deadline - left

    retrier = make_retrier(time)
    with pytest.raises(UnansweredError):
        retrier.call(
            "POST versions",
            Sender(failed(Kind.LOST), on_send=pass_time),
            look=lambda: looked.append("a look"),
        )

    assert len(looked) == looks


def test_a_request_that_was_refused_at_once_is_not_looked_for(time):
    looked = []

    with pytest.raises(RefusedError):
        make_retrier(time).call(
            "POST versions", Sender(failed(Kind.REFUSED)), look=lambda: looked.append("a look")
        )

    assert looked == []


def test_a_refusal_after_a_lost_answer_is_looked_for_too(time):
    """The first try was taken; the second is refused because of that."""
    answers = [None, "found"]
    send = Sender(failed(Kind.LOST), failed(Kind.REFUSED, code=10074))

    assert make_retrier(time).call("PUT scripts/a", send, look=lambda: answers.pop(0)) == "found"


def test_a_look_that_fails_too_ends_the_request_without_sending_it_again(time):
    send = Sender(failed(Kind.LOST), failed(Kind.LOST))

    def look():
        raise UnansweredError("GET versions: no answer after 5 tries", request="GET versions")

    with pytest.raises(UnansweredError) as caught:
        make_retrier(time).call("POST versions", send, look=look)

    assert send.count == 1
    assert caught.value.request == "POST versions"
    assert "could not be read either" in caught.value.message
