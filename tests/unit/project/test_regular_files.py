import os
from pathlib import Path

import pytest

from workers_deploy.project.regular_files import MIB, read_regular


def test_a_file_is_read_up_to_the_limit(tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(b"12345")

    assert read_regular(file, 5) == b"12345"
    with pytest.raises(OSError, match="larger than 0 KiB"):
        read_regular(file, 4)


def test_a_file_that_says_it_is_empty_is_limited_too():
    """A file of /proc has no size until it is read; so has one that grows meanwhile."""
    endless = Path("/proc/self/maps")
    assert endless.stat().st_size == 0

    with pytest.raises(OSError, match="larger than 0 KiB"):
        read_regular(endless, 16)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (os.mkfifo, "it is a FIFO"),
        (os.mkdir, "Is a directory"),
        (lambda path: path.symlink_to(os.devnull), "it is not a regular file"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (lambda _: None, "No such file or directory"),
    ],
)
def test_anything_else_is_an_error_that_says_what_it_is(tmp_path: Path, make, says):
    make(tmp_path / "file")

    with pytest.raises(OSError) as caught:
        read_regular(tmp_path / "file", MIB)

    assert caught.value.strerror == says
