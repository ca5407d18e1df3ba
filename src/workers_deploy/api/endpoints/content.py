"""A downloaded script: a form of modules, the text of a service worker, or nothing but assets.

The form is taken apart by python-multipart, so that every byte of a module stays as it is.
"""

from dataclasses import field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.scripts import RawScript
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError, UnansweredError

# What an API gateway that does not route content/v2 answers; GET scripts/{name} is older.
NOT_ROUTED = frozenset({404, 405})


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

    Both answer for the latest version. In a dispatch namespace GET content is the only one.

    Raises:
        RefusedError, UnansweredError: as any request; a form that can't be read is no answer.

    """
    if script.dispatch_namespace is not None:
        return _parsed(client.read_dispatched_content(script), script, "GET content")
    try:
        raw, request = client.download_script(script), "GET content/v2"
    except RefusedError as refused:
        if refused.code in UNKNOWN_SCRIPT or refused.status not in NOT_ROUTED:
            raise
        raw, request = client.read_script(script), f"GET scripts/{script.name}"
    return _parsed(raw, script, request)


def _parsed(raw: RawScript, script: ScriptPath, request: str) -> ScriptContent:
    try:
        return parse_content(raw, script.name)
    except FormParserError as error:
        raise UnansweredError(
            f"{request}: the answer is a form that can't be read", request=request
        ) from error


def parse_content(raw: RawScript, script_name: str) -> ScriptContent:
    """Return what a download holds; by its content type.

    Raises:
        FormParserError: it is a form, and broken or cut off.

    """
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
        self.is_whole = False
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
                name=_unescape(name.decode(errors="replace")),
                content_type=kind.decode(errors="replace"),
                content=bytes(self._content),
            )
        )

    def on_end(self) -> None:
        self.is_whole = True


def _unescape(name: str) -> str:
    """Return a name as it was before it was written into a form's header (WHATWG, multipart)."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


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
            "on_end",
        )
    }
    parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
    parser.write(body)
    parser.finalize()
    if not form.is_whole:
        raise FormParserError("the form is cut off")
    return tuple(form.parts)
