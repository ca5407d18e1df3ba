"""Which version a request to a script is for; running it is the runtime's."""

import pytest

from fakes.cloudflare_client import module
from workers_emulator.runtime.running import Visit, find_target, label_of_host, make_runnable

SCRIPT = "/workers/scripts/my-app"


@pytest.fixture
def held(account):
    """The emulated account behind the client."""
    return account.server.account


def found(held, label, overrides="", chance=0.0, key=""):
    visit = Visit(overrides=overrides, version_key=key, chance=chance)
    target = find_target(held, label, visit)
    return None if target is None else target.version.number


def enable_previews(account):
    body = {"enabled": True, "previews_enabled": True}
    account.ask("POST", f"{SCRIPT}/subdomain", json=body)


def share(account, *percentages):
    ids = [version["id"] for version in account.script("my-app")["versions"]]
    shares = [{"version_id": id_, "percentage": p} for id_, p in zip(ids, percentages, strict=True)]
    body = {"strategy": "percentage", "versions": shares}
    assert account.ask("POST", f"{SCRIPT}/deployments", json=body).is_success
    return ids


def test_a_name_is_the_live_version_of_its_script(account, held):
    account.upload("my-app")
    account.upload("my-app", versions=True)

    assert found(held, "my-app") == 1
    assert found(held, "app") is None


def test_a_script_without_a_deployment_answers_nothing(account, held):
    account.ask("POST", "/workers/workers", json={"name": "my-app"})

    assert found(held, "my-app") is None


def test_a_split_is_shared_by_chance(account, held):
    account.upload("my-app")
    account.upload("my-app", versions=True)
    share(account, 10, 90)

    numbers = [found(held, "my-app", chance=chance) for chance in (0.0, 0.09, 0.11, 0.999, 1.0)]

    assert numbers == [1, 1, 2, 2, 2]


def test_an_override_asks_one_version_of_the_split_and_no_other(account, held):
    account.upload("my-app")
    account.upload("my-app", versions=True)
    one, two = share(account, 100, 0)
    held.clock.advance(2)
    unknown = "00000000-0000-4000-8000-000000000000"

    assert found(held, "my-app", f'my-app="{two}"') == 2
    assert found(held, "my-app", f'other="{two}", my-app="{two}"') == 2
    assert found(held, "my-app", f'other="{two}"') == 1
    assert found(held, "my-app", f'my-app="{unknown}"') == 1
    assert found(held, "my-app", f'my-app="{one}"') == 1


@pytest.mark.parametrize(
    "more", [', other="', ", other", "x", ', other=""', ";q=1", ", other=7"], ids=str
)
def test_an_override_that_is_malformed_anywhere_is_ignored(account, held, more):
    account.upload("my-app")
    account.upload("my-app", versions=True)
    _, two = share(account, 100, 0)
    held.clock.advance(2)

    assert found(held, "my-app", f'my-app="{two}"') == 2
    assert found(held, "my-app", f'my-app="{two}"{more}') == 1


def test_an_override_is_ignored_right_after_a_change(account, held):
    account.upload("my-app")
    account.upload("my-app", versions=True)
    _, two = share(account, 100, 0)

    first = found(held, "my-app", f'my-app="{two}"')
    held.clock.advance(1.9)
    then = found(held, "my-app", f'my-app="{two}"')
    held.clock.advance(0.2)

    assert (first, then) == (1, 1)
    assert found(held, "my-app", f'my-app="{two}"') == 2


def test_a_version_key_stays_on_its_side_while_the_share_grows(account, held):
    account.upload("my-app")
    account.upload("my-app", versions=True)
    keys = [f"client-{number}" for number in range(200)]
    on_new = []
    for percentage in (0, 10, 50, 100):
        share(account, 100 - percentage, percentage)
        chances = {found(held, "my-app", key=keys[0], chance=one) for one in (0.0, 0.5, 0.99)}
        on_new.append({key for key in keys if found(held, "my-app", key=key) == 2})
        assert len(chances) == 1

    assert on_new[0] < on_new[1] < on_new[2] < on_new[3] == set(keys)


def test_previews_are_found_by_version_and_alias_while_they_are_on(account, held):
    account.upload("my-app")
    account.upload("my-app", {"annotations": {"workers/alias": "pr-7"}}, versions=True)
    second = account.script("my-app")["versions"][1]["id"]
    off = found(held, f"{second[:8]}-my-app")
    enable_previews(account)

    assert off is None
    assert found(held, f"{second[:8]}-my-app") == 2
    assert found(held, "pr-7-my-app") == 2
    assert found(held, "pr-8-my-app") is None
    assert found(held, "ffffffff-my-app") is None


def test_a_version_with_durable_objects_has_no_preview(account, held):
    metadata = {
        "annotations": {"workers/alias": "try"},
        "bindings": [{"type": "durable_object_namespace", "name": "A", "class_name": "A"}],
        "migrations": {"new_tag": "v1", "new_classes": ["A"]},
    }
    account.upload("my-app", metadata, [module(content=b"export class A {}")])
    enable_previews(account)
    version = account.script("my-app")["versions"][0]["id"]

    assert found(held, f"{version[:8]}-my-app") is None
    assert found(held, "try-my-app") is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("my-app.emulator.workers.dev", "my-app"),
        ("My-App.Emulator.Workers.Dev:8787", "my-app"),
        ("a.b.emulator.workers.dev", None),
        (f"{'a' * 64}.emulator.workers.dev", None),
        ("my-app.other.workers.dev", None),
        ("127.0.0.1:8787", None),
    ],
)
def test_a_host_of_the_accounts_workers_dev_is_told_from_others(held, host, expected):
    assert label_of_host(held, host) == expected


def test_what_runs_is_the_whole_version_with_its_secrets_and_files(account, held):
    token = account.upload_assets({"/a.txt": b"words"}, "my-app")
    metadata = {
        "assets": {"jwt": token, "config": {"html_handling": "none"}},
        "annotations": {"workers/tag": "t1"},
        "bindings": [
            {"type": "secret_text", "name": "KEY", "text": "s3cret"},
            {"type": "version_metadata", "name": "META"},
        ],
    }
    account.upload("my-app", metadata)
    version = account.script("my-app")["versions"][0]

    runnable = make_runnable(held, find_target(held, "my-app", Visit()))

    secret, meta = runnable.bindings
    assert secret["text"] == "s3cret"
    assert (meta["id"], meta["tag"]) == (version["id"], "t1")
    assert runnable.key.endswith(f"//my-app/{version['id']}")
    assert [part.name for part in runnable.modules] == ["index.js"]
    assert runnable.assets["/a.txt"].content == b"words"
    assert runnable.assets["/a.txt"].content_type == "text/plain; charset=utf-8"
    assert runnable.asset_config == {"html_handling": "none"}
    assert "s3cret" not in repr(runnable)


def test_a_script_without_assets_runs_without(account, held):
    account.upload("my-app")

    runnable = make_runnable(held, find_target(held, "my-app", Visit()))

    assert (runnable.assets, runnable.asset_config) == (None, {})
