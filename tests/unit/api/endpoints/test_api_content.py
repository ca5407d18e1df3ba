"""A downloaded script: taken apart without a byte lost, or not at all."""

import errno
import tempfile
from pathlib import Path

import httpx
import pytest
from python_multipart.exceptions import FormParserError

from fakes.api import bad
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.content import parse_content, read_content
from workers_deploy.api.endpoints.scripts import RawScript
from workers_deploy.errors import ProblemsError, RefusedError, UnansweredError

HELLO = ScriptPath(name="hello")
FORM = "multipart/form-data; boundary=b0"
ANY_BYTES = bytes(range(256)) + b"\r\n--b\r\n--b0x\r\n"


def form(*parts: tuple[str, bytes]) -> bytes:
    written = (b"--b0\r\n" + head.encode() + b"\r\n\r\n" + content for head, content in parts)
    return b"\r\n".join([*written, b"--b0--\r\n"])


def part(name: str, content: bytes, kind: str = "application/javascript+module"):
    said = f'Content-Disposition: form-data; name="x"; filename="{name}"'
    return f"{said}\r\nContent-Type: {kind}", content


def answer(content: bytes, kind: str = FORM, *, status: int = 200, **headers: str):
    return httpx.Response(status, content=content, headers={"Content-Type": kind, **headers})


@pytest.fixture
def parts_of(tmp_path):
    """Take a form apart."""

    def parse(body: bytes, kind: str = FORM):
        file = tmp_path / "answer"
        file.write_bytes(body)
        raw = RawScript(file=file, size=len(body), content_type=kind, main_module=None)
        return [(p.name, p.content_type, p.read()) for p in parse_content(raw, "hello").parts]

    return parse


def content_of(client, script=HELLO):
    """Return what a download gives: the main module, and names with bytes."""
    with read_content(client, script) as content:
        return content.main_module, {part.name: part.read() for part in content.parts}


def test_every_byte_of_a_module_stays_as_it_is(parts_of):
    body = form(part("index.js", b"one"), part("raw.bin", ANY_BYTES, "application/octet-stream"))

    assert parts_of(body) == [
        ("index.js", "application/javascript+module", b"one"),
        ("raw.bin", "application/octet-stream", ANY_BYTES),
    ]


def test_names_are_read_as_they_were_before_they_were_written_into_a_header(parts_of):
    body = form(part("a%22b%0D%0A/ü.js", b""))

    assert [name for name, _, _ in parts_of(body)] == ['a"b\r\n/ü.js']


def test_a_part_that_says_little_has_the_name_of_its_field(parts_of):
    body = form(('Content-Disposition: form-data; name="index.js"', b"one"), ("X: y", b"two"))

    assert parts_of(body) == [
        ("index.js", "application/octet-stream", b"one"),
        ("", "application/octet-stream", b"two"),
    ]


def test_a_service_worker_is_one_module_of_the_scripts_name(parts_of):
    assert parts_of(b"addEventListener()", "application/javascript") == [
        ("hello.js", "application/javascript", b"addEventListener()")
    ]


def test_the_main_module_is_the_one_that_a_header_names(cloudflare, client):
    body = form(part("lib.js", b""), part("index.js", b""))
    cloudflare.on("GET /content/v2", answer(body, **{"cf-entrypoint": "index.js"}), answer(body))

    assert content_of(client)[0] == "index.js"
    assert content_of(client)[0] == "lib.js"


def test_assets_alone_have_no_modules(cloudflare, client):
    cloudflare.on("GET /content/v2", httpx.Response(204))

    assert content_of(client) == (None, {})


@pytest.mark.parametrize("status", [404, 405])
def test_the_older_endpoint_is_asked_where_the_newer_one_is_not_routed(cloudflare, client, status):
    cloudflare.on("GET /content/v2", bad(status, 7003))
    cloudflare.on("GET /scripts/hello", answer(b"text", "application/javascript"))

    assert content_of(client)[1] == {"hello.js": b"text"}


@pytest.mark.parametrize("refusal", [bad(404, 10007), bad(403, 10023)])
def test_a_refusal_is_one(cloudflare, client, refusal):
    cloudflare.on("GET /content/v2", refusal)

    with pytest.raises(RefusedError):
        content_of(client)


def test_a_script_in_a_namespace_has_one_endpoint_for_its_content(cloudflare, client):
    cloudflare.on("GET /content", answer(b"text", "application/javascript"))

    content_of(client, ScriptPath(name="hello", dispatch_namespace="ns"))

    assert cloudflare.asked == ["GET /workers/dispatch/namespaces/ns/scripts/hello/content"]


@pytest.mark.parametrize(
    "body",
    [
        form(part("index.js", b"one"))[:-10],  # cut off
        form(part("index.js", b"one"))[:40],
        b"--another\r\n\r\n--another--\r\n",
        b"no form at all",
    ],
)
def test_a_form_that_cannot_be_read_is_no_answer(cloudflare, client, body):
    cloudflare.on("GET /content/v2", answer(body))

    with pytest.raises(UnansweredError, match="can't be read"):
        content_of(client)


@pytest.mark.parametrize(
    "other",
    [answer(b"", FORM), answer(b"<html>", "text/html"), answer(b"{}", "application/json")],
)
def test_what_is_no_script_is_asked_for_again(cloudflare, client, other):
    cloudflare.on("GET /content/v2", other, answer(form(part("index.js", b"one"))))

    assert content_of(client)[1] == {"index.js": b"one"}


def test_a_form_of_many_parts_is_taken_apart_in_one_go(parts_of):
    count = 20_000
    body = form(*(part(f"lib/{number}.js", b"%d" % number) for number in range(count)))

    found = parts_of(body)

    assert len(found) == count
    assert found[-1] == ("lib/19999.js", "application/javascript+module", b"19999")


def test_a_form_of_more_parts_than_any_script_has_is_no_answer(parts_of, monkeypatch):
    monkeypatch.setattr("workers_deploy.api.endpoints.content.MAX_PARTS", 3)
    parts_of(form(*[part("a.js", b"")] * 3))

    with pytest.raises(FormParserError, match="more than 3 parts"):
        parts_of(form(*[part("a.js", b"")] * 4))


def test_each_try_of_a_download_begins_anew(cloudflare, client):
    def breaks_off(_request):
        return httpx.Response(
            200, stream=BreaksOff(b"too much " * 100), headers={"Content-Type": "text/javascript"}
        )

    whole = answer(b"text", "application/javascript")
    cloudflare.on("GET /content/v2", breaks_off, whole)

    assert content_of(client)[1] == {"hello.js": b"text"}


class BreaksOff(httpx.SyncByteStream):
    def __init__(self, begin: bytes) -> None:
        self.begin = begin

    def __iter__(self):
        yield self.begin
        raise httpx.ReadError("the connection broke")


def test_a_download_without_end_is_given_up_and_leaves_nothing(
    cloudflare, client, monkeypatch, tmp_path
):
    monkeypatch.setattr("workers_deploy.api.http.connection.MAX_DOWNLOAD_BYTES", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cloudflare.on("GET /content/v2", answer(bytes(1001), "application/javascript"))

    with pytest.raises(UnansweredError, match="unreadable answer"):
        content_of(client)

    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_told(cloudflare, client, monkeypatch):
    cloudflare.on("GET /content/v2", answer(b"text", "application/javascript"))

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)

    with pytest.raises(ProblemsError) as caught:
        content_of(client)

    (problem,) = caught.value.problems
    assert (problem.subject, problem.message) == (
        "TMPDIR",
        "a download can't be kept there: No space left on device",
    )
