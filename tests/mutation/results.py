"""What mutmut leaves behind."""

import json
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant

from mutation.mutant import End, Mutant, change_of, end_of, function_of

MUTANTS = Path("mutants")


def read_mutants() -> Iterator[Mutant]:
    """Yield every mutant that was tried, by file."""
    for meta in sorted(MUTANTS.rglob("*.py.meta")):
        path = meta.relative_to(MUTANTS).with_suffix("")
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        for name, code in codes.items():
            if code is not None:
                yield _mutant(path, name, end_of(code))


def _mutant(path: Path, name: str, end: End) -> Mutant:
    # A diff takes time: only those that are looked at get one.
    change = "" if end in {"killed", "refused"} else change_of(get_diff_for_mutant(name, path=path))
    file = path.relative_to("src/workers_deploy").as_posix()
    return Mutant(file=file, function=function_of(name), change=change, end=end, name=name)
