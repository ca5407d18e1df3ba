"""The asset files that the account has, by hash, and the upload sessions that are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workers_emulator.state.model import ManifestEntry, Place


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAsset:
    """A file as it was uploaded; `content_type` None is served without one."""

    size: int
    content_type: str | None
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """An upload session: for one script, of one manifest."""

    place: Place
    manifest: Mapping[str, ManifestEntry] = field(repr=False)
    sizes: Mapping[str, int] = field(repr=False)
    missing: set[str] = field(repr=False)
    ends_at: float


class AssetStore:
    """Files by hash. With `keep_contents` off only hash, size and type are kept."""

    def __init__(self, *, keep_contents: bool) -> None:
        self._keep_contents = keep_contents
        self.files: dict[str, StoredAsset] = {}
        self.sessions: dict[str, Session] = {}

    def clear(self) -> None:
        """Forget all files and sessions."""
        self.files.clear()
        self.sessions.clear()

    def put(self, hash_: str, content: bytes, content_type: str | None) -> None:
        """Store a file under the hash that its client chose (rule: known-hashes-forever)."""
        self.files[hash_] = StoredAsset(
            size=len(content),
            content_type=content_type,
            content=content if self._keep_contents else None,
        )

    def open_session(
        self,
        session_id: str,
        place: Place,
        manifest: Mapping[str, ManifestEntry],
        *,
        now: float,
        ends_at: float,
    ) -> Session:
        """Remember a session; its missing files are those that no upload brought yet.

        Sessions that have ended are forgotten: no token leads to them any more.
        """
        self.sessions = {key: s for key, s in self.sessions.items() if s.ends_at > now}
        sizes = {entry.hash: entry.size for entry in manifest.values()}
        session = Session(
            place=place,
            manifest=manifest,
            sizes=sizes,
            missing={h for h in sizes if h not in self.files},
            ends_at=ends_at,
        )
        self.sessions[session_id] = session
        return session

    def is_complete(self, session: Session) -> bool:
        """Whether every file of the session's manifest is stored, whoever brought it."""
        return all(hash_ in self.files for hash_ in session.missing)
