"""Files that change while their hash is taken: the hash is of one state, or there is none."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.loads import load, told
from workers_deploy.project.assets import digest as asset_digest
from workers_deploy.project.assets import hashing as asset_hashing
from workers_deploy.project.assets import hashing_process
from workers_deploy.project.assets.digest import (
    CHUNK_BYTES,
    FIRST_BYTES,
    UnsteadyError,
    hash_content,
    hash_file,
)
from workers_deploy.project.assets.hashing import LEAST_WORK, hash_files

INPUTS = {"script_name": "shop", "compatibility_date": "2026-01-01", "assets": "public"}


@dataclass
class Listed:
    file: str
    size: int = LEAST_WORK  # so that it pays


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "public" / "a.txt"
    made.parent.mkdir()
    made.write_text("one")
    return made


@pytest.fixture
def writes(file: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What someone writes into the file after each read, one text after the other."""
    waiting: list[str] = []
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        content = real(descriptor, size)
        if waiting:
            later = file.stat().st_mtime_ns + 1
            file.write_text(waiting.pop(0))
            os.utime(file, ns=(later, later))
        return content

    monkeypatch.setattr(asset_digest.os, "read", read)
    return waiting


@pytest.mark.parametrize("text", ["two", "longer", "", "x"])
def test_a_file_that_changes_once_is_read_once_more(file, writes, text):
    writes.append(text)

    hashed = hash_file(str(file), "txt")

    expected = hash_content(text.encode(), "txt")
    assert hashed == (expected, len(text), file.stat().st_mtime_ns)


def test_a_large_file_that_changes_between_two_reads_is_read_once_more(file, writes):
    before, after = ("a" * (FIRST_BYTES + CHUNK_BYTES + 5), "b" * (FIRST_BYTES + CHUNK_BYTES + 5))
    file.write_text(before)
    writes.append(after)

    assert hash_file(str(file), "txt")[0] == hash_content(after.encode(), "txt")


def test_a_file_that_changes_again_has_no_hash(file, writes):
    writes += ["two", "six"]

    with pytest.raises(UnsteadyError):
        hash_file(str(file), "txt")


def test_no_descriptor_of_such_a_file_stays_open(file, writes):
    before = len(list(Path("/proc/self/fd").iterdir()))
    writes += ["two", "six"]

    with pytest.raises(UnsteadyError):
        hash_file(str(file), "txt")

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_keeps_changing_is_a_problem_by_its_name(tmp_path, file, writes):
    writes += ["two", "six"]

    assert told(load(tmp_path, **INPUTS)) == [
        "public/a.txt: public/a.txt kept changing as it was read: is something still building?"
    ]


def test_a_helper_leaves_a_file_that_keeps_changing_to_who_asked(file, writes):
    writes += ["two", "six"]

    assert hashing_process._line(3, str(file)) == ""
    assert hashing_process._line(3, str(file)).startswith("3 ")


def test_what_a_helper_found_no_steady_state_of_is_read_here(file, monkeypatch):
    one = Listed(str(file))
    monkeypatch.setattr(asset_hashing._Pool, "_run_together", lambda *_: None)

    (hashed,) = hash_files([one], processes=2)

    assert hashed == (hash_content(b"one", "txt"), 3, file.stat().st_mtime_ns)
