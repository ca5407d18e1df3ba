"""What scripts in real workerd see and answer: requests and modules."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fakes.scripts import NODE_MODULES, WASM, echo, get, header, part, runnable
from workers_emulator.runtime.runtime import Runtime


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=3)
    yield made
    made.close()


@pytest.fixture
def neighbour() -> Iterator[str]:
    """Another server of this machine, which answers what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestRequestsAndAnswers:
    def test_a_script_sees_its_variables_and_secrets_as_they_were_uploaded(
        self, runtime: Runtime
    ) -> None:
        answer = get(runtime, echo())

        assert '"vars":["täxt","line 1\\nline 2",{"a":[1,"é",null]},42]' in answer.body.decode()

    def test_status_and_repeated_headers_arrive_as_the_script_sent_them(
        self, runtime: Runtime
    ) -> None:
        answer = get(runtime, echo())

        assert answer.status == 418
        assert [value for name, value in answer.headers if name.lower() == "set-cookie"] == [
            "a=1",
            "b=2",
        ]

    def test_a_script_sees_the_host_that_was_asked_and_the_path_unchanged(
        self, runtime: Runtime
    ) -> None:
        answer = get(runtime, echo(), "/a%20b/%2F?q=%41&q=2", Host="hello.acme.workers.dev")

        assert '"url":"https://hello.acme.workers.dev/a%20b/%2F?q=%41&q=2"' in answer.body.decode()
        assert '["host","hello.acme.workers.dev"]' in answer.body.decode()

    def test_a_loopback_host_is_seen_by_plain_http(self, runtime: Runtime) -> None:
        answer = get(runtime, echo(), "/x", Host="127.0.0.1:8787")

        assert '"url":"http://127.0.0.1:8787/x"' in answer.body.decode()

    def test_without_a_host_the_script_sees_a_name_of_its_own(self, runtime: Runtime) -> None:
        answer = get(runtime, echo(), "/x")

        assert '"url":"https://hello.workers.dev/x"' in answer.body.decode()

    def test_a_body_arrives_byte_for_byte(self, runtime: Runtime) -> None:
        body = "ä" * 100_000

        answer = runtime.fetch(echo(), "POST", "/", [("Content-Length", "200000")], body.encode())

        assert '"method":"POST"' in answer.body.decode()
        assert f'"body":"{body}"' in answer.body.decode()

    def test_headers_of_the_connection_and_of_miniflare_do_not_reach_the_script(
        self, runtime: Runtime
    ) -> None:
        sent = [
            ("Connection", "close, X-Hop"),
            ("X-Hop", "1"),
            ("X-End", "1"),
            ("MF-Route-Override", "other"),
            ("Upgrade", "h2c"),
        ]

        seen = runtime.fetch(echo(), "GET", "/", sent, b"").body.decode()

        assert '["x-end","1"]' in seen
        assert "x-hop" not in seen
        assert "upgrade" not in seen
        assert "mf-" not in seen

    def test_a_head_request_stays_one(self, runtime: Runtime) -> None:
        answer = runtime.fetch(echo(), "HEAD", "/", [], b"")

        assert answer.status == 418
        assert header(answer, "x-seen") == "yes"
        assert answer.body == b""

    def test_an_encoded_answer_is_passed_on_encoded(self, runtime: Runtime) -> None:
        answer = get(runtime, echo(), Accept_Encoding="gzip")

        assert header(answer, "content-encoding") == "gzip"
        assert b'"method":"GET"' in gzip.decompress(answer.body)

    def test_a_redirect_is_passed_on_and_not_followed(self, runtime: Runtime) -> None:
        script = runnable(
            "export default { fetch: (r) => Response.redirect(r.url + 'next', 303) };"
        )

        answer = get(runtime, script, Host="a.example.com")

        assert (answer.status, header(answer, "location")) == (303, "https://a.example.com/next")

    def test_a_fetch_of_this_machine_is_answered_and_its_redirects_are_the_scripts(
        self, runtime: Runtime, neighbour: str
    ) -> None:
        source = "export default { fetch: (_, env) => fetch(env.TO, { redirect: 'manual' }) };"
        to = {"type": "plain_text", "name": "TO", "text": neighbour}

        answer = get(runtime, runnable(source, bindings=(to,)))

        assert (answer.status, header(answer, "location")) == (302, "/elsewhere")

    def test_a_fetch_of_another_machine_fails_as_an_unknown_host_does(
        self, runtime: Runtime
    ) -> None:
        script = runnable("export default { fetch: () => fetch('https://www.example.com/') };")

        answer = get(runtime, script)

        assert answer.status == 530
        assert answer.body.startswith(b"error code: 1016")


class TestModules:
    def test_every_kind_of_module_is_imported_by_its_name(self, runtime: Runtime) -> None:
        source = """
            import cjs from "./lib/util.cjs";
            import wasm from "./lib/add.wasm";
            import text from "./0123-hello.txt";
            import bytes from "./raw.bin";
            import { two } from "./lib/two.mjs";
            export default {
              async fetch() {
                const { exports } = await WebAssembly.instantiate(wasm);
                const sum = exports.add(two, 3);
                return new Response([cjs.name, sum, text, bytes.byteLength].join("|"));
              },
            };
            //# sourceMappingURL=index.js.map
        """
        modules = (
            part("lib/util.cjs", "module.exports = { name: 'cjs' };", "application/javascript"),
            part("lib/add.wasm", WASM, "application/wasm"),
            part("./0123-hello.txt", "täxt", "text/plain; charset=utf-8"),
            part("raw.bin", bytes(range(256)), "application/octet-stream"),
            part("lib/two.mjs", "export const two = 2;"),
            part("index.js.map", '{"version": 3, "mappings": "', "application/source-map"),
            part("index.js", source),
        )

        answer = get(runtime, runnable(source, modules=modules))

        assert answer.body.decode() == "cjs|5|täxt|256"

    def test_a_service_worker_finds_variables_and_blobs_among_its_globals(
        self, runtime: Runtime
    ) -> None:
        source = """
            addEventListener("fetch", (event) => {
              const sum = new WebAssembly.Instance(ADD).exports.add(1, 2);
              const length = new Uint8Array(RAW).length;
              event.respondWith(new Response([TEXT, sum, HELLO, length].join("|")));
            });
        """
        modules = (
            part("script", source, "application/javascript"),
            part("add", WASM, "application/wasm"),
            part("hello", "täxt", "text/plain"),
            part("raw", b"\x00\xff", "application/octet-stream"),
        )
        bindings = (
            {"type": "plain_text", "name": "TEXT", "text": "v"},
            {"type": "wasm_module", "name": "ADD", "part": "add"},
            {"type": "text_blob", "name": "HELLO", "part": "hello"},
            {"type": "data_blob", "name": "RAW", "part": "raw"},
        )

        answer = get(
            runtime,
            runnable(key="service worker", body_part="script", modules=modules, bindings=bindings),
        )

        assert answer.body.decode() == "v|3|täxt|2"

    def test_a_date_that_this_workerd_does_not_know_yet_is_no_obstacle(
        self, runtime: Runtime
    ) -> None:
        script = runnable(
            "export default { fetch: () => new Response('new') };", compatibility_date="2999-01-01"
        )

        assert get(runtime, script).body == b"new"
