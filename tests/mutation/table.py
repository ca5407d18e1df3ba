"""The table of `make mutants`, and the survivors that have a reason."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation.mutant import Mutant

LEAST = 90.0
LIST = Path("tests/mutation/survivors.toml")
COLUMNS = ("mutants", "refused", "killed", "survived", "%")


@dataclass(frozen=True)
class Reason:
    """Why mutants may live: where they are, what they change, and what they cannot break."""

    file: str
    why: str
    function: str = "*"
    change: str = "*"

    def covers(self, mutant: Mutant) -> bool:
        return (
            _like(self.file, mutant.file)
            and _like(self.function, mutant.function)
            and _like(self.change, mutant.change)
        )


def _like(pattern: str, text: str) -> bool:
    """Tell whether a text is the pattern, in which only `*` is special."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, text) is not None


def read_reasons(path: Path = LIST) -> list[Reason]:
    """Return the survivors that are known."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"]
    return [Reason(**entry) for entry in entries]


def survivors(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return what neither a test nor a type noticed."""
    return [mutant for mutant in mutants if mutant.end in {"survived", "unreached"}]


def killed_of(mutants: Iterable[Mutant]) -> float:
    """Return the share that tests noticed, in per cent, of what the type checker lets pass."""
    counted = [mutant for mutant in mutants if mutant.end != "refused"]
    if not counted:
        return 100.0
    return 100 * (len(counted) - len(survivors(counted))) / len(counted)


def table_lines(mutants: Sequence[Mutant]) -> Iterator[str]:
    """Yield a line for each file, and one for all."""
    files = sorted({mutant.file for mutant in mutants})
    width = max(len(file) for file in [*files, "file"])
    yield f"{'file':{width}}" + "".join(f"{column:>10}" for column in COLUMNS)
    for file in files:
        yield _line(file.ljust(width), [mutant for mutant in mutants if mutant.file == file])
    yield _line("all".ljust(width), mutants)


def _line(title: str, mutants: Sequence[Mutant]) -> str:
    refused = sum(mutant.end == "refused" for mutant in mutants)
    alive = len(survivors(mutants))
    killed = len(mutants) - refused - alive
    # Rounded down: 89.96 is not 90.
    share = int(killed_of(mutants) * 10) / 10
    return f"{title}{len(mutants):>10}{refused:>10}{killed:>10}{alive:>10}{share:>10}"


def complaints(
    mutants: Sequence[Mutant], reasons: Sequence[Reason], *, whole: bool
) -> Iterator[str]:
    """Yield why this result is not good enough; reasons of no use only of a whole run."""
    alive = survivors(mutants)
    for mutant in alive:
        if not any(reason.covers(mutant) for reason in reasons):
            unreached = " (no test gets there)" if mutant.end == "unreached" else ""
            yield f"survived{unreached}: {mutant.file} {mutant.function}: {mutant.change}"
    for reason in reasons if whole else ():
        if not any(reason.covers(mutant) for mutant in alive):
            yield f"no survivor any more: {reason.file} {reason.function}: {reason.change}"
    share = killed_of(mutants)
    if share < LEAST:
        yield f"{share:.2f} % killed, less than {LEAST:g} %"
