"""Turns esbuild's messages into problems and warnings with places and hints."""

from collections.abc import Collection
from pathlib import Path

from workers_deploy.errors import Place
from workers_deploy.project.bundle.node_compat import (
    V2_DATE,
    NodeMode,
    node_mode,
    read_node_table,
)
from workers_deploy.project.bundle.node_files import install_command
from workers_deploy.project.bundle.request import BundleRequest
from workers_deploy.project.esbuild.plugins import Message
from workers_deploy.project.findings import Findings

_UNRESOLVED = 'Could not resolve "'
# Beginnings of paths, and of names that a package or a tsconfig defines.
_NO_PACKAGE = (".", "/", "#", "~", "@/")
_FLAG = "nodejs_compat"
_FLAG_AGAINST_V2 = "no_nodejs_compat_v2"


def report_message(message: Message, request: BundleRequest, findings: Findings) -> None:
    """Add an error as a problem, a warning as a notice."""
    place, text = _place_of(message, request), message.text
    if place is None:  # in what was made for the build, or lies beyond the repository
        place = Place(file=request.entry.shown)
        text = f"{text} ({message.file}:{message.line})" if message.file else text
    if message.is_error:
        hint = find_hint(message.text, request.compatibility_date, request.compatibility_flags)
        findings.problem(place.file, text, hint=hint, place=place)
    else:
        findings.notice(f"{text} [{message.id}]" if message.id else text, place)


def _place_of(message: Message, request: BundleRequest) -> Place | None:
    file = message.file and request.checkout.find(Path(request.entry.project, message.file))
    return Place(file=file, line=message.line, column=message.column) if file else None


def find_hint(text: str, date: str, flags: Collection[str]) -> str | None:
    """Return what to do about an error, by its text and the compatibility date and flags.

    >>> find_hint('Could not resolve "left-pad"', "2026-06-01", [])
    "install the project's packages in a step before this one (npm ci)"
    >>> find_hint('Unexpected ";"', "2026-06-01", [])
    """
    if not text.startswith(_UNRESOLVED):
        return None
    name = text.removeprefix(_UNRESOLVED).partition('"')[0]
    if name.removeprefix("node:") in read_node_table().builtins:
        return f"it is built into Node: {_way_to_node(name, date, flags)}"
    if name.startswith(_NO_PACKAGE) or ":" in name:
        return None
    return "install the project's packages in a step before this one (npm ci)"


def _way_to_node(name: str, date: str, flags: Collection[str]) -> str:
    """Say how a bare name comes to mean a module of Node: before a date no flag alone does it."""
    if node_mode(date, flags) is NodeMode.V2:
        versions = read_node_table().versions
        return f"install the packages that stand in for it: {install_command(versions)}"
    if node_mode(date, {*flags, _FLAG}) is NodeMode.V2:
        return f'add the compatibility flag "{_FLAG}"'
    is_on = node_mode(date, flags) is NodeMode.V1
    first = "" if is_on else f'add the compatibility flag "{_FLAG}" and '
    second = (
        f'remove the compatibility flag "{_FLAG_AGAINST_V2}"'
        if _FLAG_AGAINST_V2 in flags
        else f"set compatibility_date to {V2_DATE} or later"
    )
    return f'{first}write "node:{name}", or {second}'
