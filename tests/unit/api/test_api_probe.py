"""The probe: three good answers in a row, from every URL, in time."""

import threading

import httpx
import pytest

from fakes.api import FakeTime, http_answer, raw_server, read_request
from fakes.patience import PATIENCE
from workers_deploy.api.probe import probe, probe_urls
from workers_deploy.core.project import ProbeTarget
from workers_deploy.errors import CancelledError

URL = "https://hello.acme.workers.dev"


def target(*targets, statuses=(range(200, 400),), timeout=60.0):
    return ProbeTarget(targets=targets or (URL,), statuses=statuses, timeout=timeout)


class Site:
    """Answers each URL with statuses in turn, the last one for ever."""

    def __init__(self, **by_path):
        self.by_path = {path: list(answers) for path, answers in by_path.items()}
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answers = self.by_path[request.url.path.strip("/") or "root"]
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)


def run(site, what, time=None, *, url=URL, **options):
    time = time or FakeTime()
    return probe(
        what,
        url,
        clock=time.clock,
        sleep=time.sleep,
        transport=httpx.MockTransport(site),
        **options,
    )


def test_three_good_answers_in_a_row_are_enough():
    site = Site(root=[200])

    probed = run(site, target())

    assert probed.is_good
    assert [str(sight) for sight in probed.sights] == ["200", "200", "200"]
    assert probed.seconds == pytest.approx(0.6)


def test_a_bad_answer_in_between_begins_the_count_anew():
    probed = run(Site(root=[404, 200, 200, 500, 200]), target())

    assert probed.is_good
    assert [sight.status for sight in probed.sights] == [404, 200, 200, 500, 200, 200, 200]
    assert [sight.is_good for sight in probed.sights][:4] == [False, True, True, False]


def test_every_url_has_to_answer_well_and_good_ones_are_not_asked_on():
    site = Site(a=[200], b=[500, 500, 200])

    probed = run(site, target("/a", "/b"))

    assert probed.is_good
    assert len(probed.of(f"{URL}/a")) == 3
    assert [sight.status for sight in probed.of(f"{URL}/b")] == [500, 500, 200, 200, 200]


def test_time_that_is_up_names_what_did_not_answer_well():
    time = FakeTime()

    probed = run(Site(a=[200], b=[500]), target("/a", "/b", timeout=5.0), time)

    assert probed.bad == (f"{URL}/b",)
    assert probed.seconds == pytest.approx(5.0)
    assert sum(time.slept) == pytest.approx(5.0)


def test_which_statuses_are_good_is_said_by_the_target():
    probed = run(Site(root=[401]), target(statuses=(range(200, 300), range(401, 402))))

    assert probed.is_good


def test_a_redirect_counts_by_its_status_and_is_not_followed():
    site = Site(root=[307])

    assert run(site, target()).is_good

    assert {request.url.path for request in site.requests} == {"/"}


def test_no_answer_is_a_bad_one_and_told():
    site = Site(root=[httpx.ReadTimeout("x"), httpx.ConnectError("no route"), 200])

    probed = run(site, target())

    assert [str(sight) for sight in probed.sights[:2]] == ["no answer in 10 s", "no route"]
    assert probed.is_good


def test_an_answer_that_is_nothing_at_all_is_told():
    assert str(run(Site(root=[httpx.ReadError(""), 200]), target()).sights[0]) == "ReadError"


def test_paths_are_asked_on_the_deployment_url_whatever_its_own_path():
    targets = ("/health", "api", "https://x.example/y", "/https://x.example/y", "a:b//c")

    urls = probe_urls(target(*targets), "http://127.0.0.1:1/run/a")

    assert urls == (
        "http://127.0.0.1:1/run/a/health",
        "http://127.0.0.1:1/run/a/api",
        "https://x.example/y",
        "http://127.0.0.1:1/run/a/https://x.example/y",
        "http://127.0.0.1:1/run/a/a:b//c",
    )


def test_a_path_without_a_deployment_url_is_told():
    with pytest.raises(ValueError, match="/health: a path"):
        run(Site(), target("/health"), url=None)


def test_it_carries_no_token_and_the_headers_that_it_is_given():
    site = Site(root=[200])

    run(site, target(), headers={"Cloudflare-Workers-Version-Overrides": 'hello="v1"'})

    headers = site.requests[0].headers
    assert "authorization" not in headers
    assert headers["cloudflare-workers-version-overrides"] == 'hello="v1"'
    assert headers["user-agent"].startswith("workers-deploy/")


def test_cancelling_ends_the_probe():
    time = FakeTime()
    time.is_cancelled = True

    with pytest.raises(CancelledError):
        run(Site(root=[500]), target(), time)


def test_a_body_that_never_ends_is_not_read():
    done = threading.Event()

    def answer(socket):
        read_request(socket)
        socket.sendall(http_answer("200 OK", b"", ["X: y"]).replace(b"Length: 0", b"Length: 9"))
        done.wait(PATIENCE)

    time = FakeTime()
    with raw_server(answer) as url:
        probed = probe(target(url), None, clock=time.clock, sleep=time.sleep)
        done.set()

    assert probed.is_good
