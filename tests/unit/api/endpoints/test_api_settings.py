"""Endpoints of settings, secrets and the account: what goes out, what comes of the answer."""

import pytest

from fakes.api import ACCOUNT, bad, good
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.secrets import SecretName
from workers_deploy.api.endpoints.settings import Account
from workers_deploy.core.project import (
    ScriptSettings,
    Secret,
    SubdomainState,
    UsageModel,
)
from workers_deploy.errors import RefusedError

HELLO = ScriptPath(name="hello")


def test_script_settings_are_read_with_null_as_nothing(cloudflare, client):
    cloudflare.on(
        "GET /script-settings",
        good({"logpush": None, "observability": None, "tags": None, "tail_consumers": None}),
    )

    assert client.read_script_settings(HELLO) == ScriptSettings()


def test_only_settings_that_are_said_are_patched(cloudflare, client):
    cloudflare.on("PATCH /script-settings", good({"logpush": True, "tags": ["a:b"]}))

    patched = client.patch_script_settings(
        HELLO, ScriptSettings(logpush=True, tags=("a:b",), observability={"enabled": False})
    )

    assert cloudflare.sent_json() == {
        "logpush": True,
        "observability": {"enabled": False},
        "tags": ["a:b"],
    }
    assert cloudflare.requests[0].headers["content-type"] == "application/json"
    assert patched.logpush is True


def test_versioned_settings_are_read(cloudflare, client):
    cloudflare.on(
        "GET /settings",
        good(
            {
                "bindings": [{"name": "A", "type": "plain_text", "text": "x"}],
                "compatibility_date": "2026-01-01",
                "compatibility_flags": None,
                "placement": {},
                "logpush": True,
            }
        ),
    )

    settings = client.read_settings(HELLO)

    assert settings.bindings[0].as_json() == {"name": "A", "type": "plain_text", "text": "x"}
    assert (settings.compatibility_flags, settings.placement) == ((), {})
    assert settings.script_settings.logpush is True


def test_versioned_settings_are_patched_as_a_form(cloudflare, client):
    cloudflare.on("PATCH /settings", good({}))

    client.patch_settings(HELLO, {"placement": {"mode": "smart"}})

    assert cloudflare.requests[0].headers["content-type"].startswith("multipart/form-data;")
    assert b'name="settings"\r\n\r\n{"placement":{"mode":"smart"}}' in cloudflare.bodies[0]


def test_workers_dev_is_read_and_always_set_with_both_fields(cloudflare, client):
    cloudflare.on("GET /subdomain", good({"enabled": True, "previews_enabled": None}))
    cloudflare.on("POST /subdomain", good({"enabled": True, "previews_enabled": False}))

    assert client.read_subdomain("hello") == SubdomainState(enabled=True)
    assert client.set_subdomain("hello", enabled=True, previews_enabled=False) == SubdomainState(
        enabled=True, previews_enabled=False
    )

    assert cloudflare.sent_json() == {"enabled": True, "previews_enabled": False}
    assert "cloudflare-workers-script-api-date" in cloudflare.requests[-1].headers


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (UsageModel(usage_model="standard"), {"usage_model": "standard"}),
        (UsageModel(cpu_ms=50), {"user_limits": {"cpu_ms": 50}}),
    ],
)
def test_the_usage_model_is_put_as_far_as_it_is_said(cloudflare, client, model, body):
    cloudflare.on(
        "PUT /usage-model", good({"usage_model": "standard", "user_limits": {"cpu_ms": 50}})
    )

    put = client.put_usage_model("hello", model)

    assert cloudflare.sent_json() == body
    assert put == UsageModel(usage_model="standard", cpu_ms=50)


def test_the_usage_model_may_have_no_limit(cloudflare, client):
    cloudflare.on("GET /usage-model", good({"usage_model": "standard", "user_limits": None}))

    assert client.read_usage_model("hello") == UsageModel(usage_model="standard")


def test_accounts_are_listed_without_an_account_in_the_path(cloudflare, client):
    cloudflare.on("GET /accounts", good([{"id": ACCOUNT, "name": None}]))

    assert client.list_accounts() == (Account(id=ACCOUNT, name=""),)

    assert cloudflare.requests[0].url.path == "/client/v4/accounts"


def test_secrets_are_listed_by_name(cloudflare, client):
    cloudflare.on("GET /secrets", good([{"name": "A", "type": "secret_text"}]))

    assert client.list_secrets(HELLO) == (SecretName(name="A", type="secret_text"),)


def test_a_secret_that_is_not_there_is_none(cloudflare, client):
    cloudflare.on("GET /secrets/A", bad(404, 10056, "no binding"))

    assert client.read_secret(HELLO, "A") is None


def test_a_secret_that_is_gone_already_is_deleted(cloudflare, client):
    cloudflare.on("DELETE /secrets/A", bad(404, 10056, "no binding"))
    cloudflare.on("DELETE /secrets/B", good(None))

    assert (client.delete_secret(HELLO, "A"), client.delete_secret(HELLO, "B")) == (False, True)


@pytest.mark.parametrize("method", ["read_secret", "delete_secret"])
def test_other_refusals_of_a_secret_are_errors(cloudflare, client, method):
    cloudflare.on("GET /secrets/A", bad(404, 10007, "no script"))
    cloudflare.on("DELETE /secrets/A", bad(400, 10215, "latest is not deployed"))

    with pytest.raises(RefusedError):
        getattr(client, method)(HELLO, "A")


def test_a_secret_is_put(cloudflare, client):
    cloudflare.on("PUT /secrets", good({"name": "A", "type": "secret_text"}))

    client.put_secret(HELLO, Secret(name="A", value="v"))

    assert cloudflare.sent_json() == {"name": "A", "text": "v", "type": "secret_text"}


def test_secrets_are_set_and_deleted_in_one_patch(cloudflare, client):
    cloudflare.on("PATCH /secrets-bulk", good({}))

    client.patch_secrets(HELLO, [Secret(name="A", value="v")], gone=["B"])

    assert cloudflare.sent_json() == {
        "secrets": {"A": {"name": "A", "text": "v", "type": "secret_text"}, "B": None}
    }
    assert cloudflare.requests[0].headers["content-type"] == "application/merge-patch+json"
