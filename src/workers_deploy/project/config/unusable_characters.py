r"""Characters that a configuration's text may not have: JSON can write what is no text elsewhere.

`"\u0000"` ends a path or a program's argument, and half of a surrogate pair, as in `"\ud800"`,
can be written into none of them, nor into an address of the API. In variables both are values
like any other, and go up as JSON writes them.
"""

import re
from typing import Any

from workers_deploy.project.config.checks import Spot

_HALF = re.compile("[\ud800-\udfff]")
_FREE = ("vars", "unsafe", "$schema", "env")  # a section is checked where it counts
# Keys whose values become paths, or arguments of esbuild.
_OF_THE_SYSTEM = frozenset(
    {
        *("main", "base_dir", "tsconfig", "assets", "site", "rules"),
        *("alias", "define", "jsx_factory", "jsx_fragment"),
        *("wasm_modules", "text_blobs", "data_blobs"),
    }
)


def check_characters(spot: Spot, name: str, value: Any) -> None:
    """Report what can't be part of any text that becomes of the key `name`."""
    if name not in _FREE:
        _check(spot, value, takes_null=name not in _OF_THE_SYSTEM)


def _check(spot: Spot, value: Any, *, takes_null: bool) -> None:
    match value:
        case dict():
            for key, inner in value.items():
                if flaw := _flaw_of(key, takes_null=takes_null):
                    readable = key.encode(errors="replace").decode()
                    spot.at(readable).error(f"a key of it holds {flaw}", key=True)
                else:
                    _check(spot.at(key), inner, takes_null=takes_null)
        case list():
            for index, inner in enumerate(value):
                _check(spot.at(index), inner, takes_null=takes_null)
        case str():
            if flaw := _flaw_of(value, takes_null=takes_null):
                spot.error(f'"{spot.label}" holds {flaw}')
        case _:
            pass


def _flaw_of(text: str, *, takes_null: bool) -> str | None:
    if not takes_null and "\0" in text:
        return "a null character"
    return "half of a surrogate pair, which is no character" if _HALF.search(text) else None
