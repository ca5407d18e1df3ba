"""A downloaded script: a form of modules, the text of a service worker, or nothing but assets.

It is kept on disk, since a hostile server may send as much as it is let. The form is taken apart by
python-multipart, so that every byte of a module stays as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.scripts import RawScript
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import (
    Problem,
    ProblemKind,
    ProblemsError,
    RefusedError,
    UnansweredError,
)

# What an API gateway that does not route content/v2 answers; GET scripts/{name} is older.
NOT_ROUTED = frozenset({404, 405})
# Each becomes a file. A Worker's modules are some thousands at most.
MAX_PARTS = 50_000
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentPart:
    """One module: its name, its content type, and where on disk its bytes are for now."""

    name: str
    content_type: str
    file: Path
    start: int
    size: int  # bytes

    def chunks(self) -> Iterator[bytes]:
        """Yield the module's bytes."""
        with self.file.open("rb") as file:
            file.seek(self.start)
            left = self.size
            while left and (chunk := file.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def read(self) -> bytes:
        """Return the module's bytes."""
        return b"".join(self.chunks())


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptContent:
    """What a script is made of; without parts it only serves assets."""

    parts: tuple[ContentPart, ...]
    main_module: str | None


@contextmanager
def read_content(client: WorkersClient, script: ScriptPath) -> Iterator[ScriptContent]:
    """Yield the script's modules, by content/v2 or where that is not routed by GET script.

    Both answer for the latest version. In a dispatch namespace GET content is the only one. The
    files of the parts are there until the end of the block.

    Raises:
        RefusedError, UnansweredError: as any request; a form that can't be read is no answer.
        ProblemsError: there is no room for it.

    """
    with TemporaryDirectory(prefix="workers-deploy-") as folder:
        try:
            content = _downloaded(client, script, Path(folder))
        except OSError as error:
            raise ProblemsError([_no_room(error)]) from error
        yield content


def _no_room(error: OSError) -> Problem:
    return Problem(
        kind=ProblemKind.INPUT,
        subject="TMPDIR",
        message=f"a download can't be kept there: {error.strerror or type(error).__name__}",
        hint="free some space, or name a folder on another disk",
    )


def _downloaded(client: WorkersClient, script: ScriptPath, folder: Path) -> ScriptContent:
    file = folder / "answer"
    if script.dispatch_namespace is not None:
        return _parsed(client.read_dispatched_content(script, file), script, "GET content")
    try:
        raw, request = client.download_script(script, file), "GET content/v2"
    except RefusedError as refused:
        if refused.code in UNKNOWN_SCRIPT or refused.status not in NOT_ROUTED:
            raise
        raw, request = client.read_script(script, file), f"GET scripts/{script.name}"
    return _parsed(raw, script, request)


def _parsed(raw: RawScript, script: ScriptPath, request: str) -> ScriptContent:
    try:
        return parse_content(raw, script.name)
    except FormParserError as error:
        raise UnansweredError(
            f"{request}: the answer is a form that can't be read", request=request
        ) from error


def parse_content(raw: RawScript, script_name: str) -> ScriptContent:
    """Return what a download holds; by its content type. Modules are written beside its file.

    Raises:
        FormParserError: it is a form, and broken, cut off or of too many parts.

    """
    if not raw.size:
        return ScriptContent(parts=(), main_module=None)
    kind, options = parse_options_header(raw.content_type)
    if kind == b"multipart/form-data":
        parts = _parse_form(raw.file, options.get(b"boundary", b""))
        main = raw.main_module or (parts[0].name if parts else None)
        return ScriptContent(parts=parts, main_module=main)
    name = f"{script_name}.js"
    part = ContentPart(
        name=name, content_type="application/javascript", file=raw.file, start=0, size=raw.size
    )
    return ScriptContent(parts=(part,), main_module=name)


class _Form:
    """Collects what the parser finds; the parts' bytes, one after the other, in one file."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.parts: list[ContentPart] = []
        self.is_whole = False
        self._file, self._path = file, path
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._start = self._size = 0

    def on_part_begin(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise FormParserError(f"more than {MAX_PARTS:,} parts")
        self._headers, self._start, self._size = {}, self._start + self._size, 0

    def on_header_begin(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += self._file.write(data[start:end])

    def on_part_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename") or options.get(b"name") or b""
        kind = self._headers.get(b"content-type", b"application/octet-stream")
        self.parts.append(
            ContentPart(
                name=_unescape(name.decode(errors="replace")),
                content_type=kind.decode(errors="replace"),
                file=self._path,
                start=self._start,
                size=self._size,
            )
        )

    def on_end(self) -> None:
        self.is_whole = True


def _unescape(name: str) -> str:
    """Return a name as it was before it was written into a form's header (WHATWG, multipart)."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _parse_form(answer: Path, boundary: bytes) -> tuple[ContentPart, ...]:
    path = answer.with_name("parts")
    with answer.open("rb") as form_file, path.open("wb") as parts_file:
        form = _Form(parts_file, path)
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
        while chunk := form_file.read(CHUNK_BYTES):
            parser.write(chunk)
        parser.finalize()
    if not form.is_whole:
        raise FormParserError("the form is cut off")
    return tuple(form.parts)
