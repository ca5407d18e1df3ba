"""Reading live: which requests, at once, and what may be missing."""

import threading

import httpx
import pytest

from fakes.api import Cloudflare, FakeTime, bad, client_of, good, page
from fakes.patience import PATIENCE
from workers_deploy.api.live.script import read_live_deployment, read_live_state
from workers_deploy.core.project import SubdomainState, UsageModel
from workers_deploy.errors import CancelledError, RefusedError, UnansweredError

SHARES = [{"version_id": "v1", "percentage": 100}]


def version(id_, **resources):
    return {"id": id_, "resources": {"script": {}, "script_runtime": {}, **resources}}


@pytest.fixture
def cloudflare():
    """A script `hello` with one version live and another one uploaded since."""
    fake = Cloudflare()
    fake.on(
        "GET /deployments",
        good({"deployments": [{"id": "d2", "versions": SHARES}, {"id": "d1", "versions": []}]}),
    )
    fake.on("GET /versions", good({"items": [version("v2")]}))
    fake.on(
        "GET /versions/v1",
        good(version("v1", script_runtime={"migration_tag": "m3"})),
    )
    fake.on("GET /script-settings", good({"logpush": True}))
    fake.on("GET /subdomain", good({"enabled": True, "previews_enabled": False}))
    fake.on(
        "GET /workers/workers/hello",
        good(
            {
                "id": "tag1",
                "subdomain": {
                    "enabled": True,
                    "previews_enabled": False,
                    "url": "https://hello.acme.workers.dev",
                    "preview_url_suffix": "-hello.acme.workers.dev",
                },
            }
        ),
    )
    fake.on("GET /usage-model", good({"usage_model": "standard", "user_limits": {"cpu_ms": 5}}))
    return fake


def unknown(cloudflare, code):
    for end in ("deployments", "versions", "script-settings"):
        cloudflare.on(f"GET /{end}", bad(404, code, "does not exist"))


def read(cloudflare, time=None, **options):
    with client_of(cloudflare, time or FakeTime()) as client:
        return read_live_state(client, "hello", **options)


def test_live_is_the_version_that_serves_and_not_the_latest_one(cloudflare):
    state = read(cloudflare)

    assert state.exists
    assert (state.live.id, state.latest_version_id, state.latest_is_live) == ("v1", "v2", False)
    assert (state.deployment.id, state.former_deployments[0].id) == ("d2", "d1")
    assert (state.migration_tag, state.script_tag) == ("m3", "tag1")
    assert state.script_settings.logpush is True
    assert state.subdomain == SubdomainState(enabled=True, previews_enabled=False)
    assert state.url == "https://hello.acme.workers.dev"
    assert (state.usage_model, state.unread) == (None, ())


def test_a_script_is_read_in_five_requests_all_of_them_gets(cloudflare):
    read(cloudflare)

    assert sorted(cloudflare.asked) == [
        "GET /workers/scripts/hello/deployments",
        "GET /workers/scripts/hello/script-settings",
        "GET /workers/scripts/hello/versions",
        "GET /workers/scripts/hello/versions/v1",
        "GET /workers/workers/hello",
    ]


def test_reads_that_do_not_depend_on_each_other_are_sent_at_once(cloudflare):
    """Each of a round waits until all of it are under way: one after the other, it would hang."""
    first, second = threading.Barrier(2), threading.Barrier(3)
    rounds = {
        "/deployments": first,
        "/script-settings": first,
        "/versions": second,
        "/versions/v1": second,
        "/workers/workers/hello": second,
    }

    def answer(request):
        end = max((end for end in rounds if request.url.path.endswith(end)), key=len)
        rounds[end].wait(timeout=PATIENCE)
        return cloudflare(request)

    assert read(answer).exists


@pytest.mark.parametrize("code", [10007, 10090, 10092])
def test_an_unknown_script_is_an_empty_state_after_two_requests(cloudflare, code):
    unknown(cloudflare, code)

    state = read(cloudflare)

    assert (state.exists, state.live, state.unread) == (False, None, ())
    assert len(cloudflare.requests) == 2


def test_a_version_at_zero_percent_does_not_serve_and_is_not_read(cloudflare):
    shares = [{"version_id": "v0", "percentage": 0}, *SHARES]
    cloudflare.on("GET /deployments", good({"deployments": [{"id": "d", "versions": shares}]}))

    assert [one.id for one in read(cloudflare).versions] == ["v1"]


def test_both_versions_of_a_gradual_rollout_are_read_the_larger_share_first(cloudflare):
    shares = [
        {"version_id": "v1", "percentage": 20},
        {"version_id": "v2", "percentage": 80},
    ]
    cloudflare.on("GET /deployments", good({"deployments": [{"id": "d", "versions": shares}]}))
    cloudflare.on("GET /versions/v2", good(version("v2")))

    assert [one.id for one in read(cloudflare).versions] == ["v2", "v1"]


NO_WORKER = [bad(401, 10000, "no"), bad(403, 10023, "no"), page(403), page(502)]


@pytest.mark.parametrize("refusal", NO_WORKER)
def test_where_the_worker_cannot_be_read_the_account_tells_its_urls(cloudflare, refusal):
    cloudflare.on("GET /workers/workers/hello", refusal)
    cloudflare.on("GET /workers/subdomain", good({"subdomain": "acme"}))

    state = read(cloudflare)

    assert state.subdomain == SubdomainState(enabled=True, previews_enabled=False)
    assert state.url == "https://hello.acme.workers.dev"
    assert state.preview_url_suffix == "-hello.acme.workers.dev"
    assert state.unread == ()


def test_a_worker_that_is_answered_without_its_addresses_is_completed(cloudflare):
    cloudflare.on("GET /workers/workers/hello", good({"id": "tag1", "subdomain": None}))
    cloudflare.on("GET /workers/subdomain", good({"subdomain": "acme"}))

    state = read(cloudflare)

    assert (state.script_tag, state.url) == ("tag1", "https://hello.acme.workers.dev")
    assert state.subdomain == SubdomainState(enabled=True, previews_enabled=False)


def test_without_any_source_the_state_of_workers_dev_is_unknown(cloudflare):
    cloudflare.on("GET /hello/subdomain", bad(403, 10023, "no"))
    cloudflare.on("GET /workers/subdomain", bad(404, 10007, "no"))
    cloudflare.on("GET /workers/workers/hello", bad(404, 10007, "no"))

    state = read(cloudflare)

    assert (state.subdomain, state.url) == (SubdomainState(), None)
    assert [text.partition(" could")[0] for text in state.unread] == ["workers.dev", "the URL"]


def test_a_server_that_never_answers_what_a_run_can_do_without_is_asked_twice(cloudflare):
    time = FakeTime()
    cloudflare.on("GET /workers/workers/hello", page(502))
    cloudflare.on("GET /workers/subdomain", page(502))

    state = read(cloudflare, time)

    assert "the URL could not be read" in state.unread[0]
    assert cloudflare.asked.count("GET /workers/workers/hello") == 2
    assert sum(time.slept) < 10


def test_nobody_waits_long_for_what_a_run_can_do_without(cloudflare):
    time = FakeTime()
    throttled = page(429)
    throttled.headers["Retry-After"] = "60"
    cloudflare.on("GET /workers/workers/hello", throttled)
    cloudflare.on("GET /workers/subdomain", good({"subdomain": "acme"}))

    assert read(cloudflare, time).url == "https://hello.acme.workers.dev"
    assert time.slept == []


@pytest.mark.parametrize("end", ["deployments", "versions", "script-settings", "versions/v1"])
@pytest.mark.parametrize(
    ("answer", "error"), [(bad(403, 10023, "no"), RefusedError), (page(502), UnansweredError)]
)
def test_what_a_plan_needs_must_be_readable(cloudflare, end, answer, error):
    cloudflare.on(f"GET /{end}", answer)

    with pytest.raises(error):
        read(cloudflare)


def test_the_usage_model_is_read_only_when_wanted(cloudflare):
    assert read(cloudflare, want_usage_model=True).usage_model == UsageModel(
        usage_model="standard", cpu_ms=5
    )


def test_a_plan_without_a_choice_of_usage_model_is_no_failure(cloudflare):
    cloudflare.on("GET /usage-model", bad(403, 10015, "needs a paid plan"))

    state = read(cloudflare, want_usage_model=True)

    assert state.usage_model is None
    assert "the usage model could not be read" in state.unread[0]


def test_a_script_without_any_version_exists_and_serves_nothing(cloudflare):
    cloudflare.on("GET /deployments", bad(404, 10222, "no versions"))
    cloudflare.on("GET /versions", good({"items": []}))

    state = read(cloudflare)

    assert (state.exists, state.live, state.latest_version_id) == (True, None, None)


def test_settings_that_lag_behind_a_new_script_are_asked_for_again(cloudflare):
    settings = good({"logpush": True})
    cloudflare.on("GET /script-settings", bad(404, 10007, "not yet"), settings)

    assert read(cloudflare).script_settings.logpush is True


def test_settings_that_are_not_found_beside_a_script_are_not_taken_as_empty(cloudflare):
    cloudflare.on("GET /script-settings", bad(404, 10007, "not there"))

    with pytest.raises(RefusedError):
        read(cloudflare)


def test_cancelling_ends_reading(cloudflare):
    time = FakeTime()
    cloudflare.on("GET /workers/workers/hello", httpx.ReadError("x"))

    def answer(request):
        if request.url.path.endswith("/workers/workers/hello"):
            time.is_cancelled = True
        return cloudflare(request)

    with pytest.raises(CancelledError):
        read(answer, time)


def test_what_serves_now_is_one_request(cloudflare):
    with client_of(cloudflare, FakeTime()) as client:
        assert read_live_deployment(client, "hello").id == "d2"

    assert len(cloudflare.requests) == 1


def test_nothing_serves_of_an_unknown_script(cloudflare):
    unknown(cloudflare, 10007)
    with client_of(cloudflare, FakeTime()) as client:
        assert read_live_deployment(client, "hello") is None
