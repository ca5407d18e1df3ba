"""What git ignores. dulwich knows that too, but waits for a FIFO and tries stars in every way."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from workers_deploy.project.ignore_pattern import (
    MAX_IGNORE_BYTES,
    MAX_PATTERNS,
    compile_patterns,
)
from workers_deploy.project.regular_files import read_regular

_FILE = ".gitignore"


class GitIgnore:
    """The ignore files of a work tree, each read when it is needed first."""

    def __init__(
        self,
        root: str,
        outer: Sequence[str],
        *,
        ignores_case: bool,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`outer` are the files beside the work tree, the one that counts most first.

        Raises:
            OSError: one of them can't be read.

        """
        self._root = root
        self._ignores_case = ignores_case
        self._check = check
        self._outer = [self._read(Path(file)) for file in outer]
        self._inner: dict[str, GitIgnoreSpec | None] = {}

    def is_ignored(self, path: str) -> bool:
        """Tell whether a path is ignored by itself; a folder's ends in `/`.

        Raises:
            OSError: an ignore file can't be read.

        """
        folder, name = os.path.split(path.rstrip("/"))
        below = path[len(path) - len(name) - path.endswith("/") :]
        while True:
            said = self._said(self._spec_of(folder), below)
            if said is not None:
                return said
            if not folder:
                break
            folder, name = os.path.split(folder)
            below = f"{name}/{below}"
        every = (self._said(spec, path) for spec in self._outer)
        return next((one for one in every if one is not None), False)

    def _said(self, spec: GitIgnoreSpec | None, path: str) -> bool | None:
        if spec is None:
            return None
        return spec.check_file(path.lower() if self._ignores_case else path).include

    def _spec_of(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._inner:
            self._inner[folder] = self._read(Path(self._root, folder, _FILE))
        return self._inner[folder]

    def _read(self, file: Path) -> GitIgnoreSpec | None:
        try:
            text = read_regular(file, MAX_IGNORE_BYTES).decode(errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return None
        lines = [line.rstrip("\r") for line in text.split("\n")]
        if len(lines) > MAX_PATTERNS:
            raise OSError(f"{file} has {len(lines)} lines")
        if self._ignores_case:
            lines = [line.lower() for line in lines]
        return GitIgnoreSpec(compile_patterns(lines, self._check))
