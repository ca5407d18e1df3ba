"""The asset manifest: which files a version serves, by the hashes they are stored under."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MAX_ASSET_BYTES = 25 * 2**20  # per file; wrangler 4.164.0 checks the same bound
MAX_ASSET_COUNT = 100_000  # per version on the paid plan (limits page); 20,000 on the free one


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetEntry:
    """One file: `path` is the manifest's key, with a leading `/`; `size` in bytes."""

    path: str
    hash: str
    size: int
    content_type: str | None  # None: served without Content-Type
    file: str = field(repr=False)  # where its bytes are on disk
    # When it was last modified as its hash was taken, in nanoseconds; None: not known.
    modified_ns: int | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class AssetManifest:
    """All assets of a version and their `config` (REFERENCE: metadata.assets.config)."""

    entries: tuple[AssetEntry, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    # Where on disk what is no asset itself was read from: `_headers`, `_redirects`, …
    rule_files: tuple[str, ...] = field(default=(), repr=False, compare=False)
    # Where the files are, and what the configuration says of them: to read another commit's alike.
    directory: str = field(default="", repr=False, compare=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def total_bytes(self) -> int:
        """Return the sum of the raw sizes."""
        return sum(entry.size for entry in self.entries)

    @cached_property
    def by_hash(self) -> Mapping[str, AssetEntry]:
        """Return one entry per hash: equal content with an equal extension is stored once."""
        first: dict[str, AssetEntry] = {}
        for entry in self.entries:
            first.setdefault(entry.hash, entry)
        return first

    def as_json(self) -> dict[str, dict[str, str | int]]:
        """Return the manifest as assets-upload-session takes it."""
        return {entry.path: {"hash": entry.hash, "size": entry.size} for entry in self.entries}
