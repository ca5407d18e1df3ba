"""Which calls of a bundle run as it is loaded, told from the text that esbuild writes unminified.

No parser: braces are enough to tell what stands in a function, in a `try`, or in the wrapper that
esbuild puts around a CommonJS package, which runs when its name is called. What stands in a
function counts as later, unless the function is called where it stands. Where the text is not
understood, all of it counts as run at load.
"""

import re
from collections.abc import Iterator
from dataclasses import field

from workers_deploy.dataclass import dataclass
from workers_deploy.project.javascript_text import blank

_TOKEN = re.compile(
    r"=>|[{}()\[\],;]|\b__mark_(?P<mark>\d+)__|(?<![\w$])(?P<called>[\w$]+)(?=\(\))"
)
_WRAPPER = re.compile(
    r"^var ([\w$]+) = __(?:commonJS|esm)\w*\(\{\s*[\"'`]{2}\([^)]*\) (\{)", re.MULTILINE
)
_WORD_BEFORE = re.compile(r"([\w$]+)\s*$")
_CALLED_HERE = re.compile(r"[) ]*(?:\(|\.(?:call|apply)\()")
_OF_BLOCKS = frozenset(("if", "while", "for", "await", "switch", "with", "catch"))
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LOOK_BACK = 40
_MAIN = ""  # the code outside of all wrappers


@dataclass(frozen=True, slots=True)
class Spot:
    """When a mark is reached: `is_at_load`, and whether a `try` around it takes an error."""

    is_at_load: bool
    is_caught: bool


@dataclass(slots=True)
class _Frame:
    """Something that was opened: a bracket, or the expression behind an arrow."""

    opener: str
    word: str = ""  # before a parenthesis
    wrapper: str | None = None
    defers: bool = False
    catches: bool = False


@dataclass(frozen=True, slots=True)
class _Reached:
    """A mark, or a wrapper's name, and what was open around it; the innermost last."""

    name: str
    frames: tuple[_Frame, ...]

    def unit(self) -> str:
        """Return the wrapper that it stands in."""
        return next((f.wrapper for f in reversed(self.frames) if f.wrapper is not None), _MAIN)

    def own_frames(self) -> Iterator[_Frame]:
        """Yield what is open within that wrapper."""
        for frame in reversed(self.frames):
            if frame.wrapper is not None:
                return
            yield frame

    def runs_with_its_unit(self) -> bool:
        """Tell whether it runs, and its errors get out, whenever the wrapper does."""
        return not any(frame.defers or frame.catches for frame in self.own_frames())


def mark(number: int) -> str:
    """Return the name that stands in a text for what is looked for."""
    return f"__mark_{number}__"


def find_spots(text: str) -> dict[int, Spot]:
    """Return when each mark of a text is reached; what strings and comments hold is none.

    >>> find_spots("__mark_0__; var f = () => __mark_1__;")[1].is_at_load
    False
    """
    scan = _Scan(blank(text).code)
    is_clear = scan.run()
    loaded = _loaded(scan.calls)
    spots: dict[int, Spot] = {}
    for one in scan.marks:
        at_load = one.unit() in loaded and one.runs_with_its_unit()
        is_caught = any(frame.catches for frame in one.own_frames())
        spots[int(one.name)] = Spot(at_load or not is_clear, is_caught and is_clear)
    return spots


def _loaded(calls: list[_Reached]) -> set[str]:
    """Return the units that run at load: the main one, and what those call by themselves."""
    loaded, left = {_MAIN}, [_MAIN]
    at_once = [(one.unit(), one.name) for one in calls if one.runs_with_its_unit()]
    while left:
        unit = left.pop()
        found = {name for caller, name in at_once if caller == unit} - loaded
        loaded |= found
        left += found
    return loaded


@dataclass(slots=True)
class _Scan:
    """One walk over a blanked text."""

    code: str
    frames: list[_Frame] = field(default_factory=list)
    closed: str = ""  # the word before the parentheses that were closed last
    marks: list[_Reached] = field(default_factory=list)
    calls: list[_Reached] = field(default_factory=list)

    def run(self) -> bool:
        """Collect marks and calls; False where the brackets do not fit."""
        wrappers = {found.start(2): found[1] for found in _WRAPPER.finditer(self.code)}
        names = frozenset(wrappers.values())
        fits = True
        for found in _TOKEN.finditer(self.code):
            sign = found.group()
            if found["mark"]:
                self.marks.append(_Reached(found["mark"], tuple(self.frames)))
            elif found["called"]:
                if sign in names:
                    self.calls.append(_Reached(sign, tuple(self.frames)))
            elif sign in _PAIRS:
                fits = self._close(sign, found.end()) and fits
            elif sign in (",", ";"):
                self._end_arrows(None)
            else:
                self._open(sign, found.start(), found.end(), wrappers.get(found.start()))
        return fits and not self.frames

    def _open(self, sign: str, start: int, end: int, wrapper: str | None) -> None:
        before = self.code[max(0, start - _LOOK_BACK) : start].rstrip()
        word = found[1] if (found := _WORD_BEFORE.search(before)) else ""
        match sign:
            case "=>":
                if not self.code[end:].startswith(" {"):
                    self.frames.append(_Frame(sign, defers=True))
            case "{":
                is_body = before.endswith(")") and self.closed not in _OF_BLOCKS
                frame = _Frame(sign, wrapper=wrapper, catches=word == "try")
                frame.defers = wrapper is None and (before.endswith("=>") or is_body)
                self.frames.append(frame)
            case _:
                self.frames.append(_Frame(sign, word=word))

    def _close(self, sign: str, end: int) -> bool:
        is_called = _CALLED_HERE.match(self.code, end) is not None
        self._end_arrows(is_called and sign == ")")
        if not self.frames or self.frames[-1].opener != _PAIRS[sign]:
            return False
        frame = self.frames.pop()
        if sign == ")":
            self.closed = frame.word
        elif is_called:
            frame.defers = False
        return True

    def _end_arrows(self, is_called: bool | None) -> None:
        while self.frames and self.frames[-1].opener == "=>":
            frame = self.frames.pop()
            frame.defers = not is_called
