"""Builds over esbuild's own channel, and programs that do not keep to it."""

import os
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from fakes import esbuilds
from fakes.patience import PATIENCE
from workers_deploy.project.esbuild.build import BuildRequest, Built, run_build
from workers_deploy.project.esbuild.channel import REAPER, Esbuild
from workers_deploy.project.esbuild.packets import Packet, encode
from workers_deploy.project.esbuild.plugins import (
    Answer,
    Import,
    Loaded,
    OnLoad,
    OnResolve,
    Plugin,
    PluginError,
    Question,
    Resolved,
)

VERSION = "0.28.2"
EVERY_ESBUILD = pytest.mark.parametrize("program", [esbuilds.oldest, esbuilds.wranglers])


def build(root: Path, program: Path, *plugins: Plugin, source: str = "") -> Built:
    entry = root / "index.ts"
    if source:
        entry.write_text(source)
    flags = ("--bundle", "--format=esm", "--metafile", f"--outdir={root / 'out'}", "--sourcemap")
    request = BuildRequest(
        entry=entry, directory=root, flags=(*flags, "--log-level=silent"), plugins=plugins
    )
    return run_build(esbuilds.opened(program), request)


def code(root: Path, built: Built) -> str:
    return built.outputs[root / "out/index.js"].decode()


@EVERY_ESBUILD
def test_outputs_come_back_in_memory(tmp_path, program):
    built = build(tmp_path, program(), source="export const a: number = 1;")

    assert built.messages == ()
    assert "var a = 1;" in code(tmp_path, built)
    assert built.metafile is not None
    assert built.metafile["outputs"]["out/index.js"]["exports"] == ["a"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.ts"]


@EVERY_ESBUILD
def test_callbacks_are_asked_where_their_filter_matches_and_in_order(tmp_path, program):
    asked = []

    def first(imported: Import) -> None:
        asked.append(("first", imported.path, imported.kind))

    def second(imported: Import) -> Resolved:
        asked.append(("second", imported.path, imported.kind))
        return Resolved(path="made", namespace="virtual")

    plugin = Plugin(
        name="test",
        on_resolve=(
            OnResolve(filter="^a$", callback=first),
            OnResolve(filter="a$", callback=second),
        ),
        on_load=(
            OnLoad(filter=".*", namespace="other", callback=lambda _: Loaded(contents="no")),
            OnLoad(
                filter=".*",
                namespace="virtual",
                callback=lambda path: Loaded(contents=f"export default '{path}'"),
            ),
        ),
    )
    external = OnResolve(filter="^b$", callback=lambda _: Resolved(is_external=True))

    built = build(
        tmp_path,
        program(),
        plugin,
        Plugin(name="other", on_resolve=(external,)),
        source="import a from 'a'; import b from 'b'; export { a, b }",
    )

    assert asked == [("first", "a", "import-statement"), ("second", "a", "import-statement")]
    assert '"made"' in code(tmp_path, built)
    assert 'from "b"' in code(tmp_path, built)


@EVERY_ESBUILD
def test_a_callback_can_ask_what_an_import_means_while_others_wait(tmp_path, program):
    answers = []

    def ask(imported: Import) -> Generator[Question, Answer, Resolved | None]:
        if imported.is_own:
            return None
        answer = yield Question(
            path=imported.path,
            importer=imported.importer,
            resolve_dir=imported.resolve_dir,
            kind=imported.kind,
            is_own=True,
        )
        answers.append((imported.path, answer.path, answer.has_errors))
        return Resolved(path=imported.path, is_external=True)

    names = [f"./a{index}.txt" for index in range(300)]
    (tmp_path / "a7.txt").write_text("")
    source = "\n".join(f"import {name!r};" for name in names)
    asking = Plugin(name="ask", on_resolve=(OnResolve(filter=r"\.txt$", callback=ask),))

    built = build(tmp_path, program(), asking, source=source)

    assert built.messages == ()
    assert sorted(path for path, _, _ in answers) == sorted(names)
    assert [one for one in answers if not one[2]] == [("./a7.txt", str(tmp_path / "a7.txt"), False)]


@EVERY_ESBUILD
def test_errors_and_warnings_have_their_places(tmp_path, program):
    def refuse(imported: Import) -> None:
        raise PluginError(f"{imported.path} is refused")

    plugin = Plugin(name="test", on_resolve=(OnResolve(filter="^a$", callback=refuse),))

    built = build(
        tmp_path,
        program(),
        plugin,
        source="import a from 'a';\n/* äö */ import b from 'b';\nif (typeof a == 'no') b();",
    )

    assert built.metafile is None
    assert sorted((one.line, one.column, one.text, one.id) for one in built.messages) == [
        (1, 15, "a is refused", ""),
        (2, 24, 'Could not resolve "b"', ""),
        (3, 17, 'The "typeof" operator will never evaluate to "no"', "impossible-typeof"),
    ]
    assert {one.file for one in built.messages} == {"index.ts"}
    assert [one.is_error for one in built.messages] == [True, True, False]


def test_what_a_callback_raises_when_it_loads_is_an_error_too(tmp_path):
    def refuse(path: str) -> None:
        raise PluginError(f"{Path(path).name} is refused")

    plugin = Plugin(name="test", on_load=(OnLoad(filter=r"\.ts$", callback=refuse),))

    built = build(tmp_path, esbuilds.wranglers(), plugin, source="1")

    assert [one.text for one in built.messages] == ["index.ts is refused"]


def test_a_flag_that_esbuild_does_not_know_is_a_message(tmp_path):
    request = BuildRequest(entry=tmp_path / "a.js", directory=tmp_path, flags=("--no-such-flag",))

    built = run_build(esbuilds.opened(esbuilds.wranglers()), request)

    assert 'Invalid build flag: "--no-such-flag"' in built.messages[0].text


def program_of(folder: Path, script: str) -> Path:
    program = folder / "program"
    program.write_text(f"#!/bin/sh\necho $$ > {folder / 'pid'}\n{script}\n")
    program.chmod(0o755)
    return program


def answering(folder: Path, *packets: Packet, then: str = "exec sleep 1000") -> str:
    """Return a script that says the right version, and then these packets."""
    content = len(VERSION).to_bytes(4, "little") + VERSION.encode() + b"".join(map(encode, packets))
    (folder / "answers").write_bytes(content)
    return f"cat {folder / 'answers'}; {then}"


def is_running(folder: Path) -> bool:
    for thread in threading.enumerate():
        if thread.name == REAPER:
            thread.join(PATIENCE)
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def run(folder: Path, script: str, **esbuild: object) -> str:
    """Run a program that is no esbuild; return what is said of it."""
    used = Esbuild(
        **{
            "program": program_of(folder, script),
            "version": VERSION,
            "check": lambda: None,
            **esbuild,
        }  # type: ignore[arg-type]
    )
    built = run_build(used, BuildRequest(entry=folder / "a.js", directory=folder, flags=()))
    assert built.metafile is None
    assert not is_running(folder)
    (message,) = built.messages
    assert message.is_error
    return message.text


def test_a_service_that_ends_is_told_with_its_last_words(tmp_path):
    assert run(tmp_path, "echo no disk >&2; exit 1") == "esbuild: it ended: no disk"
    assert run(tmp_path, "exit 0") == "esbuild: it ended: it does not say why"
    late = answering(tmp_path, then="exit 3")
    assert run(tmp_path, late) == "esbuild: it ended: it does not say why"


@pytest.mark.parametrize("begins", [True, False])
def test_a_service_that_hangs_is_ended_at_the_deadline(tmp_path, begins):
    script = answering(tmp_path) if begins else "exec sleep 1000"

    def clock() -> float:
        """Pass the deadline when the program is seen to run."""
        pid = tmp_path / "pid"
        return 300 if pid.exists() and pid.read_text() else 0

    assert run(tmp_path, script, clock=clock) == "esbuild: it did not end within 300 seconds"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("printf 'a\\0\\0\\0bcd'; exec sleep 1000", "it ended"),
        ("echo hello, I am no esbuild; exec sleep 1000", "a packet without an end"),
        ("printf '\\3\\0\\0\\0abc'; exec sleep 1000", "it is 'abc', not 0.28.2"),
    ],
)
def test_another_program_is_told(tmp_path, script, said):
    if said == "it ended":
        script = script.replace("exec sleep 1000", "exit 0")

    assert said in run(tmp_path, script)


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (Packet(1, is_response=False, value="text"), "no mapping"),
        (Packet(1, is_response=False, value={"command": "sing"}), "asked 'sing'"),
        (Packet(9, is_response=True, value={}), "answered what it was not asked"),
        (Packet(0, is_response=True, value={}), "answered what can't be read: KeyError('errors')"),
        (Packet(0, is_response=True, value={"error": "no"}), "no"),
        (
            Packet(
                0,
                is_response=True,
                value={"errors": [], "warnings": [], "outputFiles": [], "metafile": b"{"},
            ),
            "answered what can't be read: JSONDecodeError",
        ),
        (
            Packet(1, is_response=False, value={"command": "on-resolve", "ids": [4]}),
            "answered what can't be read",
        ),
    ],
)
def test_answers_that_make_no_sense_end_it(tmp_path, packet, said):
    assert said in run(tmp_path, answering(tmp_path, packet))


def test_bytes_that_are_no_packet_end_it(tmp_path):
    script = answering(tmp_path, then="printf '\\5\\0\\0\\0\\0\\0\\0\\0\\77'; exec sleep 1000")

    assert "answered what can't be read: 63 begins no value" in run(tmp_path, script)


def test_what_the_check_raises_ends_the_program_and_goes_on(tmp_path):
    class StopError(Exception):
        pass

    def check() -> None:
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            raise StopError

    with pytest.raises(StopError):
        run(tmp_path, "sleep 1000 & wait", check=check)
    assert not is_running(tmp_path)


def test_a_program_sees_no_variable_of_the_environment(tmp_path):
    run(tmp_path, f"env > {tmp_path / 'seen'}; exit 3")

    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert seen.pop("GOGC") == "off"  # ours
    assert seen.keys() <= {"PWD", "SHLVL", "_", "OLDPWD"}  # the shell's


def test_a_program_that_can_not_be_run_is_a_message(tmp_path):
    esbuild = Esbuild(program=tmp_path / "nothing", version=VERSION, check=lambda: None)

    built = run_build(esbuild, BuildRequest(entry=tmp_path, directory=tmp_path, flags=()))

    assert "can't be started: [Errno 2] No such file" in built.messages[0].text
