import json
from dataclasses import replace

import pytest

from fakes.cloudflare_client import code, module

SCRIPT = "/workers/scripts/hello"
KEY = {"type": "secret_text", "name": "KEY", "text": "s3cret"}
CRYPTO = {
    "type": "secret_key",
    "name": "CRYPTO",
    "format": "raw",
    "algorithm": {"name": "HMAC"},
    "usages": ["sign"],
    "key_base64": "c2VjcmV0",
}


def patch_settings(account, settings, **kwargs):
    part = ("settings", (None, json.dumps(settings).encode(), "application/json"))
    return account.ask("PATCH", f"{SCRIPT}/settings", files=[part], **kwargs)


def last(account):
    return account.script()["versions"][-1]


def test_script_settings_change_at_once_without_a_version(account):
    account.upload("tailer")
    account.upload()
    body = {
        "logpush": True,
        "tags": ["a", "a", "b"],
        "tail_consumers": [{"service": "tailer"}],
        "streaming_tail_consumers": [{"service": "tailer"}],
    }

    changed = account.ask("PATCH", f"{SCRIPT}/script-settings", json=body).json()["result"]
    reset = account.ask(
        "PATCH",
        f"{SCRIPT}/script-settings",
        json={"logpush": None, "observability": None, "tags": None, "tail_consumers": None},
    ).json()["result"]

    assert changed["tags"] == ["a", "b"]
    assert changed["tail_consumers"] == [{"service": "tailer"}]
    assert (reset["logpush"], reset["tags"], reset["tail_consumers"]) == (False, [], None)
    assert reset["observability"] is None
    assert reset["streaming_tail_consumers"] == [{"service": "tailer"}]
    assert len(account.script()["versions"]) == 1


def test_a_script_that_only_tails_cannot_tail_itself(account):
    account.upload(modules=[module(content=b"export default { tail(events) {} }")])
    body = {"tail_consumers": [{"service": "hello"}]}

    refused = account.ask("PATCH", f"{SCRIPT}/script-settings", json=body)
    account.upload()
    taken = account.ask("PATCH", f"{SCRIPT}/script-settings", json=body)

    assert code(refused) == (400, 10204)
    assert taken.is_success


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, (415, 10001)),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, (400, 10026)),
        ({"json": []}, (400, 10026)),
        ({"json": {"observability": {"logs": {"enabled": "yes"}}}}, (400, 10026)),
    ],
)
def test_script_settings_that_cannot_be_are_refused(account, kwargs, expected):
    account.upload()

    assert code(account.ask("PATCH", f"{SCRIPT}/script-settings", **kwargs)) == expected


def test_settings_are_changed_by_a_version_that_is_else_the_latest(account):
    account.upload(
        metadata={
            "bindings": [KEY],
            "annotations": {"workers/message": "one"},
            "cache_options": {"enabled": True},
        }
    )
    settings = {
        "compatibility_date": "2025-01-01",
        "limits": {"cpu_ms": 10},
        "placement": {"mode": "smart"},
        "usage_model": "standard",
        "logpush": True,
        "exports": {"default": {"type": "worker"}},
    }

    answer = patch_settings(account, settings).json()["result"]

    version = last(account)
    assert answer["compatibility_date"] == "2025-01-01"
    assert answer["placement"] == {"mode": "smart"}
    assert answer["logpush"] is True
    assert version["annotations"] == {"workers/triggered_by": "settings"}
    assert version["test_only_secret_values"] == {"KEY": "s3cret"}
    assert version["other"] == {
        "cache_options": {"enabled": True},
        "exports": {"default": {"type": "worker"}},
    }
    assert account.script()["live_versions"] == [[version["id"], 100]]


def test_bindings_in_a_patch_replace_the_whole_list(account):
    account.upload(metadata={"bindings": [KEY, {"type": "plain_text", "name": "VAR", "text": "1"}]})

    patch_settings(account, {"bindings": [{"type": "inherit", "name": "VAR"}]})
    only_var = last(account)["resources"]["bindings"]
    strict = patch_settings(
        account,
        {"bindings": [{"type": "inherit", "name": "KEY"}]},
        params={"bindings_inherit": "strict"},
    )

    assert [binding["name"] for binding in only_var] == ["VAR"]
    assert code(strict) == (400, 10057)


def test_a_patch_applies_migrations(account):
    account.upload()

    patch_settings(account, {"migrations": {"new_tag": "v1", "new_classes": ["A"]}})
    both = patch_settings(account, {"migrations": {"new_tag": "v2"}, "exports": {}})

    assert account.script()["classes"] == {"A": "legacy-kv"}
    assert last(account)["resources"]["script_runtime"]["migration_tag"] == "v1"
    assert code(both) == (400, 10021)


def test_settings_must_come_as_a_form_with_a_settings_part(account):
    account.upload()
    other = ("other", (None, b"{}", "application/json"))

    assert code(account.ask("PATCH", f"{SCRIPT}/settings", json={})) == (415, 10001)
    assert code(account.ask("PATCH", f"{SCRIPT}/settings", files=[other])) == (400, 10006)


@pytest.mark.parametrize("share", [0, 90])
def test_nothing_is_edited_while_the_latest_version_does_not_get_all_traffic(account, share):
    account.upload(metadata={"bindings": [KEY]})
    account.upload(versions=True)
    live, latest = (version["id"] for version in account.script()["versions"])
    if share:
        versions = [
            {"version_id": live, "percentage": 100 - share},
            {"version_id": latest, "percentage": share},
        ]
        body = {"strategy": "percentage", "versions": versions}
        account.ask("POST", f"{SCRIPT}/deployments", json=body)

    put = account.ask("PUT", f"{SCRIPT}/secrets", json=KEY)
    delete = account.ask("DELETE", f"{SCRIPT}/secrets/KEY")
    bulk = account.ask("PATCH", f"{SCRIPT}/secrets-bulk", json={"secrets": {"KEY": None}})

    assert (code(put), code(delete)) == ((400, 10215), (400, 10215))
    assert (code(bulk), code(patch_settings(account, {}))) == ((400, 10214), (400, 10214))
    assert len(account.script()["versions"]) == 2


def test_a_version_at_0_percent_does_not_keep_the_latest_from_being_edited(account):
    account.upload(metadata={"bindings": [KEY]})
    account.upload(versions=True)
    former, latest = (version["id"] for version in account.script()["versions"])
    shares = [(latest, 100), (former, 0)]
    versions = [{"version_id": one, "percentage": share} for one, share in shares]
    body = {"strategy": "percentage", "versions": versions}
    account.ask("POST", f"{SCRIPT}/deployments?force=true", json=body)

    put = account.ask("PUT", f"{SCRIPT}/secrets", json=KEY)

    assert put.status_code == 200
    assert patch_settings(account, {}).status_code == 200


def test_secrets_are_put_read_and_deleted_and_never_told(account):
    account.upload()

    account.ask("PUT", f"{SCRIPT}/secrets", json=KEY)
    put = account.ask("PUT", f"{SCRIPT}/secrets", json=CRYPTO)
    listed = account.ask("GET", f"{SCRIPT}/secrets")
    read = account.ask("GET", f"{SCRIPT}/secrets/CRYPTO")

    crypto = {key: value for key, value in CRYPTO.items() if key != "key_base64"}
    assert listed.json()["result"] == [{"name": "KEY", "type": "secret_text"}, crypto]
    assert put.json()["result"] == read.json()["result"] == crypto
    assert account.script()["versions"][-1]["test_only_secret_values"] == {
        "KEY": "s3cret",
        "CRYPTO": "c2VjcmV0",
    }
    assert account.ask("DELETE", f"{SCRIPT}/secrets/KEY").json()["result"] is None
    assert code(account.ask("DELETE", f"{SCRIPT}/secrets/KEY")) == (404, 10056)
    assert code(account.ask("GET", f"{SCRIPT}/secrets/KEY")) == (404, 10056)


def test_a_secrets_name_may_be_percent_encoded(account):
    account.upload(metadata={"bindings": [{**KEY, "name": "A/B C"}]})

    answer = account.ask("DELETE", f"{SCRIPT}/secrets/A%2FB%20C", params={"url_encoded": "true"})

    assert answer.is_success
    assert last(account)["secret_names"] == []


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ({"name": "VAR", "text": "x", "type": "secret_text"}, (400, 10053)),
        ({"name": "X", "text": "x", "type": "plain_text"}, (400, 10026)),
        ({"name": "X", "type": "secret_text"}, (400, 10021)),
        ({"text": "x", "type": "secret_text"}, (400, 10052)),
        ({"name": "X", "text": "x" * 5121, "type": "secret_text"}, (400, 10054)),
    ],
)
def test_a_secret_that_cannot_be_is_refused(account, secret, expected):
    account.upload(metadata={"bindings": [{"type": "plain_text", "name": "VAR", "text": "1"}]})

    assert code(account.ask("PUT", f"{SCRIPT}/secrets", json=secret)) == expected


def test_a_script_of_assets_alone_takes_no_secrets(account):
    token = account.upload_assets({"/a.txt": b"a"})
    account.upload(metadata={"main_module": None, "assets": {"jwt": token}}, modules=[])

    assert code(account.ask("PUT", f"{SCRIPT}/secrets", json=KEY)) == (400, 10021)


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
def test_a_bulk_change_is_one_version(account, content_type):
    account.upload(metadata={"bindings": [KEY, {**KEY, "name": "STAYS"}]})
    changes = {"NEW": {**KEY, "name": "NEW", "text": "two\nlines"}, "KEY": None, "UNKNOWN": None}

    answer = account.ask(
        "PATCH",
        f"{SCRIPT}/secrets-bulk",
        content=json.dumps({"secrets": changes}),
        headers={"Content-Type": content_type},
    )

    assert answer.json()["result"] == {
        "STAYS": {"name": "STAYS", "type": "secret_text"},
        "NEW": {"name": "NEW", "type": "secret_text"},
    }
    assert last(account)["test_only_secret_values"] == {"STAYS": "s3cret", "NEW": "two\nlines"}
    assert last(account)["annotations"] == {"workers/triggered_by": "secret"}
    assert len(account.script()["versions"]) == 2


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ({"secrets": {}}, "text/plain", (415, 10001)),
        ({"secrets": []}, "application/json", (400, 10026)),
        ({"secrets": {"A": "text"}}, "application/json", (400, 10026)),
        ({"secrets": {"A": {"name": "B", "text": "x", "type": "secret_text"}}},
         "application/json", (400, 10026)),
    ],
)  # fmt: skip
def test_a_bulk_change_that_cannot_be_is_refused(account, body, content_type, expected):
    account.upload()
    headers = {"Content-Type": content_type}

    answer = account.ask(
        "PATCH", f"{SCRIPT}/secrets-bulk", content=json.dumps(body), headers=headers
    )

    assert code(answer) == expected


def test_the_usage_model_is_set_and_read(account):
    account.upload()
    path = f"{SCRIPT}/usage-model"

    account.ask("PUT", path, json={"user_limits": {"cpu_ms": 50}})
    read = account.ask("GET", path).json()["result"]
    account.ask("PUT", path, json={"usage_model": "bundled", "user_limits": {"cpu_ms": None}})

    assert read == {"usage_model": "standard", "user_limits": {"cpu_ms": 50}}
    assert account.script()["usage_model"] == {"usage_model": "bundled", "user_limits": {}}
    assert code(account.ask("PUT", path, json={"user_limits": {"cpu_ms": 9}})) == (400, 10205)
    assert code(account.ask("PUT", path, json={"usage_model": "odd"})) == (400, 10026)


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"enabled": True}, {}, (True, False)),
        ({"enabled": True}, {"Cloudflare-Workers-Script-Api-Date": "2025-08-01"}, (True, True)),
        ({"enabled": True, "previews_enabled": True}, {}, (True, True)),
        ({"enabled": False, "previews_enabled": True}, {}, (False, True)),
    ],
)
def test_the_state_of_workers_dev_is_set(account, body, headers, expected):
    account.upload()

    answer = account.ask("POST", f"{SCRIPT}/subdomain", json=body, headers=headers)

    state = account.ask("GET", f"{SCRIPT}/subdomain").json()["result"]
    assert answer.json()["result"] == state
    assert (state["enabled"], state["previews_enabled"]) == expected
    assert account.ask("DELETE", f"{SCRIPT}/subdomain").json()["result"] == {
        "enabled": False,
        "previews_enabled": False,
    }


def test_workers_dev_needs_a_name_that_dns_can_hold(account):
    name = "a" * 64
    account.upload(name)

    answer = account.ask("POST", f"/workers/scripts/{name}/subdomain", json={"enabled": True})

    assert code(answer) == (400, 100132)


def test_workers_dev_needs_an_account_with_a_subdomain(account_with):
    account = account_with(subdomain=None)
    account.ask("PUT", "/workers/subdomain", json={"subdomain": "acme"})
    account.upload()
    gone = replace(account.server.account.state, subdomain=None)
    account.server.account.write(gone)

    answer = account.ask("POST", f"{SCRIPT}/subdomain", json={"enabled": True})

    assert code(answer) == (403, 10063)


def test_the_accounts_subdomain_is_registered_and_probed(account):
    subdomains = "/workers/subdomains"

    assert code(account.ask("GET", f"{subdomains}/free-name")) == (404, 10032)
    assert code(account.ask("GET", f"{subdomains}/www")) == (403, 10031)
    assert code(account.ask("GET", f"{subdomains}/Not_A_Name")) == (400, 10033)
    account.ask("PUT", "/workers/subdomain", json={"subdomain": "free-name"})
    assert account.ask("GET", f"{subdomains}/free-name").is_success
    assert account.ask("GET", "/workers/subdomain").json()["result"] == {"subdomain": "free-name"}
    for name, expected in (("www", (403, 10031)), ("-", (400, 10033)), (5, (400, 10033))):
        answer = account.ask("PUT", "/workers/subdomain", json={"subdomain": name})
        assert code(answer) == expected
