"""A downloaded script: taken apart without a byte lost, or not at all."""

import httpx
import pytest

from fakes.api import bad
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.content import parse_content, read_content
from workers_deploy.api.endpoints.scripts import RawScript
from workers_deploy.errors import RefusedError, UnansweredError

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


def parts_of(body: bytes, kind: str = FORM):
    raw = RawScript(content=body, content_type=kind, main_module=None)
    return [(p.name, p.content_type, p.content) for p in parse_content(raw, "hello").parts]


def test_every_byte_of_a_module_stays_as_it_is():
    body = form(part("index.js", b"one"), part("raw.bin", ANY_BYTES, "application/octet-stream"))

    assert parts_of(body) == [
        ("index.js", "application/javascript+module", b"one"),
        ("raw.bin", "application/octet-stream", ANY_BYTES),
    ]


def test_names_are_read_as_they_were_before_they_were_written_into_a_header():
    body = form(part("a%22b%0D%0A/ü.js", b""))

    assert [name for name, _, _ in parts_of(body)] == ['a"b\r\n/ü.js']


def test_a_part_that_says_little_has_the_name_of_its_field():
    body = form(('Content-Disposition: form-data; name="index.js"', b"one"), ("X: y", b"two"))

    assert parts_of(body) == [
        ("index.js", "application/octet-stream", b"one"),
        ("", "application/octet-stream", b"two"),
    ]


def test_a_service_worker_is_one_module_of_the_scripts_name():
    assert parts_of(b"addEventListener()", "application/javascript") == [
        ("hello.js", "application/javascript", b"addEventListener()")
    ]


def test_the_main_module_is_the_one_that_a_header_names(cloudflare, client):
    body = form(part("lib.js", b""), part("index.js", b""))
    cloudflare.on("GET /content/v2", answer(body, **{"cf-entrypoint": "index.js"}), answer(body))

    assert read_content(client, HELLO).main_module == "index.js"
    assert read_content(client, HELLO).main_module == "lib.js"


def test_assets_alone_have_no_modules(cloudflare, client):
    cloudflare.on("GET /content/v2", httpx.Response(204))

    content = read_content(client, HELLO)

    assert (content.parts, content.main_module) == ((), None)


@pytest.mark.parametrize("status", [404, 405])
def test_the_older_endpoint_is_asked_where_the_newer_one_is_not_routed(cloudflare, client, status):
    cloudflare.on("GET /content/v2", bad(status, 7003))
    cloudflare.on("GET /scripts/hello", answer(b"text", "application/javascript"))

    assert read_content(client, HELLO).parts[0].content == b"text"


@pytest.mark.parametrize("refusal", [bad(404, 10007), bad(403, 10023)])
def test_a_refusal_is_one(cloudflare, client, refusal):
    cloudflare.on("GET /content/v2", refusal)

    with pytest.raises(RefusedError):
        read_content(client, HELLO)


def test_a_script_in_a_namespace_has_one_endpoint_for_its_content(cloudflare, client):
    cloudflare.on("GET /content", answer(b"text", "application/javascript"))

    read_content(client, ScriptPath(name="hello", dispatch_namespace="ns"))

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
        read_content(client, HELLO)


@pytest.mark.parametrize(
    "other",
    [answer(b"", FORM), answer(b"<html>", "text/html"), answer(b"{}", "application/json")],
)
def test_what_is_no_script_is_asked_for_again(cloudflare, client, other):
    cloudflare.on("GET /content/v2", other, answer(form(part("index.js", b"one"))))

    assert [p.name for p in read_content(client, HELLO).parts] == ["index.js"]
