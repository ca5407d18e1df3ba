"""A run that is cancelled while it waits for something else than Cloudflare."""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fakes.api import raw_server, read_request
from fakes.cloudflare import Cloudflare
from fakes.github_api import TOKEN, GitHubApi, serving
from fakes.patience import FOREVER, PATIENCE
from fakes.runs import PATH, Run, Runner
from workers_deploy.api import github, probe
from workers_deploy.executor.stop import Stop

SLEEP = shutil.which("sleep")

Answer = Callable[[socket.socket, threading.Event], object]


def never(_: socket.socket, end: threading.Event) -> None:
    end.wait(2 * PATIENCE)


def line_by_line(connection: socket.socket, end: threading.Event) -> None:
    """Answer so that no wait for a byte is ever long."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not end.wait(0.05):
            connection.sendall(b"X: y\r\n")


@contextmanager
def serve(answer: Answer, when_asked: Callable[[], object] = lambda: None) -> Iterator[str]:
    """Yield the address of a site that answers like this until the test ends."""
    end = threading.Event()

    def serve_one(connection: socket.socket) -> None:
        read_request(connection)
        when_asked()
        answer(connection, end)

    with raw_server(serve_one) as url:
        try:
            yield url
        finally:
            end.set()


def assert_cancelled(run: Run) -> None:
    assert run.exit_code == 143, run.log
    assert run.seconds < PATIENCE
    assert run.report["exit_code"] == 143


@pytest.mark.parametrize("answer", [never, line_by_line])
def test_a_signal_while_the_script_is_asked_ends_the_run(
    full_runner: Runner,
    cloudflare: Cloudflare,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
):
    monkeypatch.setattr(probe, "LONGEST_REQUEST", FOREVER)
    stop = Stop()
    with serve(answer, lambda: stop.request(signal.SIGTERM)) as url:
        run = full_runner.fast("deploy", stop=stop, probe=url, probe_timeout=FOREVER)

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_site_that_answers_line_by_line_is_asked_no_longer_than_the_input_says(
    full_runner: Runner,
):
    with serve(line_by_line) as url:
        run = full_runner.fast("deploy", probe=url, probe_timeout=1)

    assert run.exit_code == 6, run.log
    assert run.seconds < PATIENCE
    assert "no answer in 1 s" in run.log


@pytest.mark.parametrize("route", ["POST /deployments", "POST .*/statuses"])
def test_a_signal_while_github_is_told_ends_the_run_with_nothing_written(
    runner: Runner, cloudflare: Cloudflare, monkeypatch: pytest.MonkeyPatch, route: str
):
    monkeypatch.setattr(github, "REQUEST_TIMEOUT", FOREVER)
    api, stop, end = GitHubApi(), Stop(), threading.Event()
    api.when(route, lambda: stop.request(signal.SIGTERM))
    api.when(route, lambda: end.wait(2 * PATIENCE))
    with serving(api) as url:
        run = runner.fast(
            "deploy",
            ci="github",
            env={"GITHUB_API_URL": url, "GITHUB_SHA": "b" * 40},
            stop=stop,
            github_token=TOKEN,
            github_deployment=True,
        )
        end.set()

    assert_cancelled(run)
    assert cloudflare.writes == []


@pytest.fixture
def bundling(runner: Runner, tmp_path: Path) -> dict[str, str]:
    """A project whose esbuild is npm's script: it starts the program, which takes far too long."""
    runner.checkout.write("src/shop.ts", "export default {};")
    # Without Node: its run-time files are not installed here, and are missed first.
    runner.checkout.config(main="src/shop.ts", compatibility_date="2024-01-01")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "esbuild").write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && echo 0.28.0 && exit\n'
        f'{SLEEP} {2 * PATIENCE:.0f} &\necho "$!" > "{folder}/started"\nwait\n',
        encoding="utf-8",
    )
    (folder / "esbuild").chmod(0o755)
    return {"PATH": os.pathsep.join((str(folder), PATH)), "STARTED": str(folder / "started")}


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_while_it_is_bundled_ends_the_program_and_the_run(
    runner: Runner, bundling: dict[str, str], number: int, exit_code: int
):
    running = runner.start("deploy", env={"PATH": bundling["PATH"]})
    program = wait_for_number(Path(bundling["STARTED"]))

    running.signal(number)
    run = running.end()

    assert run.exit_code == exit_code, run.log
    assert run.seconds < PATIENCE
    assert run.report["exit_code"] == exit_code
    assert has_ended(program)


def has_ended(process: int) -> bool:
    """Tell whether a process is gone, or only waits for someone to ask how it ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def wait_for_number(file: Path) -> int:
    """Return the number that another process writes into a file."""
    for _ in range(int(PATIENCE / 0.05)):
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        threading.Event().wait(0.05)
    raise AssertionError("esbuild was not started")
