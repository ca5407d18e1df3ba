"""Loads a checkout, and tells what came of it in few words."""

import re
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Project
from workers_deploy.project.config.positions import FieldPath, Positions
from workers_deploy.project.load import load_project
from workers_deploy.project.request import Loaded, ProjectRequest

HEAD = '"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"'


def load(root: Path, **request: Any) -> Loaded:
    return load_project(ProjectRequest(workspace=root, **request))


def project_of(root: Path, **request: Any) -> Project:
    """Return the project; a problem is an error of the test."""
    loaded = load(root, **request)
    assert loaded.project is not None, loaded.problems
    return loaded.project


def columns_of(positions: Positions, path: FieldPath) -> tuple[tuple[int, int], tuple[int, int]]:
    """Line and column of a key, and of its value."""
    key, value = positions.of_key(path), positions.of_value(path)
    assert key is not None
    assert value is not None
    return (key.line, key.column), (value.line, value.column)


def told(loaded: Loaded) -> list[str]:
    """Return each problem with its place."""
    return [f"{problem.place}: {problem.message}" for problem in loaded.problems]


def places(loaded: Loaded) -> list[str]:
    return [str(problem.place) for problem in loaded.problems]


def warned(loaded: Loaded) -> list[str]:
    """Return each warning with its place."""
    return [f"{notice.place}: {notice.text}" for notice in loaded.warnings]


def write_config(root: Path, text: str, name: str = "wrangler.jsonc") -> Path:
    """Write a configuration and an entry point beside it, which exports the bound classes."""
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8", newline="")
    classes = dict.fromkeys(re.findall(r"class_name\"? *[:=] *\"(\w+)\"", text))
    exported = "".join(f" export class {name} {{}}" for name in classes)
    source = 'export default { fetch() { return new Response("x") } };'
    (root / "index.js").write_text(source + exported)
    return root
