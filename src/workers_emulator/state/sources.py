"""What can be told of a script from its text: which events it handles, what it exports.

No JavaScript engine runs at upload, so this looks for words. It errs on the side of accepting:
what only an engine can tell shows when the script runs.
"""

import re
from collections.abc import Sequence

from workers_emulator.state.model import Module

_BLANK = re.compile(r"(?:\s|/\*.*?\*/|//[^\n]*)*+", re.DOTALL)
_HANDLERS = ("fetch", "scheduled", "queue", "tail", "trace", "email", "tailStream", "test")
# What stands before a word is asked behind it: a pattern that begins with letters is looked for
# by them, which takes a fortieth of the time in a bundle of megabytes.
_METHOD = r"{name}(?<![.\w$]{name})\s*[(:,}}=]"
_EXPORT = re.compile(r"export(?<!\wexport)\b")
_LISTENER = r"addEventListener\(\s*[\"'`]{name}[\"'`]"
_PYTHON = r"(?:def\s+(?:on_)?{name}\b)"
_ES_TYPES = ("application/javascript+module", "text/javascript+module")
_PYTHON_TYPE = "text/x-python"

MODULE_TYPES = frozenset(
    {
        *_ES_TYPES,
        "application/javascript",
        "text/javascript",
        "application/json",
        "text/x-python",
        "text/x-python-requirement",
        "application/wasm",
        "text/plain",
        "application/octet-stream",
        "application/source-map",
    }
)


def is_main_format(module: Module) -> bool:
    """Whether this can be a main module: an ES module or Python."""
    return module.content_type in (*_ES_TYPES, _PYTHON_TYPE)


def has_exports(main: Module) -> bool:
    """Whether a main module exports anything."""
    text = _text(main)
    if main.content_type == _PYTHON_TYPE:
        return bool(re.search(r"^\s*(?:async\s+def|def|class)\s", text, re.MULTILINE))
    return bool(_EXPORT.search(text)) and not _is_blank(text)


def has_listeners(body: Module) -> bool:
    """Whether a service worker listens to any event."""
    text = _text(body)
    return "addEventListener" in text and not _is_blank(text)


def find_handlers(modules: Sequence[Module], *, service_worker: bool) -> tuple[str, ...]:
    """Return the events that the script seems to handle, in whichever of its modules."""
    found: set[str] = set()
    for module in filter(_is_code, modules):
        text = _text(module)
        pattern = _LISTENER if service_worker else _PYTHON if _is_py(module) else _METHOD
        found |= {n for n in _HANDLERS if re.search(pattern.format(name=n), text)}
    return tuple(name for name in _HANDLERS if name in found)


def mentions(modules: Sequence[Module], name: str) -> bool:
    """Whether any code of the script has this name as a word."""
    escaped = re.escape(name)
    word = re.compile(rf"{escaped}(?<![\w$]{escaped})(?![\w$])")
    return any(word.search(_text(module)) for module in filter(_is_code, modules))


def _is_code(module: Module) -> bool:
    return "javascript" in module.content_type or _is_py(module)


def _is_py(module: Module) -> bool:
    return module.content_type == _PYTHON_TYPE


def _is_blank(text: str) -> bool:
    """Whether there is nothing but comments, read from the beginning: `"/*"` opens no comment."""
    return _BLANK.fullmatch(text) is not None


def _text(module: Module) -> str:
    return module.content.decode(errors="replace")
