"""The signed tokens of asset uploads: one for the session, one that says it is complete."""

from enum import StrEnum
from typing import Any

import jwt

from workers_emulator.rules.rules import Refusal, Rule
from workers_emulator.state.account import Account
from workers_emulator.state.model import Place
from workers_emulator.state.store import Session


class Purpose(StrEnum):
    """What a token is good for; it is good for nothing else."""

    UPLOAD = "upload"
    COMPLETION = "completion"


def issue(account: Account, purpose: Purpose, session_id: str, place: Place) -> str:
    """Return a token for this session, valid for the account's token time."""
    now = int(account.now())
    claims: dict[str, Any] = {
        "purpose": purpose,
        "session": session_id,
        "account": account.options.account_id,
        "script": place.name,
        "namespace": place.namespace,
        "iat": now,
        "exp": now + account.options.token_seconds,
    }
    if account.options.single_asset_uploads:
        claims["wrangler_single_asset_uploads"] = True
        claims["edge_kv_upload_concurrency"] = 50
    return jwt.encode(claims, account.signing_key, algorithm="HS256")


def open_token(account: Account, token: str, purpose: Purpose, otherwise: Rule) -> dict[str, Any]:
    """Return the claims of a token of this purpose.

    Raises:
        Refusal: `otherwise`, where it is forged, expired, of another account or purpose.

    """
    try:
        claims = jwt.decode(
            token,
            account.signing_key,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_iat": False},  # the emulator's clock decides
        )
    except (jwt.PyJWTError, UnicodeError) as exc:  # a lone surrogate, which JSON can hold
        raise Refusal(otherwise) from exc
    expected = (purpose, account.options.account_id)
    if (claims["purpose"], claims["account"]) != expected or account.now() >= claims["exp"]:
        raise Refusal(otherwise)
    return claims


def session_of(account: Account, claims: dict[str, Any], missing: Rule) -> Session:
    """Return the session that the claims are about.

    Raises:
        Refusal: `missing`, where the account does not know it (any more).

    """
    session = account.assets.sessions.get(claims["session"])
    if session is None:
        raise Refusal(missing)
    return session
