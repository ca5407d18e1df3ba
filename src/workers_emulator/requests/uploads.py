"""The multipart form of a script upload: its metadata and its modules, checked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from workers_emulator.requests.call import Call
from workers_emulator.requests.forms import Part, media_type, parse_form
from workers_emulator.requests.json_text import parse_json
from workers_emulator.requests.shapes import Metadata, read
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    CONTENT_TYPE,
    MAIN_MODULE_FORMAT,
    MAIN_MODULE_MISSING,
    NO_HANDLERS,
    TOO_LARGE,
    UPLOAD_FORMAT,
    VALIDATION,
)
from workers_emulator.state import sources
from workers_emulator.state.kinds import BLOB_KINDS
from workers_emulator.state.loading import check_loading
from workers_emulator.state.model import Module
from workers_emulator.state.options import Options

_SCRIPT_TYPES = ("application/javascript", "text/javascript")
_SOURCE_MAP = "application/source-map"
_MAIN_HEADER = "cf-worker-main-module-part"
_BODY_HEADER = "cf-worker-body-part"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """An upload: `metadata` as it was meant, modules without the metadata part."""

    metadata: Metadata = field(repr=False)
    modules: tuple[Module, ...]

    @property
    def has_code(self) -> bool:
        """Whether there is a script, not assets alone."""
        return bool(self.metadata.main_module or self.metadata.body_part)


def parse_upload(call: Call, *, single_script: bool) -> Upload:
    """Return the upload in this request; `single_script` takes a bare service worker too.

    Raises:
        Refusal: 10001, 10006, 10021, 10027 or 10068.

    """
    if single_script and media_type(call.content_type) in _SCRIPT_TYPES:
        return check_upload(call, _bare_script(call.body))
    parts = parse_form(call.content_type, call.body)
    metadata = _metadata(call, parts)
    blobs = {b.get("part") for b in metadata.bindings or () if b.get("type") in BLOB_KINDS}
    modules = tuple(_module(part, blobs) for part in parts if part.name != "metadata")
    return check_upload(call, Upload(metadata=metadata, modules=modules))


def _bare_script(body: bytes) -> Upload:
    module = Module(name="script", content_type="application/javascript", content=body)
    return Upload(metadata=Metadata(body_part="script"), modules=(module,))


def _module(part: Part, blobs: Collection[str | None]) -> Module:
    """Return the part as a module, named by its file name where it has one (SDK 5.9.0).

    What a service worker binds as a blob goes by the part's own name (wrangler 4.164.0).
    """
    name = part.name if part.name in blobs else part.filename or part.name
    kind = media_type(part.content_type or "application/octet-stream")
    if kind not in sources.MODULE_TYPES:
        raise Refusal(VALIDATION, f"Module '{name}' has the unknown content type {kind}.")
    return Module(name=name, content_type=kind, content=part.content)


def _metadata(call: Call, parts: tuple[Part, ...]) -> Metadata:
    part = next((p for p in parts if p.name == "metadata"), None)
    value = _from_headers(call, parts) if part is None else _parse_json(part.content, "metadata")
    return read(Metadata, value, VALIDATION, "metadata")


def _from_headers(call: Call, parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return metadata for a form that has none; PUT content names a *part* by header (OpenAPI)."""
    for header, key in ((_MAIN_HEADER, "main_module"), (_BODY_HEADER, "body_part")):
        named = next((p for p in parts if p.name == call.headers.get(header)), None)
        if named is not None:
            return {key: named.filename or named.name}
    raise Refusal(UPLOAD_FORMAT, "Failed to parse Worker upload: there is no metadata part.")


def _parse_json(content: bytes, name: str) -> Any:
    try:
        value = parse_json(content)
    except ValueError as exc:
        raise Refusal(UPLOAD_FORMAT, f"The part {name} is not JSON: {exc}.") from exc
    if not isinstance(value, dict):
        raise Refusal(UPLOAD_FORMAT, f"The part {name} must be a JSON object.")
    return value


def parse_settings_part(call: Call) -> Any:
    """Return the `settings` part of PATCH settings.

    Raises:
        Refusal: 10001 for another content type, 10006 without that part.

    """
    if media_type(call.content_type) != "multipart/form-data":
        raise Refusal(CONTENT_TYPE)
    for part in parse_form(call.content_type, call.body):
        if part.name == "settings":
            return _parse_json(part.content, "settings")
    raise Refusal(UPLOAD_FORMAT, "There is no settings part.")


def check_upload(call: Call, upload: Upload) -> Upload:
    """Return the upload, or refuse what its modules and its main module cannot be."""
    metadata = upload.metadata
    if metadata.main_module and metadata.body_part:
        raise Refusal(VALIDATION, "Only one of main_module and body_part can be given.")
    _check_size(upload, call.account.options)
    if metadata.main_module:
        _check_main(upload, metadata.main_module)
    elif metadata.body_part:
        _check_body(upload, metadata.body_part)
    elif metadata.assets is None and not metadata.keep_assets:
        raise Refusal(UPLOAD_FORMAT, "metadata must include main_module or body_part.")
    names = [module.name for module in upload.modules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Refusal(UPLOAD_FORMAT, f"Two parts are named '{twice}'.")
    check_loading(upload.modules, metadata.main_module, call.account.compiler)
    return upload


def _check_size(upload: Upload, options: Options) -> None:
    counted = (m for m in upload.modules if m.content_type != _SOURCE_MAP)
    size = sum(len(module.content) for module in counted)
    if size > options.max_script_bytes:
        limit = options.max_script_bytes / 2**20
        raise Refusal(TOO_LARGE, f"Worker exceeds the size limit of {limit:g} MiB.")


def _find(upload: Upload, name: str) -> Module:
    module = next((m for m in upload.modules if m.name == name), None)
    if module is None:
        raise Refusal(MAIN_MODULE_MISSING, f'Uncaught Error: No such module "{name}".')
    return module


def _check_main(upload: Upload, name: str) -> None:
    main = _find(upload, name)
    if not sources.is_main_format(main):
        raise Refusal(MAIN_MODULE_FORMAT)
    if not sources.has_exports(main):
        raise Refusal(NO_HANDLERS)


def _check_body(upload: Upload, name: str) -> None:
    body = _find(upload, name)
    if body.content_type not in _SCRIPT_TYPES:
        raise Refusal(VALIDATION, f"body_part '{name}' must be application/javascript.")
    if not sources.has_listeners(body):
        raise Refusal(NO_HANDLERS)
