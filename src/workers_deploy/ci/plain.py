"""The reporter for every place that has no language of its own: terminals and plain logs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, Final, TextIO

from workers_deploy.ci.base import Progress, Results
from workers_deploy.ci.progress import LineProgress, bar_progress
from workers_deploy.ci.redactor import Redactor
from workers_deploy.ci.row_layout import format_lines, format_row
from workers_deploy.ci.safe_stream import Voice
from workers_deploy.errors import Place

FAILURE: Final = "✗"


class PlainReporter:
    """Rows on stdout; failures and warnings on stderr; outputs and summary only as files."""

    folds: ClassVar = False  # whether a group folds
    annotates: bool = False

    def __init__(
        self,
        stdout: TextIO,
        stderr: TextIO,
        *,
        clock: Callable[[], float],
        debug: bool = False,
        is_terminal: bool = False,
    ) -> None:
        self._redactor = Redactor()
        self._out = Voice(stdout, self._redactor)
        self._err = Voice(stderr, self._redactor)
        self._stderr = stderr
        self._clock = clock
        self._debug = debug
        self._is_terminal = is_terminal

    def redact(self, text: str) -> str:
        """Return the text with every masked value as `***`."""
        return self._redactor.redact(text)

    def redact_output(self, text: str) -> str:
        """Return a text for machines with every masked value as `***`, public words excepted."""
        return self._redactor.redact_output(text)

    def let_show(self, words: Iterable[str]) -> None:
        """Leave public words, such as the script's name, readable in outputs from now on."""
        self._redactor.let_show(words)

    def is_public(self, value: str) -> bool:
        """Tell whether a value is a part of a word that everyone knows."""
        return self._redactor.is_public(value)

    def mask(self, value: str) -> None:
        """Keep a value, and its usual encodings, out of everything that follows."""
        self._redactor.add(value)

    def header(self, text: str) -> None:
        """Write the run's first line and an empty one."""
        self._out.say(f"{text}\n")

    def row(self, title: str, lines: Sequence[str], *, mark: str = "▸", folded: str = "") -> None:
        """Write a titled row, further lines indented under the first."""
        clean = [self._out.clean(line) for line in lines]
        if folded and self.folds:
            with self.group(format_row(mark, title, [folded])):
                self._tell(format_lines(clean))
        else:
            self._tell(format_row(mark, title, clean))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Write a heading; nothing folds here."""
        self._out.say(title)
        yield

    def line(self, text: str) -> None:
        """Write one line as it is."""
        self._tell(text)

    def _tell(self, text: str) -> None:
        voice = self._err if text.startswith(FAILURE) else self._out
        voice.say(text)

    def debug(self, text: str) -> None:
        """Write to stderr, only if debug logs were asked for."""
        if self._debug:
            self._err.say(f"debug: {text}")

    def notice(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Write a notice to stdout."""
        self._out.say(format_annotation("notice", message, title, place))

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Write a warning to stderr."""
        self._err.say(format_annotation("warning", message, title, place))

    def error(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Do nothing: a row has told it, and a log without annotations would tell it twice."""

    def publish(self, results: Results) -> None:
        """Do nothing: outputs and summary are in the files of report-dir."""

    @contextmanager
    def progress(self, title: str, files: int, size: int) -> Iterator[Progress]:
        """Show a bar on a terminal, else a line every few seconds."""
        if self._is_terminal:
            voices = (self._out, self._err)
            with bar_progress(
                title, files=files, size=size, stream=self._stderr, voices=voices
            ) as bar:
                yield bar
        else:
            yield LineProgress(title, files=files, size=size, say=self.line, clock=self._clock)


class OneStreamReporter(PlainReporter):
    """A plain reporter of a CI system, which keeps one log: one stream, so in one order."""

    def __init__(
        self,
        env: Mapping[str, str],
        stdout: TextIO,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
        debug: bool = False,
    ) -> None:
        super().__init__(stdout, stdout, clock=clock, debug=debug)
        self._env, self._now = env, now


def format_annotation(level: str, message: str, title: str, place: Place | None) -> str:
    """Write an annotation as compilers do, so that editors find the place.

    >>> format_annotation("error", "missing", "kv", Place(file="a.toml", line=3))
    'a.toml:3: error: kv: missing'
    """
    return ": ".join(part for part in (str(place or ""), level, title, message) if part)
