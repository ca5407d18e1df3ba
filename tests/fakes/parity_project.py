"""A project around a configuration, so that wrangler's dry run and our load find its parts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.metadata import build_metadata
from workers_deploy.core.project import SECRET_KINDS, VARIABLE_KINDS, Binding, Project
from workers_deploy.core.steps import ScriptUpload
from workers_deploy.project.config.document import blank_comments
from workers_deploy.project.config.toml import TomlFlawError, read_toml

MODULE = 'export default {fetch(){return new Response("x")}}\n'
PYTHON_MODULE = "from workers import WorkerEntrypoint\n"
# `code_update_strategy` is wrangler's own, undocumented; assets need a completion token, which a
# dry run has not; annotations are the run's, not the configuration's.
NOT_COMPARED = ("code_update_strategy", "assets", "annotations")


def make_project(directory: Path, config: str, text: str) -> None:
    """Write a configuration, and the entry points, assets and images that it names."""
    (directory / config).write_text(text, encoding="utf-8")
    values = read_values(directory / config)
    environments = values.get("env")
    sections = [values, *(environments.values() if isinstance(environments, dict) else ())]
    for section in sections:
        if isinstance(section, dict):
            _make_parts(directory, section)


def read_values(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8-sig")
    try:
        values = read_toml(text) if file.suffix == ".toml" else json.loads(blank_comments(text))
    except (ValueError, TomlFlawError):
        return {}
    return values if isinstance(values, dict) else {}


def _make_parts(directory: Path, section: Mapping[str, Any]) -> None:
    main = section.get("main")
    if isinstance(main, str) and Path(main).suffix:
        _write(directory / main, PYTHON_MODULE if main.endswith(".py") else MODULE)
    assets = section.get("assets")
    if isinstance(assets, dict) and isinstance(assets.get("directory"), str):
        _write(directory / assets["directory"] / "index.html", "hello\n")
    containers = section.get("containers")
    for container in containers if isinstance(containers, list) else ():
        image = container.get("image") if isinstance(container, dict) else None
        if isinstance(image, str) and ":" not in image:
            _write(directory / image, "FROM scratch\n")


def make_assets(directory: Path, name: str | None) -> None:
    """Make the asset directory that the inputs name."""
    if name is not None:
        _write(directory / name / "index.html", "hello\n")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(text, encoding="utf-8")


def comparable(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata without what is no question of the configuration, bindings in one order."""
    kept = {key: value for key, value in metadata.items() if key not in NOT_COMPARED}
    bindings = kept.get("bindings") or []
    kept["bindings"] = sorted(bindings, key=lambda one: (one["name"], one["type"]))
    return kept


def our_metadata(project: Project) -> dict[str, Any]:
    """Return what we would send of a project if live had everything that it inherits."""
    given = {secret.name for secret in project.secrets}
    required = [name for name in project.required_secrets if name not in given]
    upload = ScriptUpload(
        project=project,
        inherited=tuple(Binding(name=name, type="inherit") for name in required),
        keep_bindings=(*(VARIABLE_KINDS if project.keep_vars else ()), *SECRET_KINDS),
    )
    return comparable(build_metadata(upload, completion_token=None))
