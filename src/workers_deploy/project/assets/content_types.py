"""The content type of an asset, as wrangler tells it to Cloudflare.

The table is that of mime 4.0.7, which wrangler 4.164.0 has inside: 425 of its extensions differ
from Python's own `mimetypes`, and a stored content type belongs to the hash, so both tools have
to agree.
"""

import json
from collections.abc import Mapping
from pathlib import Path


def read_mime_table() -> Mapping[str, str]:
    """Return the content type of each extension, in lower case without the dot.

    Texts are in UTF-8 where the table does not say otherwise, as in wrangler's `getContentType`.
    """
    source = Path(__file__).with_name("mime_table.json")
    table: Mapping[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return {extension: with_charset(found) for extension, found in table.items()}


def with_charset(content_type: str) -> str:
    """Return a content type with the charset that a text has.

    >>> with_charset("text/html"), with_charset("image/png")
    ('text/html; charset=utf-8', 'image/png')
    """
    if content_type.startswith("text/") and "charset" not in content_type:
        return f"{content_type}; charset=utf-8"
    return content_type


def content_type_of(path: str, table: Mapping[str, str]) -> str | None:
    """Return what an asset is served as; None serves it without a content type.

    >>> content_type_of("/a/b.HTML", {"html": "text/html; charset=utf-8"})
    'text/html; charset=utf-8'

    """
    name = path[max(path.rfind("/"), path.rfind("\\")) + 1 :]
    extension = name.rpartition(".")[2].lower()
    if len(extension) >= len(name) - 1:
        return None
    return table.get(extension)
