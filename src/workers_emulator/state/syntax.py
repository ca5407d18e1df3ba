"""Asks Node whether JavaScript can be compiled: what Cloudflare finds when it loads a script."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workers_emulator.state.model import Module

_KINDS = {
    "application/javascript+module": "module",
    "text/javascript+module": "module",
    "application/javascript": "script",
    "text/javascript": "script",
}
_CHECK = Path(__file__).parents[1] / "runtime" / "node" / "check.mjs"
_SECONDS = 300  # for one upload; only a Node that hangs takes as long
_ERROR = re.compile(r"^(\w*Error: .*)$", re.MULTILINE)
_PLACE = re.compile(r":(\d+)\n.*\n( *)\^")


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiled:
    """What compiling told of a module: why it can't be, or what it imports, as it is written."""

    error: str | None = None
    place: str = ""  # ":line:column", empty where it is not known
    imports: tuple[str, ...] = ()


# Compiles modules; one result for each, None where nothing can be said of it.
Compiler = Callable[[Sequence[Module]], Sequence[Compiled | None]]


def compile_nothing(modules: Sequence[Module]) -> Sequence[Compiled | None]:
    """Say nothing of any module, so that each is taken as it is (rule: syntax-unchecked)."""
    return [None] * len(modules)


class NodeCompiler:
    """Compiles with Node (rule: syntax-of-node), once per content; nothing of a module runs."""

    def __init__(self, node: Path) -> None:
        self._node = node
        self._known: dict[tuple[str, bytes], Compiled] = {}

    def __call__(self, modules: Sequence[Module]) -> Sequence[Compiled | None]:
        """Return what is told of each module; one process compiles all that are new.

        After the first that does not compile there is nothing more to be told.
        """
        code = {_key(m): m for m in modules if m.content_type in _KINDS}
        new = [module for key, module in code.items() if key not in self._known]
        if new:
            self._known |= dict(zip(map(_key, new), self._compile(new), strict=False))
        return [self._known.get(_key(module)) for module in modules]

    def _compile(self, modules: Sequence[Module]) -> list[Compiled]:
        asked = [
            {"kind": _KINDS[m.content_type], "text": m.content.decode(errors="replace")}
            for m in modules
        ]
        ran = subprocess.run(  # noqa: S603 -- the operator's own node, it only compiles
            [self._node, "--experimental-vm-modules", _CHECK],
            input=json.dumps(asked),
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            env={},
        )
        if not ran.stdout:
            raise RuntimeError(f"Node does not compile: {ran.stderr}")
        compiled = [Compiled(imports=tuple(imports)) for imports in json.loads(ran.stdout)]
        return compiled if ran.returncode == 0 else [*compiled, _failed(ran.stderr)]


def _key(module: Module) -> tuple[str, bytes]:
    return _KINDS.get(module.content_type, ""), sha256(module.content).digest()


def _failed(told: str) -> Compiled:
    error, place = _ERROR.search(told), _PLACE.search(told)
    return Compiled(
        error=error[1] if error else "SyntaxError",
        place=f":{place[1]}:{len(place[2]) + 1}" if place else "",
    )
