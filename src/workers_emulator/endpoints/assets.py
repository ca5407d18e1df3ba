"""Asset upload sessions: the manifest, the buckets, the files, the completion token."""

import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.requests.forms import parse_form
from workers_emulator.rules.account_rules import NAMESPACE_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    ASSET_CONTENT,
    ASSET_TOKEN,
    ASSET_UNKNOWN,
    BAD_PARAMETER,
    MANIFEST,
    SESSION_MISSING,
)
from workers_emulator.state.account import Account
from workers_emulator.state.model import ManifestEntry
from workers_emulator.state.names import check_script_name
from workers_emulator.state.store import Session
from workers_emulator.state.tokens import Purpose, issue, open_token, session_of

_HASH = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NO_TYPE = "application/null"  # direct-upload page: served without a Content-Type
_TYPE_IN_PART = "application/octet-stream"


def open_session(call: Call) -> Answer:
    """Answer with the buckets of files that the account lacks, and a token for them."""
    place = call.place
    check_script_name(place.name)
    if place.namespace is not None and place.namespace not in call.state.namespaces:
        raise Refusal(NAMESPACE_MISSING)
    manifest = parse_manifest(call.account, call.json_object().get("manifest"))
    account = call.account
    session_id = account.new_hex()
    now = account.now()
    session = account.assets.open_session(
        session_id,
        place,
        manifest,
        now=now,
        # a completion token is issued as late as the session's own token ends
        ends_at=now + 2 * account.options.token_seconds,
    )
    # by rule session-known-hashes
    purpose = Purpose.UPLOAD if session.missing else Purpose.COMPLETION
    token = issue(account, purpose, session_id, place)
    missing = [hash_ for hash_ in session.sizes if hash_ in session.missing]
    return ok({"jwt": token, "buckets": make_buckets(account, missing, session.sizes)})


def parse_manifest(account: Account, value: Any) -> dict[str, ManifestEntry]:
    """Return the manifest of a session's request.

    Raises:
        Refusal: 10304 with the reason.

    """
    if not isinstance(value, dict):
        raise _invalid_manifest("manifest must be an object")
    if len(value) > account.options.max_assets:
        raise _invalid_manifest(f"it has more than {account.options.max_assets} files")
    return {path: _parse_entry(account, path, entry) for path, entry in value.items()}


def _parse_entry(account: Account, path: str, entry: Any) -> ManifestEntry:
    if not path.startswith("/"):
        raise _invalid_manifest(f"path {path!r} does not start with a slash")
    if not isinstance(entry, dict):
        raise _invalid_manifest(f"{path}: an entry needs hash and size")
    hash_, size = entry.get("hash"), entry.get("size")
    if not isinstance(hash_, str) or not _HASH.fullmatch(hash_):
        raise _invalid_manifest(f"{path}: hash must be 32 hex digits")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _invalid_manifest(f"{path}: size must be a number of bytes")
    if size > account.options.max_asset_bytes:
        raise _invalid_manifest(f"{path}: {size} bytes are more than the limit for one file")
    return ManifestEntry(hash=hash_, size=size)


def _invalid_manifest(reason: str) -> Refusal:
    return Refusal(MANIFEST, f"Asset manifest is invalid: {reason}.")


def make_buckets(
    account: Account, hashes: Iterable[str], sizes: Mapping[str, int]
) -> list[list[str]]:
    """Return the hashes in buckets of the account's size, in their order."""
    buckets: list[list[str]] = []
    filled = 0
    for hash_ in hashes:  # by rule bucket-size
        is_full = not buckets or len(buckets[-1]) >= account.options.bucket_files
        if is_full or filled + sizes[hash_] > account.options.bucket_bytes:
            buckets.append([])
            filled = 0
        buckets[-1].append(hash_)
        filled += sizes[hash_]
    return buckets


def upload(call: Call) -> Answer:
    """Store the files of one bucket; the last one's answer has the completion token."""
    if not call.flag("base64"):
        raise Refusal(BAD_PARAMETER, "Parameter base64 must be true.")
    session_id, session = _session_of_call(call)
    for part in parse_form(call.content_type, call.body):
        _expect_hash(session, part.name)
        try:
            content = binascii.a2b_base64(part.content, strict_mode=True)
        except binascii.Error as exc:
            raise Refusal(ASSET_CONTENT, f"{part.name} is not base64: {exc}.") from exc
        _store(call.account, session, part.name, content, part.content_type or _TYPE_IN_PART)
    return _uploaded(call, session_id, session)


def upload_one(call: Call) -> Answer:
    """Store one file sent as it is: a mode that only newer wranglers know."""
    session_id, session = _session_of_call(call)
    hash_ = call.args["hash"]
    _expect_hash(session, hash_)
    _store(call.account, session, hash_, call.body, call.content_type or _TYPE_IN_PART)
    return _uploaded(call, session_id, session)


def _session_of_call(call: Call) -> tuple[str, Session]:
    claims = open_token(call.account, call.token, Purpose.UPLOAD, ASSET_TOKEN)
    return claims["session"], session_of(call.account, claims, SESSION_MISSING)


def _expect_hash(session: Session, hash_: str) -> None:
    if hash_ not in session.sizes:
        raise Refusal(ASSET_UNKNOWN, f"{hash_[:40]!r} is not in the manifest of this session.")


def _store(account: Account, session: Session, hash_: str, content: bytes, type_: str) -> None:
    if len(content) != session.sizes[hash_]:
        raise Refusal(
            ASSET_CONTENT,
            f"{hash_} has {len(content)} bytes, the manifest says {session.sizes[hash_]}.",
        )
    account.assets.put(hash_, content, None if type_ == _NO_TYPE else type_)
    session.missing.discard(hash_)


def _uploaded(call: Call, session_id: str, session: Session) -> Answer:
    # by rule upload-statuses
    if not call.account.assets.is_complete(session):
        return ok({}, status=202)
    token = issue(call.account, Purpose.COMPLETION, session_id, session.place)
    return ok({"jwt": token}, status=201)


ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("POST", "A/workers/scripts/{script_name}/assets-upload-session", open_session),
    endpoint(
        "POST",
        "A/workers/dispatch/namespaces/{namespace}/scripts/{script_name}/assets-upload-session",
        open_session,
    ),
    endpoint("POST", "A/workers/assets/upload", upload, asset_token=True),
    endpoint("POST", "A/workers/assets/upload/{hash}", upload_one, asset_token=True),
)
