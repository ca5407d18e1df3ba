"""A downloaded script: a form of modules, the text of a service worker, or nothing but assets.

The form is taken apart by python-multipart, so that every byte of a module stays as it is.
"""

from dataclasses import dataclass, field

from python_multipart.multipart import MultipartParser, parse_options_header

from workers_deploy.api.caller import ScriptPath
from workers_deploy.api.client import WorkersClient
from workers_deploy.api.scripts import RawScript
from workers_deploy.errors import RefusedError

# What an API gateway that does not route content/v2 answers; GET scripts/{name} is older.
NOT_ROUTED = frozenset({404, 405, 501})
SCRIPT_MISSING = 10007


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentPart:
    """One module: its name, its content type, its bytes."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptContent:
    """What a script is made of; without parts it only serves assets."""

    parts: tuple[ContentPart, ...]
    main_module: str | None


def read_content(client: WorkersClient, script: ScriptPath) -> ScriptContent:
    """Return the script's modules, by content/v2 or where that is not routed by GET script.

    Raises:
        RefusedError, UnansweredError: as any request; a form that can't be read is refused.

    """
    try:
        raw = client.download_script(script)
    except RefusedError as refused:
        if refused.code == SCRIPT_MISSING or refused.status not in NOT_ROUTED:
            raise
        raw = client.read_script(script)
    return parse_content(raw, script.name)


def parse_content(raw: RawScript, script_name: str) -> ScriptContent:
    """Return what a download holds; by its content type."""
    if not raw.content:
        return ScriptContent(parts=(), main_module=None)
    kind, options = parse_options_header(raw.content_type)
    if kind == b"multipart/form-data":
        parts = _parse_form(raw.content, options.get(b"boundary", b""))
        main = raw.main_module or (parts[0].name if parts else None)
        return ScriptContent(parts=parts, main_module=main)
    name = f"{script_name}.js"
    part = ContentPart(name=name, content_type="application/javascript", content=raw.content)
    return ScriptContent(parts=(part,), main_module=name)


class _Form:
    """Collects what the parser finds."""

    def __init__(self) -> None:
        self.parts: list[ContentPart] = []
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._content = bytearray()

    def on_part_begin(self) -> None:
        self._headers, self._content = {}, bytearray()

    def on_header_begin(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def on_part_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename") or options.get(b"name") or b""
        kind = self._headers.get(b"content-type", b"application/octet-stream")
        self.parts.append(
            ContentPart(
                name=name.decode(errors="replace"),
                content_type=kind.decode(errors="replace"),
                content=bytes(self._content),
            )
        )


def _parse_form(body: bytes, boundary: bytes) -> tuple[ContentPart, ...]:
    form = _Form()
    callbacks = {
        name: getattr(form, name)
        for name in (
            "on_part_begin",
            "on_header_begin",
            "on_header_field",
            "on_header_value",
            "on_header_end",
            "on_part_data",
            "on_part_end",
        )
    }
    parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
    parser.write(body)
    parser.finalize()
    return tuple(form.parts)
