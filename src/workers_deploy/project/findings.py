"""What is wrong or odd with a checkout: collected, so that people get all of it in one run."""

from collections.abc import Iterable
from dataclasses import field

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place, Problem, ProblemKind

MOST_SHOWN = 200  # of problems and of warnings; a log of 10,000 lines is of no use to anyone


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something odd that does not stop the deploy: the text of a warning and where it is about."""

    text: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


@dataclass(slots=True)
class Findings:
    """The problems and notices of one load, in the order in which they were found."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    _known: set[Problem | Notice] = field(default_factory=set)

    def problem(
        self,
        subject: str,
        message: str,
        *,
        hint: str | None = None,
        place: Place | None = None,
        kind: ProblemKind = ProblemKind.PROJECT,
    ) -> None:
        """Add a problem; `subject` is an input's name, a path or a field, never a value."""
        found = Problem(kind=kind, subject=subject, message=message, hint=hint, place=place)
        if found not in self._known:
            self._known.add(found)
            self.problems.append(found)

    def notice(self, text: str, place: Place | None = None) -> None:
        """Add a warning, once."""
        found = Notice(text=text, place=place)
        if found not in self._known:
            self._known.add(found)
            self.notices.append(found)

    def first_problems(self) -> Iterable[Problem]:
        """Return as many problems as anyone reads, and how many more there are."""
        yield from self.problems[:MOST_SHOWN]
        if len(self.problems) > MOST_SHOWN:
            message = f"{len(self.problems) - MOST_SHOWN:,} more problems are not shown"
            yield Problem(kind=ProblemKind.PROJECT, subject="project", message=message)

    def first_notices(self) -> Iterable[Notice]:
        """Return as many warnings as anyone reads, and how many more there are."""
        yield from self.notices[:MOST_SHOWN]
        if len(self.notices) > MOST_SHOWN:
            yield Notice(text=f"{len(self.notices) - MOST_SHOWN:,} more warnings are not shown")
