"""What wrangler and we make of the same project: modules by name, with type and bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.forms import read_form
from fakes.warm_wrangler import NODE_MODULES
from fakes.wrangler_runs import Answer, DryRun, dry_run
from parity.bundling.suite import Case, write
from workers_deploy.project.esbuild.program import find_esbuild
from workers_deploy.project.load import load_project
from workers_deploy.project.request import Loaded, ProjectRequest

# wrangler bundles in a folder with a drawn name, and source maps tell it for what is no file: the
# modules that require a built-in one, for example. Ours must be the same each time.
_DRAWN = re.compile(rb"\.wrangler/tmp/deploy(-\w+)?/")
Modules = dict[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Made:
    """The modules of an upload and the name of the main one; None where it is refused."""

    modules: Modules | None
    why: str = ""


def made_by_wrangler(cases: Sequence[Case], home: Path) -> list[Made]:
    folders = [write(case) for case in cases]
    answers = dry_run([DryRun(directory=folder, words=()) for folder in folders], home)
    return [_read(answer) for answer in answers]


def _read(answer: Answer) -> Made:
    if answer.error is not None:
        return Made(None, answer.error)
    boundary = answer.form.partition(b"\r\n")[0].removeprefix(b"--").decode()
    parts = read_form(f"multipart/form-data; boundary={boundary}", answer.form)
    return Made(
        {
            part.name: (str(part.content_type), _without_drawn(part.content))
            for part in parts
            if part.name != "metadata"
        }
    )


def made_by_us(cases: Sequence[Case]) -> list[Made]:
    return [_make(case) for case in cases]


def load_case(case: Case, **request: Any) -> Loaded:
    """Load a project with the esbuild of wrangler."""
    folder = write(case)
    return load_project(
        ProjectRequest(
            workspace=NODE_MODULES.parent,
            working_directory=str(folder.relative_to(NODE_MODULES.parent)),
            esbuild=find_esbuild(folder, NODE_MODULES.parent, ""),
            **request,
        )
    )


def _make(case: Case) -> Made:
    loaded = load_case(case)
    if loaded.project is None:
        return Made(None, "; ".join(str(one.message) for one in loaded.problems))
    modules = loaded.project.modules
    return Made({one.name: (one.type.value, _without_drawn(one.content)) for one in modules})


def _without_drawn(content: bytes) -> bytes:
    return _DRAWN.sub(b".wrangler/tmp/deploy/", content)


def differences(ours: Made, theirs: Made) -> dict[str, Any]:
    """What differs, by the module's name; nothing where both are equal."""
    if ours.modules is None or theirs.modules is None:
        is_same = (ours.modules is None) == (theirs.modules is None)
        return {} if is_same else {"refused": (ours.why[:300], theirs.why[:300])}
    names = {**ours.modules, **theirs.modules}
    return {
        name: _difference(ours.modules.get(name), theirs.modules.get(name))
        for name in names
        if ours.modules.get(name) != theirs.modules.get(name)
    }


def _difference(ours: tuple[str, bytes] | None, theirs: tuple[str, bytes] | None) -> str:
    if ours is None or theirs is None:
        return "missing in ours" if ours is None else "only in ours"
    if ours[0] != theirs[0]:
        return f"type {ours[0]} instead of {theirs[0]}"
    pairs = zip(ours[1].splitlines(), theirs[1].splitlines(), strict=False)
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            return f"line {number}: {one[:120]!r} instead of {other[:120]!r}"
    return f"{len(ours[1])} bytes instead of {len(theirs[1])}"
