"""The content type of an asset, as wrangler tells it to Cloudflare.

The table is that of mime 4.0.7, which wrangler 4.164.0 has inside: 425 of its extensions differ
from Python's own `mimetypes`, and a stored content type belongs to the hash, so both tools have
to agree.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files

_DIRECTORIES = re.compile(r"^.*[/\\]", re.DOTALL)


def read_mime_table() -> Mapping[str, str]:
    """Return the content type of each extension, in lower case without the dot."""
    source = files("workers_deploy.project").joinpath("mime_table.json")
    table: Mapping[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return table


def content_type_of(path: str, table: Mapping[str, str]) -> str | None:
    """Return what an asset is served as; None serves it without a content type.

    >>> content_type_of("/a/b.HTML", {"html": "text/html"})
    'text/html; charset=utf-8'

    """
    name = _DIRECTORIES.sub("", path)
    extension = name.rpartition(".")[2].lower()
    if len(extension) >= len(name) - 1:
        return None
    found = table.get(extension)
    if found and found.startswith("text/") and "charset" not in found:
        return f"{found}; charset=utf-8"
    return found
