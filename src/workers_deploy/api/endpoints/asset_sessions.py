"""Endpoints of the asset upload. The second one takes the session's token, not the API token."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from typing import Any

from workers_deploy.api.endpoints.caller import Caller, ScriptPath, as_model, segment
from workers_deploy.api.endpoints.results import AssetSessionResult, AssetUploadResult
from workers_deploy.api.http.answer import Answer, Call
from workers_deploy.api.http.body import Body, json_body
from workers_deploy.api.http.failure import Area, Failure, RequestFailedError
from workers_deploy.api.http.models import validated
from workers_deploy.dataclass import dataclass

# 401 is what a session's token gets once it has expired; 403 was seen on the older endpoint
# (cloudflare/workers-sdk#3773). 10301 and 10343: the session's manifest is not there any more.
_EXPIRED_STATUS = frozenset({401, 403})
_EXPIRED_CODES = frozenset({10301, 10343})


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetSession:
    """An upload session: which hashes to send, in which buckets. `jwt` is valid for one hour.

    Where nothing is to be sent, `jwt` is the completion token already.
    """

    jwt: str = field(repr=False)
    buckets: tuple[tuple[str, ...], ...]  # without empty ones


class SessionExpiredError(Exception):
    """A session's token is not accepted any more; never leaves `api`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.problem)
        self.failure = failure


class Sessions(Caller):
    """`assets-upload-session` and `assets/upload`."""

    def open_asset_session(
        self, script: ScriptPath, manifest: Mapping[str, Mapping[str, Any]]
    ) -> AssetSession:
        """POST assets-upload-session: safe to repeat; leaves out what is stored already."""
        found = self._call(
            "POST",
            f"{script}/assets-upload-session",
            "POST assets-upload-session",
            as_model(AssetSessionResult),
            body=json_body({"manifest": manifest}),
        )
        buckets = (tuple(bucket) for bucket in found.buckets or ())
        return AssetSession(jwt=found.jwt, buckets=tuple(bucket for bucket in buckets if bucket))

    def upload_asset_bucket(
        self,
        jwt: str,
        body: Body,
        *,
        within: Callable[[], AbstractContextManager[None]] = nullcontext,
        on_failure: Callable[[Failure, float], None] | None = None,
    ) -> str | None:
        """POST assets/upload: one bucket; returns the completion token where this was the last one.

        Each try runs inside `within()`, so that a caller can say how many run at once.

        Raises:
            SessionExpiredError: the token is not accepted; a new session goes on where this ends.

        """
        call = Call(
            method="POST",
            path=f"/accounts/{segment(self.account_id)}/workers/assets/upload",
            label="POST assets/upload",
            area=Area.ASSETS,
            query={"base64": "true"},
            body=body,
            bearer=jwt,
        )

        def once() -> str | None:
            with within():
                answer = self._send_to_session(call)
            # Documented as 201 with a token and 202 with `{}`; seen as 200, and with null.
            found = validated(AssetUploadResult, answer.result or {})
            return (found.jwt or None) if found else None

        return self.retrier.call(call.label, once, on_failure=on_failure)

    def _send_to_session(self, call: Call) -> Answer:
        try:
            return self._exchange(call)
        except RequestFailedError as failed:
            if _is_expired(failed.failure):
                raise SessionExpiredError(failed.failure) from None
            raise


def _is_expired(failure: Failure) -> bool:
    if failure.is_challenge:
        return False
    return failure.status in _EXPIRED_STATUS or failure.code in _EXPIRED_CODES
