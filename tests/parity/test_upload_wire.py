"""Upload bodies equal those that wrangler 4.164.0 sent for the same modules and files.

Byte for byte, but for the boundary: it is random, and ours is written as long as wrangler's here,
so that whole lengths compare. Intended differences: empty buckets are not sent
(m-padded-empty-buckets), and files never go one by one (m-single-asset-mode).
"""

import base64
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from fakes.api import FakeTime, client_of, good
from workers_deploy.api.assets.bucket import BucketBody
from workers_deploy.api.assets.upload import upload_assets
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.scripts import upload_form
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.project import Module, ModuleType

WIRE = Path(__file__).parents[1] / "data" / "wire"
# `----formdata-undici-0` and eleven digits
BOUNDARY = "----formdata-undici-0" + "1" * 11


def recorded(case):
    return json.loads((WIRE / "recordings" / f"{case}.json").read_text())


def requests_of(case, end):
    """Return (step, request) of each recorded request whose path ends so and that has a form."""
    return [
        (step, request)
        for step in recorded(case)["steps"]
        for request in step["requests"]
        if request["method"] in ("PUT", "POST") and request["path"].endswith(end)
        if request.get("parts") is not None
    ]


def content_of(part):
    if "text" in part:
        return part["text"].encode()
    return base64.b64decode(part["base64"])


def split(body):
    """Take a form apart: for each part its head and its content, exactly as they are."""
    content = b"".join(body)
    mark = f"--{body.boundary}".encode()
    assert content.endswith(mark + b"--\r\n")
    pieces = content.removesuffix(b"--\r\n").split(mark + b"\r\n")[1:]
    pieces[-1:] = [pieces[-1].removesuffix(mark)] if pieces else []
    return [tuple(piece.removesuffix(b"\r\n").split(b"\r\n\r\n", 1)) for piece in pieces]


def assert_equal(body, request):
    ours = [
        (head.decode(), len(content), hashlib.sha256(content).hexdigest())
        for head, content in split(body)
    ]
    theirs = [(p["raw_headers"], p["length"], p["sha256"]) for p in request["parts"]]
    assert ours == theirs
    assert body.length == request["body_len"]


SCRIPTS = [
    ("b-nobundle", "/scripts/b-nobundle"),
    ("e-python", "/scripts/e-python"),
    ("c-assets", "/scripts/c-assets"),
    ("c-assets", "/versions"),
    ("d-worker-assets", "/scripts/d-worker-assets"),
    ("d-worker-assets", "/versions"),
    ("f-service-worker", "/scripts/f-service-worker"),
    ("a-bindings", "/scripts/a-bindings"),
    ("m-assets-versions-upload", "/versions"),
    ("i-versions", "/versions"),
]


@pytest.mark.parametrize(("case", "end"), SCRIPTS)
def test_a_script_upload_is_encoded_as_wrangler_does(case, end):
    found = requests_of(case, end)
    assert found
    for _, request in found:
        names = [part["name"] for part in request["parts"]]
        place = names.index("metadata")
        modules = [
            Module(
                name=part["name"],
                type=ModuleType(part["content_type"]),
                content=content_of(part),
                filename=part["filename"] if at < place else None,
            )
            for at, part in enumerate(request["parts"])
            if at != place
        ]
        metadata = json.loads(content_of(request["parts"][place]))

        body = upload_form(metadata, modules, boundary=BOUNDARY)

        # Tokens are scrubbed from the recorded text, not from its recorded length and hash.
        if "jwt" in metadata.get("assets", {}):
            ours = [head.decode() for head, _ in split(body)]
            assert ours == [part["raw_headers"] for part in request["parts"]]
        else:
            assert_equal(body, request)


def manifest_of(case, step):
    """Return what the recorded session offered, with the files of the project on disk."""
    project = recorded(case)["project"]
    public = WIRE / "projects" / project / "public"
    types = {
        part["name"]: part["content_type"]
        for _, request in requests_of("c-assets", "/assets/upload")
        + requests_of("d-worker-assets", "/assets/upload")
        for part in request["parts"]
    }
    session = next(r for r in step["requests"] if r["path"].endswith("/assets-upload-session"))
    offered = session["json"]["manifest"]
    entries = tuple(
        AssetEntry(
            path=path,
            hash=entry["hash"],
            size=entry["size"],
            content_type=None
            if types[entry["hash"]] == "application/null"
            else types[entry["hash"]],
            file=str(public / path.lstrip("/")),
        )
        for path, entry in offered.items()
    )
    return AssetManifest(entries=entries), session["response"]["result"]


BUCKETS = [
    "c-assets",
    "d-worker-assets",
    "m-many-buckets",
    "m-second-partial-2new",
    "m-padded-empty-buckets",
    "m-assets-versions-upload",
]


@pytest.mark.parametrize("case", BUCKETS)
def test_a_bucket_is_encoded_as_wrangler_does(case):
    found = requests_of(case, "/assets/upload")
    assert found
    for step, request in found:
        manifest, _ = manifest_of(case, step)
        entries = tuple(manifest.by_hash[part["name"]] for part in request["parts"])

        assert_equal(BucketBody(BOUNDARY, entries), request)


SESSIONS = [*BUCKETS, "m-buckets-empty-list", "m-buckets-list-of-empty", "m-single-asset-mode"]


@pytest.mark.parametrize("case", SESSIONS)
def test_a_session_is_answered_with_the_buckets_that_wrangler_sent(case):
    """Replays the recorded session: what is uploaded, and which token is taken in the end."""
    for step in recorded(case)["steps"]:
        manifest, answered = manifest_of(case, step)
        sessions, sent = [], []

        def handle(request, answered=answered, sessions=sessions, sent=sent):
            body = request.read()
            if request.url.path.endswith("/assets-upload-session"):
                sessions.append(json.loads(body))
                return good(answered)
            sent.append(tuple(one[:32].decode() for one in body.split(b'filename="')[1:]))
            return good({"jwt": "completion"}, status=201)

        with client_of(handle, FakeTime()) as client:
            done = upload_assets(
                client, ScriptPath(name="c-assets"), manifest, progress=lambda count, size: None
            )

        session = next(r for r in step["requests"] if r["path"].endswith("/assets-upload-session"))
        full = [bucket for bucket in answered["buckets"] if bucket]
        assert sessions == [session["json"]]
        assert len(compact(sessions[0])) == session["body_len"]
        assert Counter(sent) == Counter(tuple(bucket) for bucket in full)
        assert done.token == ("completion" if full else answered["jwt"])
        asked = {hash_ for bucket in full for hash_ in bucket}
    assert done.uploaded == sum(entry.hash in asked for entry in manifest.entries)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
