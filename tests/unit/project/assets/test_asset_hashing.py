"""Hashes by several processes: the same as by one, whatever happens to a process."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from workers_deploy.project.assets import hashing as asset_hashing
from workers_deploy.project.assets.digest import hash_content
from workers_deploy.project.assets.hashing import LEAST_WORK, hash_files


@dataclass
class Listed:
    file: str
    size: int = LEAST_WORK  # so that it pays


def listed(folder: Path, count: int) -> list[Listed]:
    files = [folder / f"{number}.txt" for number in range(count)]
    for number, file in enumerate(files):
        file.write_text(f"{number}\n")
    return [Listed(str(file)) for file in files]


def expected(files: list[Listed]) -> list[tuple[str, int, int]]:
    found = [(Path(one.file).read_bytes(), Path(one.file).stat().st_mtime_ns) for one in files]
    return [(hash_content(content, "txt"), len(content), time) for content, time in found]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started, which are real."""
    processes: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*args, **kwargs):
        processes.append(real(*args, **kwargs))
        return processes[-1]

    monkeypatch.setattr(asset_hashing.subprocess, "Popen", start)
    return processes


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_several_processes_find_what_one_finds(tmp_path, started, processes):
    files = listed(tmp_path, 40)

    found = hash_files(files, processes=processes)

    assert found == expected(files)
    assert [process.returncode for process in started] == [0] * (processes - 1)


def test_a_helper_alone_does_all_batches_that_are_left_to_it(tmp_path, monkeypatch):
    files = listed(tmp_path, 10)
    # This process comes too late for every batch.
    monkeypatch.setattr(asset_hashing, "next_batch", lambda _: None)
    monkeypatch.setattr(asset_hashing, "_hash", lambda _: pytest.fail("it was hashed here"))

    assert hash_files(files, processes=2) == expected(files)


def test_few_small_files_start_no_process(tmp_path, started):
    files = [Listed(one.file, 10) for one in listed(tmp_path, 5)]

    assert hash_files(files, processes=8) == expected(files)
    assert started == []


def test_a_file_that_can_not_be_read_is_an_error_from_either_side(tmp_path, monkeypatch):
    files = [*listed(tmp_path, 3), Listed(str(tmp_path / "gone.txt"))]

    (*_, here) = hash_files(files, processes=1)
    monkeypatch.setattr(asset_hashing, "next_batch", lambda _: None)
    (*good, there) = hash_files(files, processes=2)

    assert good == expected(files[:3])
    for error in (here, there):
        assert isinstance(error, OSError)
        assert error.strerror == "No such file or directory"


def test_no_helper_gets_anything_of_the_environment(tmp_path, started, monkeypatch):
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "secret-token")
    real = asset_hashing.next_batch
    environments: list[bytes] = []

    def look(tickets: int) -> int | None:
        environments.append(Path(f"/proc/{started[0].pid}/environ").read_bytes())
        return real(tickets)

    monkeypatch.setattr(asset_hashing, "next_batch", look)

    hash_files(listed(tmp_path, 4), processes=2)

    assert environments
    assert set(environments) == {b""}


def test_what_a_killed_helper_leaves_is_done_here(tmp_path, started, monkeypatch):
    files = listed(tmp_path, 20)
    real = asset_hashing.next_batch

    def kill_first(tickets: int) -> int | None:
        started[0].kill()
        started[0].wait()
        return real(tickets)

    monkeypatch.setattr(asset_hashing, "next_batch", kill_first)

    assert hash_files(files, processes=2) == expected(files)


@pytest.mark.parametrize("failing", ["Popen", "TemporaryFile"])
def test_where_no_process_can_be_started_all_is_done_here(tmp_path, monkeypatch, failing):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    module = asset_hashing.subprocess if failing == "Popen" else asset_hashing.tempfile
    monkeypatch.setattr(module, failing, refuse)
    files = listed(tmp_path, 5)

    assert hash_files(files, processes=4) == expected(files)


def test_no_descriptor_stays_open(tmp_path):
    files = listed(tmp_path, 5)
    before = len(list(Path("/proc/self/fd").iterdir()))

    hash_files(files, processes=3)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_helper_ends_when_who_asked_is_gone(tmp_path):
    order = tmp_path / "order"
    order.write_bytes(b"0 1\0" + os.fsencode(tmp_path / "a.txt"))
    (tmp_path / "a.txt").write_text("a")
    tickets, filling = os.pipe()
    os.write(filling, (0).to_bytes(4, "big"))
    os.close(filling)
    words = (str(tickets), "1", *sys.path)  # process 1 is not who starts it

    with order.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", asset_hashing._PROGRAM, *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            pass_fds=(tickets,),
            check=True,
        )
    os.close(tickets)

    assert done.stdout == b""
