"""Project → the `metadata` part of a script upload.

Key order and spelling are those that wrangler 4.164.0 was recorded to send; what differs on
purpose: `code_update_strategy` is sent only where the configuration says it, and annotations are.
"""

from collections.abc import Mapping
from typing import Any

from workers_deploy.core.compare_settings import unanswered_settings
from workers_deploy.core.project import VARIABLE_KINDS, Module, Project, ScriptFormat
from workers_deploy.core.steps import ScriptUpload

MAX_ORIGIN_BYTES = 512  # of each annotation with a URL or a title (SDK 5.9.0)


def describe_code(project: Project) -> dict[str, Any]:
    """Return what the note's code digest covers: metadata, and settings that are never answered.

    Values of variables are in it: it is digested, never printed.
    """
    metadata = _versioned(project)
    metadata["bindings"] = sorted(
        (binding.as_json() for binding in project.bindings), key=lambda b: (b["name"], b["type"])
    )
    return {
        **metadata,
        **unanswered_settings(project.script_settings),
        **project.unsafe_metadata,
    }


def build_metadata(
    upload: ScriptUpload, *, completion_token: str | None, serves: bool = False
) -> dict[str, Any]:
    """Return the upload's metadata.

    `completion_token` is that of the asset upload; needed exactly when the project has assets.
    `serves`: the upload moves traffic too, so it says how Durable Objects move to the new code.
    """
    project = upload.project
    if project.main_module is None:
        return _assets_only(upload, completion_token, serves=serves)
    metadata = _versioned(project)
    metadata["bindings"] = [*_bindings(project), *(one.as_json() for one in upload.inherited)]
    metadata["keep_bindings"] = list(upload.keep_bindings)
    metadata |= _migrations(upload) | _script_level(project)
    metadata |= _annotations(upload, origin=not serves)
    if serves and project.code_update_strategy is not None:
        metadata["code_update_strategy"] = dict(project.code_update_strategy)
    if project.assets is not None:
        metadata["assets"] = _assets(project, completion_token)
    return metadata | dict(project.unsafe_metadata)


def _bindings(project: Project) -> list[dict[str, Any]]:
    """Return the project's bindings; secrets stand after the variables, as wrangler writes them."""
    secrets = [{"name": s.name, "type": "secret_text", "text": s.value} for s in project.secrets]
    kinds = [binding.type for binding in project.bindings]
    place = max((at + 1 for at, kind in enumerate(kinds) if kind in VARIABLE_KINDS), default=0)
    bindings = [binding.as_json() for binding in project.bindings]
    return [*bindings[:place], *secrets, *bindings[place:]]


def _versioned(project: Project) -> dict[str, Any]:
    main_key = "main_module" if project.format is ScriptFormat.MODULES else "body_part"
    metadata: dict[str, Any] = {}
    if project.main_module is not None:
        metadata = {main_key: project.main_module, "bindings": []}
    optional = {
        "containers": project.containers and list(project.containers),
        "exports": project.exports,
        "capnp_schema": project.capnp_schema,
        "placement": project.placement,
        "limits": project.limits,
        "cache_options": project.cache_options,
        "package_dependencies": project.package_dependencies and list(project.package_dependencies),
    }
    if project.compatibility_date is not None:
        metadata["compatibility_date"] = project.compatibility_date
    metadata["compatibility_flags"] = list(project.compatibility_flags)
    return metadata | {key: value for key, value in optional.items() if value is not None}


def _script_level(project: Project) -> dict[str, Any]:
    settings = project.script_settings
    lists = {
        "tail_consumers": settings.tail_consumers,
        "streaming_tail_consumers": settings.streaming_tail_consumers,
    }
    plain: Mapping[str, Any] = {
        "logpush": settings.logpush,
        "observability": settings.observability,
    }
    return {key: value for key, value in plain.items() if value is not None} | {
        key: list(value) for key, value in lists.items() if value is not None
    }


def _migrations(upload: ScriptUpload) -> dict[str, Any]:
    if not upload.pending_migrations:
        return {}
    steps = [
        {key: value for key, value in step.items() if key != "tag"}
        for step in upload.pending_migrations
    ]
    old = {"old_tag": upload.migration_tag} if upload.migration_tag else {}
    return {"migrations": {**old, "new_tag": upload.pending_migrations[-1]["tag"], "steps": steps}}


def _annotations(upload: ScriptUpload, *, origin: bool) -> dict[str, Any]:
    """Return the annotations; those of the `origin` are POST versions' alone (SDK 5.9.0)."""
    annotations = {
        "workers/message": upload.message,
        "workers/tag": upload.project.tag,
        "workers/alias": upload.alias,
        **(_origin(upload.project) if origin else {}),
    }
    said = {key: value for key, value in annotations.items() if value}
    return {"annotations": said} if said else {}


def _origin(project: Project) -> dict[str, str | None]:
    """Return where a version comes from; a URL that is cut would lead elsewhere."""
    origin = project.origin
    title = (origin.pull_request_title or "").encode(errors="replace")[:MAX_ORIGIN_BYTES]
    urls = {
        "workers/repository_url": origin.repository_url,
        "workers/pull_request_url": origin.pull_request_url,
    }
    return {
        "workers/commit_sha": project.known_commit,
        "workers/pull_request_number": origin.pull_request,
        "workers/pull_request_title": title.decode(errors="ignore"),
        **{
            key: url
            for key, url in urls.items()
            if url and len(url.encode(errors="replace")) <= MAX_ORIGIN_BYTES
        },
    }


def _assets(project: Project, completion_token: str | None) -> dict[str, Any]:
    assert project.assets is not None
    return {"jwt": completion_token, "config": dict(project.assets.config)}


def _assets_only(
    upload: ScriptUpload, completion_token: str | None, *, serves: bool
) -> dict[str, Any]:
    # Assets-only scripts take no bindings, and nothing is kept.
    return {
        "assets": _assets(upload.project, completion_token),
        **_annotations(upload, origin=not serves),
        **_versioned(upload.project),
    }


def content_metadata(project: Project) -> dict[str, Any]:
    """Return the metadata of PUT content: which part is the main one, and nothing else."""
    main_key = "main_module" if project.format is ScriptFormat.MODULES else "body_part"
    return {main_key: project.main_module}


def code_of(project: Project) -> tuple[Module, ...]:
    """Return the parts of PUT content: the modules, without what the metadata alone refers to."""
    return tuple(one for one in project.modules if one.name != project.capnp_schema)
