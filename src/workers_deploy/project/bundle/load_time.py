"""Which calls of a bundle run as it is loaded, told from the text that esbuild writes unminified.

No parser: brackets are enough to tell what stands in a function, in a `try`, or in the wrapper that
esbuild puts around a CommonJS package, which runs when its name is called. Only what is sure to run
counts as run at load: what stands in a function that is not called where it stands, behind a
condition, among parameters or in a class does not, nor what stands in text that is not understood.

Only the statements that hold a mark are read, and those that call what holds it: a bundle of
megabytes has few. They are told by their indentation; a template may look like a statement, but its
brackets or quotes do not fit then.
"""

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from workers_deploy.dataclass import dataclass
from workers_deploy.project.code.javascript_text import blank

_MARK = re.compile(r"__mark_(\d+)__")
_TOKEN = re.compile(
    r"=>|[{}()\[\],;]|&&|\|\||\?(?!\.)|(?<![\w$.])(?:class(?=\s)|else(?=\s+(?!if\b)[^\s{]))"
    r"|\b__mark_(?P<mark>\d+)__|(?<![\w$])(?P<called>[\w$]+)(?=\(\))"
)
_WRAPPER = re.compile(
    r"\nvar ([\w$]+) = __(?:commonJS|esm)\w*\(\{\s*(?:async )?[\"'][^\n]*[\"']\([^\n]*\n"
)
_WORD_BEFORE = re.compile(r"([\w$]+)\s*$")
_WRAPPER_CALLS = (re.compile(r"(require_[\w$]*)\(\)"), re.compile(r"(init_[\w$]*)\(\)"))
_CALLED_HERE = re.compile(r"[) ]*(?:\(|\.(?:call|apply)\()")
_AFTER_PARAMETERS = re.compile(r"\s*(?:=>|\{)")
_BLOCK = re.compile(r"\s*\{")
_NO_TEMPLATE = re.compile(r"(?<![`}])\$\{")
_CONDITIONS = frozenset(("if", "while", "switch"))
_RUN_BLOCKS = frozenset(("for", "await", "with"))
_CHOICE, _BRANCH = "?", "if"  # what an operator begins, and a branch without braces
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LOOK_BACK = 40
_MOST_CHARACTERS = 200_000  # of a statement; those that are longer are not understood
_WRAPPER_END = "\n  }\n});"
_MAIN = ""  # the code outside of all wrappers
_STATEMENT = re.compile(r"^[^\s})\]/]", re.MULTILINE)
_WRAPPED_STATEMENT = re.compile(r"^ {4}[^\s})\]/]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Spot:
    """When a mark is reached: `is_at_load`, and whether a `try` around it takes an error."""

    is_at_load: bool
    is_caught: bool


@dataclass(slots=True)
class _Frame:
    """Something that was opened: a bracket, or what `=>`, a condition or an operator begins."""

    opener: str
    word: str = ""  # before a parenthesis
    defers: bool = False
    catches: bool = False


@dataclass(frozen=True, slots=True)
class _Reached:
    """A mark, or a called name, and what was open around it in its statement."""

    name: str
    frames: tuple[_Frame, ...]

    def runs_at_once(self) -> bool:
        """Tell whether it is sure to run, and its errors get out, whenever the statement does."""
        return not any(frame.defers or frame.catches for frame in self.frames)

    def is_caught(self) -> bool:
        """Tell whether a `try` is around it."""
        return any(frame.catches for frame in self.frames)


def mark(number: int) -> str:
    """Return the name that stands in a text for what is looked for."""
    return f"__mark_{number}__"


def find_spots(text: str) -> dict[int, Spot]:
    """Return when each mark of a text is reached; what strings and comments hold is none.

    >>> find_spots("__mark_0__; var f = () => __mark_1__;")[1].is_at_load
    False
    """
    bundle = _Bundle(text)
    spots: dict[int, Spot] = {}
    for found in _MARK.finditer(text):
        statement = bundle.statement_at(found.start())
        one = statement.marks.get(found[1])
        if one is not None:
            is_sure = statement.is_clear and one.runs_at_once()
            at_load = is_sure and bundle.is_loaded(statement.unit)
            spots[int(found[1])] = Spot(at_load, one.is_caught())
    return spots


@dataclass(frozen=True, kw_only=True, slots=True)
class _Statement:
    """What was found in a statement, and the wrapper that it stands in."""

    unit: str
    is_clear: bool
    marks: Mapping[str, _Reached]
    calls: tuple[_Reached, ...]


@dataclass(frozen=True, slots=True)
class _Area:
    """A wrapper's body, or all of the text, and where its statements start."""

    unit: str
    start: int
    end: int
    starts: Sequence[int]


class _Bundle:
    """A bundle's text, of which only some statements are read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._wrappers = list(_WRAPPER.finditer(text))
        self._wrapper_starts = [found.start() for found in self._wrappers]
        starts = [found.start() for found in _STATEMENT.finditer(text)]
        self._main = _Area(_MAIN, 0, len(text), starts)
        self._called: dict[str, list[int]] = {}
        self._bodies: dict[int, _Area] = {}
        self._read: dict[int, _Statement] = {}
        self._loaded: dict[str, bool] = {_MAIN: True}

    def statement_at(self, position: int) -> _Statement:
        """Return the statement at a position, of a wrapper's body where it stands in one."""
        index = bisect.bisect(self._wrapper_starts, position)
        area = self._wrapped(index - 1) if index else self._main
        if position >= area.end:
            area = self._main
        index = bisect.bisect(area.starts, position)
        start = area.starts[index - 1] if index else area.start
        if start not in self._read:
            end = area.starts[index] if index < len(area.starts) else area.end
            self._read[start] = _read_statement(area.unit, self._text[start:end])
        return self._read[start]

    def _wrapped(self, index: int) -> _Area:
        """Return the body of a wrapper."""
        if index not in self._bodies:
            found = self._wrappers[index]
            start, end = found.end(), self._text.find(_WRAPPER_END, found.end())
            starts = [one.start() for one in _WRAPPED_STATEMENT.finditer(self._text, start, end)]
            self._bodies[index] = _Area(found[1], start, end, starts)
        return self._bodies[index]

    def is_loaded(self, unit: str) -> bool:
        """Tell whether a unit runs at load: the main one, and what that calls by itself."""
        if unit not in self._loaded:
            self._loaded[unit] = self._is_called(unit)
        return self._loaded[unit]

    def _is_called(self, unit: str) -> bool:
        seen, left = {unit}, [unit]
        while left:
            callers = set(self._callers(left.pop())) - seen
            if _MAIN in callers:
                return True
            seen |= callers
            left += callers
        return False

    def _callers(self, unit: str) -> Iterator[str]:
        """Yield the units that call one by themselves."""
        for position in self._calls()[unit]:
            statement = self.statement_at(position)
            calls = statement.calls if statement.is_clear else ()
            if any(one.name == unit and one.runs_at_once() for one in calls):
                yield statement.unit

    def _calls(self) -> Mapping[str, Sequence[int]]:
        """Return where wrappers are called, found once: literal beginnings are found fast."""
        if not self._called:
            self._called = {found[1]: [] for found in self._wrappers}
            for pattern in _WRAPPER_CALLS:
                for found in pattern.finditer(self._text):
                    start = found.start()
                    if found[1] in self._called and self._text[start - 1 : start] != ".":
                        self._called[found[1]].append(start)
        return self._called


def _read_statement(unit: str, text: str) -> _Statement:
    if len(text) > _MOST_CHARACTERS:
        marks = {found[1]: _Reached(found[1], ()) for found in _MARK.finditer(text)}
        return _Statement(unit=unit, is_clear=False, marks=marks, calls=())
    scan = _Scan(blank(text).code)
    is_clear = scan.run() and not _NO_TEMPLATE.search(scan.code)
    marks = {one.name: one for one in scan.marks}
    return _Statement(unit=unit, is_clear=is_clear, marks=marks, calls=tuple(scan.calls))


@dataclass(slots=True)
class _Scan:
    """One walk over a blanked text."""

    code: str
    frames: list[_Frame] = field(default_factory=list)
    closed: str = ""  # the word before the parentheses that were closed last
    class_at: int | None = None  # how deep the class is whose body is due
    marks: list[_Reached] = field(default_factory=list)
    calls: list[_Reached] = field(default_factory=list)

    def run(self) -> bool:
        """Collect marks and calls; False where the brackets do not fit."""
        fits = True
        for found in _TOKEN.finditer(self.code):
            sign = found.group()
            if found["mark"]:
                self.marks.append(_Reached(found["mark"], tuple(self.frames)))
            elif found["called"]:
                self.calls.append(_Reached(sign, tuple(self.frames)))
            elif sign in _PAIRS:
                fits = self._close(sign, found.end()) and fits
            elif sign in (",", ";"):
                self._end_expressions(ends_branch=sign == ";")
            elif sign == "class":
                self.class_at = len(self.frames)
            else:
                self._open(sign, found.start(), found.end())
        self._end_expressions()
        return fits and not self.frames

    def _open(self, sign: str, start: int, end: int) -> None:
        before = self.code[max(0, start - _LOOK_BACK) : start].rstrip()
        word = found[1] if (found := _WORD_BEFORE.search(before)) else ""
        match sign:
            case "=>":
                if not _BLOCK.match(self.code, end):
                    self.frames.append(_Frame(sign, defers=True))
            case "{":
                self.frames.append(self._brace(before, word))
            case "(" | "[":
                self.frames.append(_Frame(sign, word=word))
            case "else":
                self.frames.append(_Frame(_BRANCH, defers=True))
            case _:
                self.frames.append(_Frame(_CHOICE, defers=True))

    def _brace(self, before: str, word: str) -> _Frame:
        is_class = self.class_at == len(self.frames)
        if is_class:
            self.class_at = None
        is_body = before.endswith(")") and self.closed not in _RUN_BLOCKS
        is_late = is_class or is_body or before.endswith("=>") or word in ("else", "catch")
        return _Frame("{", defers=is_late, catches=word == "try")

    def _close(self, sign: str, end: int) -> bool:
        is_called = _CALLED_HERE.match(self.code, end) is not None
        self._end_expressions(is_called=is_called and sign == ")")
        if not self.frames or self.frames[-1].opener != _PAIRS[sign]:
            return False
        frame = self.frames.pop()
        if sign == ")":
            self.closed = frame.word
            if frame.word in _CONDITIONS:
                if not _BLOCK.match(self.code, end):
                    self.frames.append(_Frame(_BRANCH, defers=True))
            elif frame.word not in _RUN_BLOCKS and _AFTER_PARAMETERS.match(self.code, end):
                frame.defers = True
        elif is_called:
            frame.defers = False
        return True

    def _end_expressions(self, *, is_called: bool = False, ends_branch: bool = True) -> None:
        """Close what no bracket closes; an arrow that is called where it stands does not defer."""
        while self.frames and self.frames[-1].opener in ("=>", _CHOICE, _BRANCH):
            if self.frames[-1].opener == _BRANCH and not ends_branch:
                return
            frame = self.frames.pop()
            frame.defers = not (is_called and frame.opener == "=>")
