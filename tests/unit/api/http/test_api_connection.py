"""The connection: where it sends, what it never tells, how it fails."""

import gzip
import logging
import socket
import threading
import traceback

import httpx
import pytest

from fakes.api import (
    ACCOUNT,
    TOKEN,
    Cloudflare,
    FakeTime,
    bad,
    client_of,
    good,
    http_answer,
    make_retrier,
    raw_server,
    read_request,
)
from fakes.patience import PATIENCE
from workers_deploy import __version__
from workers_deploy.api.http.answer import Call
from workers_deploy.api.http.body import BytesBody
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.failure import Kind, RequestFailedError
from workers_deploy.errors import UnansweredError

GET = Call(method="GET", path="/x", label="GET x")
POST = Call(method="POST", path="/x", label="POST x", body=BytesBody(b"s3cr3t-body", "a/b"))
OK = http_answer("200 OK", b'{"success":true,"result":1}')


@pytest.fixture
def connect():
    opened = []

    def connect(url, **changes):
        settings = {"base_url": url, "token": TOKEN, "request_timeout": PATIENCE, **changes}
        opened.append(Connection(**settings))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def failure_of(connection, call=GET, *, until=float("inf")):
    with pytest.raises(RequestFailedError) as caught:
        connection.send(call, until=until)
    return caught.value.failure


def test_each_request_has_the_token_and_says_who_asks():
    cloudflare = Cloudflare()
    cloudflare.on("GET /accounts", good([]))
    with client_of(cloudflare, FakeTime()) as client:
        client.list_accounts()

    headers = cloudflare.requests[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["user-agent"] == f"workers-deploy/{__version__}"


def test_a_redirect_is_not_followed_so_that_the_token_goes_nowhere_else():
    cloudflare = Cloudflare()
    cloudflare.on("GET /accounts", httpx.Response(307, headers={"location": "https://evil/"}))
    with client_of(cloudflare, FakeTime()) as client, pytest.raises(Exception, match="redirect"):
        client.list_accounts()

    assert len(cloudflare.requests) == 1


def test_a_body_goes_out_whole_with_its_length_and_never_chunked(connect):
    seen = []

    def answer(link):
        seen.append(read_request(link))
        link.sendall(OK)

    with raw_server(answer) as url:
        connect(url).send(POST, until=float("inf"))

    head, body = seen[0]
    assert "content-length: 11" in head.lower()
    assert "transfer-encoding" not in head.lower()
    assert body == b"s3cr3t-body"


def test_a_compressed_answer_is_read(connect):
    packed = gzip.compress(b'{"success":true,"result":[1]}')

    def answer(link):
        read_request(link)
        link.sendall(http_answer("200 OK", packed, ["Content-Encoding: gzip"]))

    with raw_server(answer) as url:
        assert connect(url).send(GET, until=float("inf")).result == [1]


def test_a_broken_encoding_is_a_lost_answer(connect):
    def answer(link):
        read_request(link)
        link.sendall(http_answer("200 OK", b"not gzip", ["Content-Encoding: gzip"]))

    with raw_server(answer) as url:
        assert failure_of(connect(url)).kind is Kind.LOST


def test_no_listener_means_that_nothing_was_sent(connect):
    with raw_server(lambda _: None) as url:
        pass

    failure = failure_of(connect(url))

    assert failure.kind is Kind.UNSENT
    assert "refused" in failure.problem


def test_an_untrusted_certificate_is_told_as_such(connect):
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")

    def refuse(request):
        raise error

    failure = failure_of(connect("https://x.example", transport=httpx.MockTransport(refuse)))

    assert failure.kind is Kind.UNTRUSTED


@pytest.mark.parametrize(
    ("error", "kind", "problem"),
    [
        (httpx.ConnectTimeout("x"), Kind.UNSENT, "no connection in 5 s"),
        (httpx.ReadTimeout("x"), Kind.LOST, "no answer in 5 s"),
        (httpx.WriteTimeout("x"), Kind.LOST, "no answer in 5 s"),
        (httpx.ReadError("x"), Kind.LOST, "the connection broke before the answer came"),
        (httpx.ConnectError(""), Kind.UNSENT, "no connection"),
        (httpx.ProxyError("407 no"), Kind.UNSENT, "no connection (407 no)"),
    ],
)
def test_transport_failures_are_told_apart_by_whether_it_may_have_arrived(
    connect, error, kind, problem
):
    def fail(request):
        raise error

    transport = httpx.MockTransport(fail)
    connection = connect("https://x.example", transport=transport, request_timeout=5.0)
    failure = failure_of(connection, POST)

    assert (failure.kind, failure.problem) == (kind, problem)


def test_a_reset_after_the_request_is_a_lost_answer(connect):
    with raw_server(read_request) as url:
        assert failure_of(connect(url), POST).kind is Kind.LOST


def test_silence_is_given_up_after_the_request_timeout(connect):
    done = threading.Event()

    def hang(link):
        read_request(link)
        done.wait(PATIENCE)

    with raw_server(hang) as url:
        failure = failure_of(connect(url, request_timeout=0.05), POST)
        done.set()

    assert (failure.kind, failure.short) == (Kind.LOST, "time-out")


def test_an_answer_that_drips_past_the_deadline_is_given_up(connect):
    clock = iter([0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    cloudflare = httpx.MockTransport(
        lambda _: httpx.Response(200, stream=Drip([b'{"success"', b":true}", b" "]))
    )
    connection = connect("https://x.example", transport=cloudflare, clock=lambda: next(clock))

    assert failure_of(connection, until=1.5).short == "deadline"


def test_a_body_that_takes_past_the_deadline_is_given_up(connect):
    clock = iter([0.0, 0.0, 9.0, 9.0])
    connection = connect(
        "https://x.example",
        transport=httpx.MockTransport(lambda request: request.read() and good()),
        clock=lambda: next(clock),
    )

    assert failure_of(connection, POST, until=1.5).short == "deadline"


class Drip(httpx.SyncByteStream):
    def __init__(self, pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces


def test_closing_now_wakes_a_request_that_waits_for_its_answer(connect):
    arrived, done = threading.Event(), threading.Event()

    def hang(link):
        read_request(link)
        arrived.set()
        done.wait(PATIENCE)

    with raw_server(hang) as url:
        connection = connect(url, request_timeout=2 * PATIENCE)
        failures = []
        waiting = threading.Thread(target=lambda: failures.append(failure_of(connection, POST)))
        waiting.start()
        assert arrived.wait(PATIENCE)

        connection.close_now()
        waiting.join(PATIENCE / 2)
        has_ended = not waiting.is_alive()
        done.set()

    assert failures[0].kind is Kind.LOST
    assert has_ended


def test_after_closing_now_requests_connect_anew(connect):
    def answer(link):
        while read_request(link)[0]:
            link.sendall(OK)

    with raw_server(answer) as url:
        connection = connect(url)
        connection.send(GET, until=float("inf"))

        connection.close_now()
        answer_ = connection.send(GET, until=float("inf"))
        connection.close()

    assert answer_.result == 1


def test_a_socket_that_is_closed_already_does_no_harm(connect):
    with raw_server(lambda one: one.sendall(read_request(one) and OK)) as url:
        connection = connect(url)
        connection.send(GET, until=float("inf"))
        connection.close()

        kept = socket.socket()
        connection._sockets.add(kept)
        kept.close()
        connection.close_now()

    assert kept.fileno() == -1


def test_the_same_client_can_go_by_another_policy():
    cloudflare, time_ = Cloudflare(), FakeTime()
    cloudflare.on("GET /accounts", bad(500, 10013, "internal"))
    with client_of(cloudflare, time_) as client, pytest.raises(UnansweredError):
        client.retrying(make_retrier(time_, max_attempts=1)).list_accounts()

    assert len(cloudflare.requests) == 1


def test_the_token_and_the_body_are_in_no_exception_repr_or_log(connect, caplog):
    caplog.set_level(logging.DEBUG, logger="workers_deploy.api")
    with raw_server(lambda _: None) as url:
        pass
    connection = connect(url)

    try:
        connection.send(POST, until=float("inf"))
    except RequestFailedError as error:
        told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.failure)
    told += repr(connection) + repr(POST) + caplog.text

    assert TOKEN not in told
    assert "s3cr3t-body" not in told
    assert "POST x no connection" in caplog.text


def test_the_log_has_method_status_and_milliseconds_without_the_account(caplog):
    caplog.set_level(logging.DEBUG, logger="workers_deploy.api")
    cloudflare = Cloudflare()
    cloudflare.on("GET /subdomain", good({"enabled": True}))
    with client_of(cloudflare, FakeTime()) as client:
        client.read_subdomain("hello")

    assert "GET subdomain 200 0 ms" in caplog.text
    assert ACCOUNT not in caplog.text


def test_a_request_is_not_given_more_time_than_the_run_has():
    cloudflare = Cloudflare()
    cloudflare.on("GET /accounts", good([]))
    with client_of(cloudflare, FakeTime(), seconds=7.0) as client:
        client.list_accounts()

    timeout = cloudflare.requests[0].extensions["timeout"]
    assert timeout["read"] == 7.0
    assert timeout["connect"] == 5.0, "a cancelled run has 7.5 s"


def test_a_failure_of_the_last_try_is_the_runs_error():
    cloudflare = Cloudflare()
    cloudflare.on("GET /accounts", bad(500, 10013, "internal"))
    time_ = FakeTime()
    with client_of(cloudflare, time_) as client, pytest.raises(UnansweredError) as caught:
        client.list_accounts()

    assert len(cloudflare.requests) == 5
    assert caught.value.code == 10013
    assert caught.value.message.endswith(": internal")
