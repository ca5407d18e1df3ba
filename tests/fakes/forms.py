"""multipart/form-data taken apart as strictly as it was written, part headers included."""

import re
from collections.abc import Sequence

from fakes.recordings import Part, digest_of

_PARAMETER = re.compile(r'; (name|filename)="([^"\r\n]*)"')


def read_form(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the parts of a form.

    Raises:
        AssertionError: the body is not written exactly as the standard wants it.

    """
    kind, _, boundary = content_type.partition("; boundary=")
    assert kind == "multipart/form-data", content_type
    delimiter = f"--{boundary}".encode()
    first, *parts = (b"\r\n" + body).split(b"\r\n" + delimiter)
    assert first == b"", "something stands before the first part"
    assert parts.pop() == b"--\r\n", "the form does not end as a form"
    return tuple(_part(part) for part in parts)


def write_form(content_type: str, parts: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a form of parts that are given as their headers and content."""
    boundary = content_type.partition("; boundary=")[2]
    pieces = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + body for head, body in parts]
    return b"\r\n".join((*pieces, f"--{boundary}--\r\n".encode()))


def _part(part: bytes) -> Part:
    assert part.startswith(b"\r\n"), "something stands after a boundary"
    head, _, content = part[2:].partition(b"\r\n\r\n")
    headers = head.decode()
    lines = dict(line.split(": ", 1) for line in headers.split("\r\n"))
    named = dict(_PARAMETER.findall(lines["Content-Disposition"]))
    return Part(
        headers=headers,
        name=_unescape(named["name"]),
        filename=_unescape(named["filename"]) if "filename" in named else None,
        content_type=lines.get("Content-Type"),
        length=len(content),
        digest=digest_of(content),
        content=content,
    )


def _unescape(text: str) -> str:
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
