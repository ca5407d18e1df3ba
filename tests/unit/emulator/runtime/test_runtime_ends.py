"""Scripts that fail, and how all of them end."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fakes.patience import PATIENCE
from fakes.scripts import NODE_MODULES, echo, get, part, runnable
from workers_emulator.runtime.runtime import Runtime, RuntimeUnavailable


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=3)
    yield made
    made.close()


@pytest.fixture
def own_runtime() -> Iterator[Runtime]:
    made = Runtime(node=None, node_modules=NODE_MODULES, processes=1)
    yield made
    made.close()


class TestFailures:
    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("throw new TypeError('at start');", "Uncaught TypeError: at start"),
            ("export default { fetch( };", "Uncaught SyntaxError"),
            ("import './gone.js'; export default {};", "No such module"),
        ],
    )
    def test_a_script_that_does_not_start_answers_with_what_workerd_said(
        self, runtime: Runtime, source: str, message: str
    ) -> None:
        answers = [get(runtime, runnable(source)) for _ in range(2)]

        assert [answer.status for answer in answers] == [500, 500]
        assert message in answers[0].body.decode()
        assert answers[0] == answers[1]

    def test_an_exception_that_is_not_caught_is_told_as_1101_with_its_text(
        self, runtime: Runtime
    ) -> None:
        script = runnable("export default { fetch() { throw new RangeError('on request'); } };")

        answer = get(runtime, script)

        assert answer.status == 500
        assert answer.body.startswith(b"error code: 1101\nRangeError: on request")
        assert b"node_modules" not in answer.body

    def test_an_own_answer_of_500_is_left_alone(self, runtime: Runtime) -> None:
        script = runnable("export default { fetch: () => new Response('mine', { status: 500 }) };")

        assert get(runtime, script).body == b"mine"

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"main_module": "gone.js"}, "the script has no part 'gone.js'"),
            (
                {"bindings": ({"type": "queue", "name": "Q"},)},
                "the binding Q has no 'queue_name'",
            ),
            (
                {"bindings": ({"type": "text_blob", "name": "T", "part": "gone"},)},
                "the script has no part 'gone'",
            ),
        ],
    )
    def test_an_upload_that_lacks_what_it_names_is_told(
        self, runtime: Runtime, fields: dict[str, Any], message: str
    ) -> None:
        script = runnable("export default {};", key=message + str(fields), **fields)

        answer = get(runtime, script)

        assert (answer.status, answer.body.decode()) == (500, message)

    def test_a_python_worker_is_told_to_need_the_network(self, runtime: Runtime) -> None:
        script = runnable(
            key="python",
            main_module="entry.py",
            modules=(part("entry.py", "from workers import Response", "text/x-python"),),
        )

        with pytest.raises(RuntimeUnavailable, match="Python Worker can't run offline"):
            get(runtime, script)

    def test_a_script_that_never_starts_is_given_up(self) -> None:
        runtime = Runtime(node=None, node_modules=NODE_MODULES, start_timeout=0.05)

        answer = get(runtime, runnable("while (true);"))
        runtime.close()

        assert answer.status == 500
        assert answer.body == b"the script did not start in 0.05 s"

    def test_a_script_that_never_answers_is_ended(self) -> None:
        runtime = Runtime(node=None, node_modules=NODE_MODULES, answer_timeout=1)
        script = runnable("export default { fetch() { while (true); } };")

        answer = get(runtime, script)
        process = runtime._slots[script.key].process
        runtime.close()

        assert (answer.status, answer.body) == (504, b"the script did not answer in 1 s")
        assert process is None

    def test_an_answer_that_breaks_off_is_told(self, runtime: Runtime) -> None:
        script = runnable("""
            export default {
              fetch() {
                const { readable, writable } = new FixedLengthStream(10);
                const writer = writable.getWriter();
                writer.write(new Uint8Array(3)).then(() => writer.abort(new Error("enough")));
                return new Response(readable);
              },
            };
        """)

        answer = get(runtime, script)

        assert answer.status == 502
        assert answer.body.startswith(b"the script's answer broke off")

    def test_a_node_that_ends_at_once_is_told_with_what_it_said(self, tmp_path: Path) -> None:
        broken = tmp_path / "miniflare"
        broken.mkdir()
        (broken / "package.json").write_text('{"main": "index.js"}')
        (broken / "index.js").write_text("process.stderr.write('no good'); process.exit(3);")
        runtime = Runtime(node=None, node_modules=tmp_path)

        answer = get(runtime, runnable("export default {};"))
        runtime.close()

        assert (answer.status, answer.body) == (500, b"node ended\nno good")


def processes_of(folder: Path) -> list[int]:
    """Return the processes that work below the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # another's, or one that has just ended
            if folder in entry.readlink().parents:
                found.append(int(entry.parent.name))
    return found


def has_ended(pidfd: int, *, seconds: float) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(int(seconds * 1000)))


EMULATOR = """
import sys
from pathlib import Path
from workers_emulator.runtime.runtime import Part, Runnable, Runtime

runtime = Runtime(node=None, node_modules=Path(sys.argv[1]))
source = b"export default { fetch: () => new Response('') };"
module = Part(name="a.js", content_type="application/javascript+module", content=source)
script = Runnable(
    key="a", script_name="a", main_module="a.js", body_part=None, modules=(module,), bindings=(),
    compatibility_date="2026-11-01", compatibility_flags=(), assets=None, asset_config={},
)
runtime.fetch(script, "GET", "/", [], b"")
print(runtime._folder, flush=True)
sys.stdin.read()
"""


class TestEnds:
    def test_close_leaves_no_process_and_no_file(self) -> None:
        runtime = Runtime(node=None, node_modules=NODE_MODULES)
        get(runtime, echo())
        folder = runtime._folder
        assert folder is not None
        before = processes_of(folder)

        runtime.close()

        assert len(before) == 2
        assert processes_of(folder) == []
        assert not folder.exists()

    def test_a_closed_runtime_runs_nothing(self) -> None:
        runtime = Runtime(node=None, node_modules=NODE_MODULES)
        runtime.close()

        with pytest.raises(RuntimeUnavailable, match="has ended"):
            get(runtime, echo())

    def test_a_runtime_that_closes_while_a_script_is_asked_for_starts_no_more(self) -> None:
        runtime = Runtime(node=None, node_modules=NODE_MODULES)

        with runtime._slot("key") as slot:
            runtime.close()

            with pytest.raises(RuntimeUnavailable, match="has ended"):
                runtime._started(slot, echo())

    def test_a_port_that_nobody_listens_on_any_more_is_told_and_mended(
        self, own_runtime: Runtime
    ) -> None:
        get(own_runtime, echo())
        process = own_runtime._slots[echo().key].process
        assert process is not None
        with socket.create_server(("127.0.0.1", 0)) as closed:
            process.port = closed.getsockname()[1]

        answers = [get(own_runtime, echo()) for _ in range(2)]

        assert [answer.status for answer in answers] == [502, 418]

    def test_a_process_that_was_killed_is_started_anew(self, own_runtime: Runtime) -> None:
        get(own_runtime, echo())
        killed = own_runtime._slots[echo().key].process
        assert killed is not None
        os.kill(killed._process.pid, signal.SIGKILL)
        killed._process.wait()

        answer = get(own_runtime, echo())

        assert answer.status == 418

    def test_a_version_is_started_once_however_many_ask_for_it(self, own_runtime: Runtime) -> None:
        source = "let n = 0; export default { fetch: () => new Response(String(++n)) };"
        script = runnable(source)
        answers: list[bytes] = []
        threads = [
            threading.Thread(target=lambda: answers.append(get(own_runtime, script).body))
            for _ in range(8)
        ]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answers) == [str(n).encode() for n in range(1, 9)]

    def test_nothing_outlives_an_emulator_that_is_killed(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", EMULATOR, str(NODE_MODULES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as emulator:
            assert emulator.stdout is not None
            folder = Path(emulator.stdout.readline().strip())
            watched = [os.pidfd_open(pid) for pid in processes_of(folder)]

            emulator.kill()

        assert len(watched) == 2
        for one in watched:
            assert has_ended(one, seconds=PATIENCE)
            os.close(one)
        assert not folder.exists()
