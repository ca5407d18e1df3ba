"""Uploads a project in one request: what runs is what `load_project` made, and nothing else."""

import json

import httpx

from fakes.patience import PATIENCE
from workers_deploy.core.metadata import build_metadata
from workers_deploy.core.project import Project
from workers_deploy.core.steps import ScriptUpload
from workers_emulator.server.server import EmulatorServer


def upload_project(cloudflare: EmulatorServer, project: Project) -> None:
    """PUT the script; a refusal is an error with Cloudflare's words."""
    upload = ScriptUpload(
        project=project,
        inherited=(),
        keep_bindings=(),
        pending_migrations=tuple(dict(one) for one in project.migrations),
    )
    metadata = build_metadata(upload, completion_token=None)
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("metadata", (None, json.dumps(metadata).encode(), "application/json"))
    ]
    files += [
        (module.name, (module.name, module.content, str(module.type))) for module in project.modules
    ]
    answer = httpx.put(
        f"{cloudflare.url}/accounts/{cloudflare.account_id}/workers/scripts/{project.script_name}",
        headers={"Authorization": f"Bearer {cloudflare.token}"},
        files=files,
        timeout=PATIENCE,
    )
    assert answer.is_success, answer.text
