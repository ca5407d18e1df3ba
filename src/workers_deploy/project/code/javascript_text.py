"""Blanks what is no code in JavaScript: comments, and what strings, templates and patterns say.

The code within a template's `${}` stays. Whether a slash begins a pattern or divides is told by
what stands before it, as parsers do; only after `}` that is a guess.
"""

import re

from workers_deploy.dataclass import dataclass

_PLAIN = re.compile(r"[^\"'`/{}()<@]+")
_STRING = re.compile(r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PATTERN = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/\w*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
_LAST_WORD = re.compile(r"(?P<dot>\.\s*)?(?P<word>[\w$]+)$")
_ELEMENT = re.compile(r"<(?:[A-Za-z_$]|\s*>)")
_BEFORE_OPERANDS = re.compile(
    "await|case|delete|do|else|extends|default|in|instanceof|new|of|return|throw|typeof|void|yield"
)
_BEFORE_CONDITIONS = frozenset(("if", "while", "for", "with"))


@dataclass(frozen=True, slots=True)
class Blanked:
    """A source text without what is no code.

    `is_plain`: it has neither JSX nor decorators, which no runtime reads. `is_clear`: no slash had
    to be told from another, and all that was opened was closed.
    """

    code: str
    is_plain: bool
    is_clear: bool


def blank(source: str) -> Blanked:
    r"""Return the code of a source text.

    >>> blank("f(`a ${ b('c') }`) // d").code
    "f(`${ b('') }`)  "
    """
    scan = _Scan(source)
    try:
        scan.run()
    except _OpenError:
        # What is in doubt counts: at worst, a bundle is made that was not needed.
        scan.code.append(source[scan.at :])
        scan.is_clear = False
    return Blanked("".join(scan.code), scan.is_plain, scan.is_clear)


class _OpenError(Exception):
    """Something was opened and never closed, or it is no JavaScript."""


class _Scan:
    """One walk over a text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.code: list[str] = []
        self.last = ""  # the code before, without the space behind it
        self.braces: list[bool] = []  # whether each open one is a template's
        self.parentheses: list[bool] = []  # whether each open one holds a condition
        self.is_condition = False  # what was closed last
        self.is_plain = True
        self.is_clear = True

    def run(self) -> None:
        if self.source.startswith("#!"):
            self.at = self.source.find("\n") % (len(self.source) + 1)
        while self.at < len(self.source):
            if plain := _PLAIN.match(self.source, self.at):
                self._keep(plain.group())
                self.at = plain.end()
            else:
                self._take(self.source[self.at])
        if self.braces or self.parentheses:
            raise _OpenError

    def _take(self, sign: str) -> None:
        match sign:
            case "'" | '"':
                self._string()
            case "`":
                self._keep("`")
                self._template()
            case "/":
                self._slash()
            case "{" | "}":
                self._brace(sign)
            case "(" | ")":
                self._parenthesis(sign)
            case "<" if self._expects_operand() and _ELEMENT.match(self.source, self.at):
                self.is_plain = False
                raise _OpenError
            case _:
                self.is_plain = self.is_plain and sign != "@"
                self._step(sign)

    def _keep(self, text: str) -> None:
        self.code.append(text)
        self.last = text.rstrip() or self.last

    def _step(self, sign: str) -> None:
        self._keep(sign)
        self.at += len(sign)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        if found is None:
            raise _OpenError
        self.at = found.end()
        return found.group()

    def _string(self) -> None:
        text = self._skip(_STRING)
        # A name of an export may be a string.
        is_name = self.last.endswith("as") and text[1:-1].isidentifier()
        self._keep(text[1:-1] if is_name else f"{text[0]}{text[0]}")

    def _template(self) -> None:
        self.at += 1
        self._skip(_TEMPLATE)
        if self.source.startswith("${", self.at):
            self._keep("${")
            self.at += 1
            self.braces.append(True)
        elif not self.source.startswith("`", self.at):
            raise _OpenError
        else:
            self._keep("`")
        self.at += 1

    def _brace(self, sign: str) -> None:
        if sign == "{":
            self.braces.append(False)
        elif not self.braces:
            raise _OpenError
        elif self.braces.pop():
            self._keep("}")
            self._template()
            return
        self._step(sign)

    def _parenthesis(self, sign: str) -> None:
        if sign == "(":
            self.parentheses.append(self._word_before() in _BEFORE_CONDITIONS)
        elif not self.parentheses:
            raise _OpenError
        else:
            self.is_condition = self.parentheses.pop()
        self._step(sign)

    def _slash(self) -> None:
        if comment := _COMMENT.match(self.source, self.at):
            self.code.append(" ")
            self.at = comment.end()
            return
        self.is_clear = False
        if self._expects_operand():
            self._skip(_PATTERN)
            self._keep("''")
        else:
            self._step("/")

    def _word_before(self) -> str | None:
        found = _LAST_WORD.search(self.last)
        return found["word"] if found and not found["dot"] else None

    def _expects_operand(self) -> bool:
        """Tell whether a value is due, as after an operator, and no operator."""
        end = self.last[-1:]
        if end == ")":
            return self.is_condition
        if end.isalnum() or end in ("_", "$"):
            return _BEFORE_OPERANDS.fullmatch(self._word_before() or "") is not None
        return end not in ("]", '"', "'", "`") and not self.last.endswith(("++", "--"))
