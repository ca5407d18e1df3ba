"""What there is to say of a bundle that was not made, and what to do about it."""

import re
from collections.abc import Iterable

from workers_deploy.project.bundle.alias_subpaths import Subpath
from workers_deploy.project.bundle.builtin_aliases import is_bare_builtin
from workers_deploy.project.bundle.import_checks import WAY_OUT
from workers_deploy.project.bundle.node_builtins import V2_DATE, NodeMode, node_mode
from workers_deploy.project.esbuild.program import Message

_UNRESOLVED = re.compile(r'Could not resolve "([^"]+)"(?: \(originally ".+"\))?')
# Paths, names that the package itself or a tsconfig gives a meaning, and URLs.
_NO_PACKAGE = re.compile(r"[./#~]|@/|[\w+-]+:")
_IS_SPLIT = " is below an alias, and means another file here than elsewhere: one alone can be had"
_FLAG = "nodejs_compat"
_FLAG_AGAINST_V2 = "no_nodejs_compat_v2"


def say_unresolved(subpath: Subpath) -> Message:
    """Say that an import below an alias means nothing."""
    text = f'Could not resolve "{subpath.name}"'
    return Message(is_error=True, text=text, file=subpath.importer)


def say_split(subpath: Subpath) -> Message:
    """Say that imports below an alias mean several files."""
    return Message(is_error=True, text=f'"{subpath.name}"{_IS_SPLIT}', file=subpath.importer)


def find_hint(text: str, date: str, flags: Iterable[str]) -> str | None:
    """Return what to do about an error, by its text and the compatibility date and flags.

    >>> find_hint('Could not resolve "left-pad"', "2026-06-01", [])
    "install the project's packages in a step before this one (npm ci)"
    >>> find_hint('Unexpected ";"', "2026-06-01", [])
    """
    if text.startswith("Invalid alias name"):
        return f"name a package, {WAY_OUT}"
    if text.endswith(_IS_SPLIT):
        return f"install one version only, {WAY_OUT}"
    unresolved = _UNRESOLVED.fullmatch(text)
    if unresolved is None:
        return None
    name = unresolved.group(1)
    if is_bare_builtin(name):
        return f"it is built into Node: {_way_to_node(name, date, flags)}"
    if _NO_PACKAGE.match(name):
        return None
    return "install the project's packages in a step before this one (npm ci)"


def _way_to_node(name: str, date: str, flags: Iterable[str]) -> str:
    """Say how a bare name comes to mean a module of Node: before a date no flag alone does it."""
    said = {*flags}
    if node_mode(date, {*said, _FLAG}) is NodeMode.V2:
        return f'add the compatibility flag "{_FLAG}"'
    is_on = node_mode(date, said) is NodeMode.V1
    first = "" if is_on else f'add the compatibility flag "{_FLAG}" and '
    second = (
        f'remove the compatibility flag "{_FLAG_AGAINST_V2}"'
        if _FLAG_AGAINST_V2 in said
        else f"set compatibility_date to {V2_DATE} or later"
    )
    return f'{first}write "node:{name}", or {second}'
