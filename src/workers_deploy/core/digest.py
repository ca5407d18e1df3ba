"""The note of what was deployed, at the end of a version's message.

`wd1:<commit>:<code and metadata>:<assets>:<secrets>`: 12 hex digits of the commit, with `-dirty`
where files are not as in it, then three keyed digests of 48 bits each in base64url. Some 43 of the
message's 1,000 bytes: the dashboard shows the subject, which comes first. Cloudflare never returns
a secret's value, so a changed one is only seen here; the key is derived from the API token, account
and script, so the note tells nobody else anything, and a note of another key compares as different,
never as equal.
"""

import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any

from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.project import Module, Secret
from workers_deploy.dataclass import dataclass

MESSAGE_BYTES = 1000  # of annotations["workers/message"] (REFERENCE: names and limits)
NO_COMMIT = "0" * 12
# In the message of a deployment that returned traffic after a failed check: ours, and no rollback
# by someone.
REVERTED = "wd1:reverted"
# In the message of a deployment that lets a taken-back edit serve, so that it can be edited again.
AGAIN = "wd1:again"
# In the message of a deployment that gave the traffic to another run, which had been the first.
YIELDED = "wd1:yielded"
# Before the note of a version that is to get no traffic: it is no claim to be deployed.
PREVIEW = "wd1:preview"
DIRTY = "-dirty"
_NOTE = re.compile(
    rf"(?:^|\s)(?:(?P<preview>{PREVIEW})\s)?wd1:(?P<commit>[0-9a-f]{{12}}(?:{DIRTY})?)"
    r":(?P<code>[\w-]{8}):(?P<assets>[\w-]{8}):(?P<secrets>[\w-]{8})$",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """The commit and three digests of 8 characters each; at most 49 bytes in all."""

    commit: str
    code: str
    assets: str
    secrets: str

    @property
    def known_commit(self) -> str | None:
        """Return the 12 hex digits of the commit, None where none says what was deployed."""
        is_known = self.commit != NO_COMMIT and not self.commit.endswith(DIRTY)
        return self.commit if is_known else None

    def __str__(self) -> str:
        return f"wd1:{self.commit}:{self.code}:{self.assets}:{self.secrets}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteKey:
    """The key of one script's notes; it is worth as much as a secret."""

    key: bytes = field(repr=False)


def derive_note_key(api_token: str, account_id: str, script_name: str) -> NoteKey:
    """Return the key by HKDF-SHA-256 (RFC 5869), one output block."""
    extracted = hmac.digest(b"workers-deploy note", api_token.encode(), sha256)
    info = json.dumps([account_id, script_name]).encode()
    return NoteKey(key=hmac.digest(extracted, info + b"\x01", sha256))


def make_note(
    key: NoteKey,
    *,
    commit: str | None,
    is_dirty: bool = False,
    modules: Iterable[Module],
    metadata: Mapping[str, Any],
    assets: AssetManifest | None,
    secrets: Iterable[Secret],
) -> Note:
    """Return the note of what a deploy is about to send.

    `is_dirty`: something of it is not as in the commit. `metadata` is the upload's without secrets,
    completion token, annotations and what is inherited.
    """
    return Note(
        commit=f"{commit[:12]}{DIRTY if is_dirty else ''}" if commit else NO_COMMIT,
        code=_digest(key, "code", _code_parts(modules, metadata)),
        assets=_digest(key, "assets", _asset_parts(assets)),
        secrets=_digest(key, "secrets", _secret_parts(secrets)),
    )


def parse_note(message: str | None) -> Note | None:
    """Return the note that a version's message ends in.

    >>> parse_note("Fix the cart") is None
    True
    """
    found = _NOTE.search(message or "")
    if found is None:
        return None
    parts = found.groupdict()
    del parts["preview"]
    return Note(**parts)


def is_preview(message: str | None) -> bool:
    """Tell whether a version's message says that it was uploaded to get no traffic.

    >>> is_preview("Fix wd1:preview wd1:000000000000:cccccccc:aaaaaaaa:ssssssss")
    True
    """
    found = _NOTE.search(message or "")
    return found is not None and found["preview"] is not None


def write_message(text: str, note: Note, *, is_preview: bool = False) -> str:
    """Return the annotation: the user's text, cut to fit, and the note.

    >>> note = Note(commit="0" * 12, code="c" * 8, assets="a" * 8, secrets="s" * 8)
    >>> write_message("Fix the cart", note)
    'Fix the cart wd1:000000000000:cccccccc:aaaaaaaa:ssssssss'
    """
    end = f"{PREVIEW} {note}" if is_preview else str(note)
    room = MESSAGE_BYTES - len(end) - 1
    cut = text.strip().encode(errors="replace")[:room].decode(errors="ignore").rstrip()
    return f"{cut} {end}".strip()


def read_message(message: str | None) -> str:
    """Return the user's part of a message, without the note.

    >>> read_message("Fix wd1:000000000000:cccccccc:aaaaaaaa:ssssssss")
    'Fix'
    """
    return _NOTE.sub("", message or "")


def _digest(key: NoteKey, purpose: str, parts: Iterable[bytes]) -> str:
    mac = hmac.new(key.key, purpose.encode(), sha256)
    for part in parts:
        # Lengths first: no two lists of parts make the same stream.
        mac.update(len(part).to_bytes(8, "big"))
        mac.update(part)
    return urlsafe_b64encode(mac.digest()[:6]).decode()


def _code_parts(modules: Iterable[Module], metadata: Mapping[str, Any]) -> Iterable[bytes]:
    yield json.dumps(metadata, sort_keys=True).encode()
    for module in modules:
        yield from (module.name.encode(), module.type.encode(), module.content)


def _asset_parts(assets: AssetManifest | None) -> Iterable[bytes]:
    if assets is None:
        return
    yield json.dumps(assets.config, sort_keys=True).encode()
    for entry in sorted(assets.entries, key=lambda entry: entry.path):
        # The hash holds the extension, and the extension decides the content type.
        yield f"{entry.path}\0{entry.hash}".encode()


def _secret_parts(secrets: Iterable[Secret]) -> Iterable[bytes]:
    for secret in sorted(secrets, key=lambda secret: secret.name):
        yield from (secret.name.encode(), secret.value.encode())
