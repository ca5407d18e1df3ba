"""A person's terminal: colours and words that wrap, where the stream is one."""

import os
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Final, TextIO

from workers_deploy.ci.plain import FAILURE, PlainReporter, format_annotation
from workers_deploy.ci.row_layout import INDENT
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place

MIN_WIDTH: Final = 40  # columns; narrower than that, the terminal wraps better itself
_COLOURS: Final = {
    "▸": "1;36",  # bold cyan
    "✗": "1;31",
    "↺": "1;33",
    "!": "1;33",
    "+": "32",
    "~": "33",
    "-": "31",
    "=": "2",
}
_HEAD: Final = re.compile(rf"^[▸✗↺!] .{{0,{len(INDENT) - 2}}}")
_SIGN: Final = re.compile(rf"^(?P<before>.{{{len(INDENT)}}})(?P<sign>[+~=-])(?= )")
_WARNING: Final = re.compile(r"\bwarning:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a stream shows lines; `width` in columns, 0 where lines go on."""

    has_colours: bool = False
    width: int = 0

    def apply(self, text: str) -> str:
        """Return clean lines as the stream shows them."""
        lines = [piece for line in text.split("\n") for piece in self._wrapped(line)]
        return "\n".join(map(_painted, lines) if self.has_colours else lines)

    def _wrapped(self, line: str) -> list[str]:
        if self.width < MIN_WIDTH or len(line) <= self.width:
            return [line]
        is_row = bool(_HEAD.match(line)) or line.startswith(INDENT)
        return textwrap.wrap(
            line,
            self.width,
            subsequent_indent=INDENT + "  " if is_row else "  ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
            replace_whitespace=False,
        )


def look_of(env: Mapping[str, str], stream: TextIO) -> Look:
    """Return how a stream shows lines: as they are, where nobody sits before it.

    See no-color.org: `NO_COLOR` that is not empty wants none.
    """
    if not stream.isatty():
        return Look()
    plain = env.get("NO_COLOR") or env.get("TERM") == "dumb"
    return Look(has_colours=not plain, width=_width_of(env, stream))


def _width_of(env: Mapping[str, str], stream: TextIO) -> int:
    if env.get("COLUMNS", "").isdecimal():
        return int(env["COLUMNS"])
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def _painted(line: str) -> str:
    r"""Return a line with its mark, its title and its sign in colour.

    >>> _painted("▸ Plan         + code")
    '\x1b[1;36m▸ Plan         \x1b[0m\x1b[32m+\x1b[0m code'
    """
    sign = _SIGN.match(line)
    end = sign["sign"] if sign else ""
    head = sign["before"] if sign else (_HEAD.match(line) or [""])[0]
    rest = line[len(head) + len(end) :]
    rest = _WARNING.sub(lambda found: _paint(found[0], "33"), rest, count=1)
    title = _paint(head, _COLOURS.get(head[:1], "")) if head.strip() else head
    return title + (_paint(end, _COLOURS[end]) if end else "") + rest


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


class TerminalReporter(PlainReporter):
    """A plain reporter for a person."""

    def __init__(
        self,
        env: Mapping[str, str],
        stdout: TextIO,
        stderr: TextIO,
        *,
        clock: Callable[[], float],
        debug: bool = False,
        has_bar: bool = False,
    ) -> None:
        super().__init__(stdout, stderr, clock=clock, debug=debug, is_terminal=has_bar)
        self._looks = look_of(env, stdout), look_of(env, stderr)

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Write a warning to stderr."""
        text = self._err.clean(format_annotation("warning", message, title, place))
        self._err.command(self._looks[1].apply(text))

    def _tell(self, text: str) -> None:
        is_failure = text.startswith(FAILURE)
        voice, look = (self._err if is_failure else self._out), self._looks[is_failure]
        voice.command(look.apply(voice.clean(text)))
