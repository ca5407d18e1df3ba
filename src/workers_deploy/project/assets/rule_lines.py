"""Lines of `_redirects` and `_headers` that no rule becomes of, and how they are reported."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.findings import Findings

MAX_LINE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a line: its kind, the rest of the sentence "line 3: …", and advice."""

    kind: StrEnum
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, counted from 1, that no rule becomes of."""

    number: int
    flaw: Flaw


def report_lines(
    lines: Iterable[BadLine], shown: str, refused: Collection[str], findings: Findings
) -> None:
    """Report the bad lines of a file: those of a `refused` kind as problems, others as warnings."""
    for line in lines:
        place = Place(file=shown, line=line.number)
        flaw = line.flaw
        if flaw.kind in refused:
            message = f"Cloudflare refuses this line: {flaw.message}"
            findings.problem(shown, message, hint=flaw.hint, place=place)
        else:
            advice = f"; {flaw.hint}" if flaw.hint else ""
            findings.notice(f"this line is ignored: {flaw.message}{advice}", place)
