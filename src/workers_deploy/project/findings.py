"""What is wrong or odd with a checkout: collected, so that people get all of it in one run."""

from dataclasses import field

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place, Problem, ProblemKind


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
        if found not in self.problems:
            self.problems.append(found)

    def notice(self, text: str, place: Place | None = None) -> None:
        """Add a warning, once."""
        found = Notice(text=text, place=place)
        if found not in self.notices:
            self.notices.append(found)
