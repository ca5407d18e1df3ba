"""The client against the emulator: a whole upload, every endpoint of a deploy, and the faults."""

import hashlib
import random
import time as real_time

import pytest

from fakes.api import FakeTime
from fakes.patience import PATIENCE
from workers_deploy.api.assets.upload import upload_assets
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.versions import UploadedVersion
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.retry import Retrier
from workers_deploy.api.live.script import read_live_state
from workers_deploy.core.live import TrafficShare
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.project import (
    Module,
    ModuleType,
    ScriptSettings,
    Secret,
    SubdomainState,
)
from workers_deploy.errors import RefusedError
from workers_emulator.server.server import EmulatorServer

HELLO = ScriptPath(name="hello")
CODE = b"export default { fetch() { return new Response('hi') } }"
MODULES = (Module(name="index.js", type=ModuleType.ESM, content=CODE),)
METADATA = {
    "main_module": "index.js",
    "bindings": [{"name": "S", "type": "secret_text", "text": "hunter2"}],
    "compatibility_date": "2026-11-01",
    "compatibility_flags": [],
    "keep_bindings": ["secret_text", "secret_key"],
}


@pytest.fixture
def emulator():
    with EmulatorServer(subdomain="acme", bucket_files=2) as server:
        yield server


@pytest.fixture
def time():
    """Waiting costs nothing; the clock is the real one, since requests take real time."""
    return FakeTime()


@pytest.fixture
def told():
    return []


@pytest.fixture
def client(emulator, time, told):
    connection = Connection(base_url=emulator.url, token=emulator.token, request_timeout=PATIENCE)
    retrier = Retrier(
        max_attempts=5,
        deadline=real_time.monotonic() + PATIENCE,
        clock=real_time.monotonic,
        sleep=time.sleep,
        rng=random.Random(0),
        tell=told.append,
    )
    yield WorkersClient(connection, account_id=emulator.account_id, retrier=retrier)
    connection.close()


@pytest.fixture
def deployed(client):
    client.put_script(HELLO, METADATA, MODULES)
    return client


@pytest.fixture
def manifest(tmp_path):
    entries = []
    for index in range(5):
        content = f"<p>{index}</p>".encode()
        file = tmp_path / f"{index}.html"
        file.write_bytes(content)
        entries.append(
            AssetEntry(
                path=f"/{index}.html",
                hash=hashlib.sha256(content).hexdigest()[:32],
                size=len(content),
                content_type="text/html; charset=utf-8",
                file=str(file),
            )
        )
    return AssetManifest(entries=tuple(entries))


def upload(client, manifest):
    return upload_assets(client, HELLO, manifest, progress=lambda files, size: None)


def test_an_unknown_script_is_an_empty_state(client):
    state = read_live_state(client, "hello")

    assert (state.exists, state.unread) == (False, ())


def test_what_was_put_is_live(client):
    made = client.put_script(HELLO, METADATA, MODULES)

    state = read_live_state(client, "hello", want_usage_model=True)

    assert state.live.id == state.latest_version_id == made.version_id
    assert state.live.secret_names == ("S",)
    assert state.live.compatibility_date == "2026-11-01"
    assert state.url
    assert state.unread == ()


def test_a_version_gets_traffic_only_by_a_deployment(deployed):
    first = read_live_state(deployed, "hello").live.id

    made = deployed.create_version("hello", METADATA, MODULES)
    between = read_live_state(deployed, "hello")
    deployed.create_deployment("hello", [TrafficShare(version_id=made.id, percentage=100)])
    after = read_live_state(deployed, "hello")

    assert (between.live.id, between.latest_version_id) == (first, made.id)
    assert (after.live.id, after.latest_is_live) == (made.id, True)
    assert after.former_deployments[0].shares[0].version_id == first


def test_settings_and_workers_dev_are_set_and_read_back(deployed):
    deployed.patch_script_settings(HELLO, ScriptSettings(logpush=True, tags=("team:web",)))
    deployed.set_subdomain("hello", enabled=True, previews_enabled=False)

    state = read_live_state(deployed, "hello")

    assert (state.script_settings.logpush, state.script_settings.tags) == (True, ("team:web",))
    assert state.subdomain == SubdomainState(enabled=True, previews_enabled=False)


def test_secrets_are_put_listed_and_deleted(deployed):
    deployed.put_secret(HELLO, Secret(name="A", value="1"))
    deployed.patch_secrets(HELLO, [Secret(name="B", value="2")], gone=["A"])

    names = [secret.name for secret in deployed.list_secrets(HELLO)]
    gone = deployed.delete_secret(HELLO, "A")

    assert (sorted(names), gone) == (["B", "S"], False)


def test_a_script_is_listed_found_downloaded_and_deleted(deployed, tmp_path):
    assert [script.name for script in deployed.list_scripts()] == ["hello"]
    assert [script.name for script in deployed.search_scripts("hel")] == ["hello"]
    raw = deployed.download_script(HELLO, tmp_path / "answer")
    deployed.delete_script(HELLO)

    assert CODE in raw.file.read_bytes()
    assert raw.main_module == "index.js"
    assert deployed.delete_script(HELLO) is False


def test_a_refused_script_is_told_with_cloudflares_code(client):
    with pytest.raises(RefusedError) as caught:
        client.put_script(HELLO, {**METADATA, "main_module": "nope.js"}, MODULES)

    assert caught.value.code in (10006, 10021)
    assert "hunter2" not in str(caught.value)


def test_assets_are_stored_once(client, emulator, manifest):
    first = upload(client, manifest)
    client.put_script(HELLO, {"assets": {"jwt": first.token}}, ())

    second = upload(client, manifest)

    assert (first.uploaded, second.uploaded) == (5, 0)
    assert read_live_state(client, "hello").exists


@pytest.mark.parametrize(
    "fault",
    [
        {"route": "POST assets/upload", "kind": "status", "status": 503, "count": 2},
        {"route": "POST assets/upload", "kind": "html", "nth": 2},
        {"route": "POST assets/upload", "kind": "reset", "count": 1},
        {"route": "POST assets/upload", "kind": "lost", "nth": 3},
        {"route": "POST assets/upload", "kind": "hang", "seconds": 0.1, "nth": 2, "count": 1},
        {"route": "POST assets/upload", "kind": "empty", "count": 1},
        {"route": "POST assets/upload", "kind": "expired-token", "nth": 2, "count": 1},
        {"route": "POST assets/upload", "kind": "null-result", "count": 3},
        {"route": "POST assets-upload-session", "kind": "null-result", "count": 1},
        {"route": "POST assets-upload-session", "kind": "malformed", "count": 1},
        {"route": "POST assets-upload-session", "kind": "errors-null", "count": 1},
    ],
    ids=lambda fault: f"{fault['route'].split('/')[-1]}-{fault['kind']}",
)
def test_the_upload_survives(client, emulator, manifest, fault):
    emulator.faults(fault)

    done = upload(client, manifest)
    emulator.faults()
    client.put_script(HELLO, {"assets": {"jwt": done.token}}, ())

    assert read_live_state(client, "hello").exists
    assert upload(client, manifest).uploaded == 0


def test_a_session_that_is_an_hour_old_is_followed_by_another(client, emulator, manifest):
    emulator.faults({"route": "POST assets/upload", "kind": "expired-token", "count": 2})

    done = upload(client, manifest)

    assert done.uploaded == 5
    assert emulator.state()["requests"]["counts"]


@pytest.mark.parametrize("kind", ["lost", "hang", "html", "malformed"])
def test_a_version_whose_answer_is_lost_is_adopted_where_it_was_made(
    deployed, emulator, told, kind
):
    before = len(deployed.list_versions("hello"))
    fault = {"route": "POST versions", "kind": kind, "count": 1, "when": "after"}
    emulator.faults(fault | ({"seconds": 0.1} if kind == "hang" else {}))

    def look():
        found = deployed.list_versions("hello")
        return UploadedVersion(id=found[0].id) if len(found) > before else None

    made = deployed.create_version("hello", METADATA, MODULES, look=look)

    after = deployed.list_versions("hello")
    assert len(after) == before + 1
    assert made.id == after[0].id
    assert told[-1] == "POST versions: its answer was lost, but it was carried out"
