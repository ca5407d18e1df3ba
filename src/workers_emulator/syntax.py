"""Asks Node whether JavaScript can be compiled: what Cloudflare finds when it loads a script."""

import re
import subprocess
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from workers_emulator.model import Module

_SUFFIXES = {
    "application/javascript+module": ".mjs",
    "text/javascript+module": ".mjs",
    "application/javascript": ".cjs",
    "text/javascript": ".cjs",
}
_SECONDS = 30
_ERROR = re.compile(r"^(\w*Error: .*)$", re.MULTILINE)
_PLACE = re.compile(r":(\d+)\n.*\n( *)\^")


# Tells why a module does not compile; None where it does.
Compiler = Callable[[Module], str | None]


def accept_all(_: Module) -> str | None:
    """Take every module as it is (rule: syntax-unchecked)."""
    return None


class NodeCompiler:
    """Compiles with Node, once per content; nothing of the module runs."""

    def __init__(self, node: Path) -> None:
        self._node = node
        self._told: dict[str, str | None] = {}

    def __call__(self, module: Module) -> str | None:
        """Return the error as workerd words it: the message, then where."""
        suffix = _SUFFIXES.get(module.content_type)
        if suffix is None:
            return None
        key = f"{suffix}{sha256(module.content).hexdigest()}"
        if key not in self._told:
            self._told[key] = self._compile(module, suffix)
        return self._told[key]

    def _compile(self, module: Module, suffix: str) -> str | None:
        with tempfile.TemporaryDirectory(prefix="workers-emulator-") as folder:
            path = Path(folder) / f"module{suffix}"
            path.write_bytes(module.content)
            ran = subprocess.run(  # noqa: S603 -- the operator's own node, it only compiles
                [self._node, "--check", path],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                env={},
            )
        return None if ran.returncode == 0 else _describe(ran.stderr, module.name)


def _describe(told: str, name: str) -> str:
    error, place = _ERROR.search(told), _PLACE.search(told)
    message = error[1] if error else "SyntaxError"
    where = f":{place[1]}:{len(place[2]) + 1}" if place else ""
    return f"Uncaught {message}\n  at {name}{where}\n"
