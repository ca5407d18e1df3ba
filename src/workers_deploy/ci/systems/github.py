"""GitHub Actions, and Forgejo and Gitea, which speak its language.

Built on the command and file-command pieces of actions-toolkit, written to our own streams and
to the files that the runner names. Its `core` is never imported: it reads and writes globals of
the process and loads `requests` (tests/unit/ci/test_github.py holds this).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TextIO

from actions_toolkit.command import Command
from actions_toolkit.file_command import prepare_key_value_message

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import OneStreamReporter, format_annotation
from workers_deploy.ci.redactor import lines_to_mask
from workers_deploy.errors import Place

# A step shows no more than this of each kind; what comes after is lost without a word.
MAX_ANNOTATIONS: Final = 10
# Per step; the runner refuses a file that is larger, whole.
MAX_SUMMARY_BYTES: Final = 2**20
CUT_NOTE: Final = "\n\n_Cut at 1 MiB; `summary.md` in the report folder is whole._\n"
FOLD_NOTE: Final = "(further ones are in the log of this step only)"


class GitHubReporter(OneStreamReporter):
    """Workflow commands on stdout; outputs and summary through the runner's files."""

    folds = True
    annotates = True

    def __init__(
        self,
        env: Mapping[str, str],
        stdout: TextIO,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
        debug: bool = False,
    ) -> None:
        # The runner reads two streams, but not in the order that they were written in.
        super().__init__(env, stdout, clock=clock, now=now, debug=debug)
        self._shows_debug = env.get("RUNNER_DEBUG") == "1"
        self._files = {name: env.get(name, "") for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        self._broken: set[str] = set()
        self._annotations: dict[str, int] = {}
        self._depth = 0

    def mask(self, value: str) -> None:
        """Mask here and in the runner, for what other steps show: each line, and each encoding.

        A mask of the runner's is one line. Some runners (GitHub's) look for encodings by
        themselves, others (Forgejo's, Gitea's) for nothing but the text that they are given.
        """
        super().mask(value)
        for mask in lines_to_mask(value):
            self._out.command(str(Command("add-mask", {}, mask)))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside; a group in a group is a heading, as GitHub can't nest."""
        if self._depth:
            self._out.say(title)
        else:
            self._command("group", " ".join(title.split()))
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._command("endgroup", "")

    def debug(self, text: str) -> None:
        """Write what the runner shows if it was asked for debug logs, or what we were asked for."""
        if self._debug and not self._shows_debug:
            self._out.say(f"debug: {text}")
        else:
            self._command("debug", text)

    def notice(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with a notice."""
        self._annotate("notice", message, title, place)

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with a warning."""
        self._annotate("warning", message, title, place)

    def error(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with an error."""
        self._annotate("error", message, title, place)

    def publish(self, results: Results) -> None:
        """Set the step outputs and add to the job summary."""
        for name, value in results.outputs.items():
            self.output(name, value)
        if results.summary is not None:
            self.summary(results.summary)

    def output(self, name: str, value: str) -> None:
        """Set a step output, as it is; where the runner has no file for it, a warning says so."""
        self._append("GITHUB_OUTPUT", prepare_key_value_message(name, value) + "\n")

    def summary(self, markdown: str) -> None:
        """Add to the job summary, as much as fits."""
        self._append("GITHUB_STEP_SUMMARY", self.redact(markdown) + "\n", limit=MAX_SUMMARY_BYTES)

    def _annotate(self, level: str, message: str, title: str, place: Place | None) -> None:
        count = self._annotations[level] = self._annotations.get(level, 0) + 1
        if count > MAX_ANNOTATIONS:
            self._out.say(format_annotation(level, message, title, place))
            return
        if count == MAX_ANNOTATIONS:
            message = f"{message}\n{FOLD_NOTE}"
        where = {"file": place.file, "line": place.line, "col": place.column} if place else {}
        self._command(level, message, **where, title=title)

    def _command(self, name: str, message: str, **properties: str | int | None) -> None:
        clean = {key: self._out.clean(str(value)) for key, value in properties.items() if value}
        self._out.command(str(Command(name, clean, self._out.clean(message))))

    def _append(self, variable: str, text: str, *, limit: int | None = None) -> None:
        try:
            _append_to(self._files[variable], text, limit)
        except OSError as exc:
            if variable not in self._broken:
                self._broken.add(variable)
                reason = exc.strerror if self._files[variable] else "it is not set"
                self.warning(f"{variable} can't be written: {reason}")


def _append_to(path: str, text: str, limit: int | None) -> None:
    """Append to a file that exists: a name without a file is a container without the mount."""
    content = text.encode("utf-8", "replace")
    with open(path, "r+b") as file:  # noqa: PTH123 - "" must be an OSError, Path("") is "."
        size = file.seek(0, 2)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                content = b"\n" + content
        file.write(content if limit is None else cut(content, limit - size))


def cut(content: bytes, room: int) -> bytes:
    """Return UTF-8 text of at most `room` bytes, cut after a line with a note that says so."""
    if len(content) <= room:
        return content
    note = CUT_NOTE.encode()
    kept = content[: max(room - len(note), 0)].rpartition(b"\n")[0]
    return kept + note if room >= len(note) else b""
