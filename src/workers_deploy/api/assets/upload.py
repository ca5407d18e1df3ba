"""The asset upload: session → buckets, several at once → completion token.

What can go wrong on the way is mended inside one run: a session whose token expires (it lives one
hour), one that Cloudflare answers with null, and one that ends without a completion token all lead
to a new session, which asks only for what is not stored yet. Where Cloudflare or something in front
of it is struggling, the buckets go one by one until it recovers.
"""

import threading
from collections.abc import Callable
from dataclasses import field
from heapq import nlargest

from workers_deploy.api.assets.bucket import BucketBody
from workers_deploy.api.assets.parallel_buckets import send_buckets
from workers_deploy.api.endpoints.asset_sessions import SessionExpiredError
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.body import new_boundary
from workers_deploy.api.http.explain import final_error
from workers_deploy.api.http.failure import Failure
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError, UnansweredError

LARGEST_SHOWN = 10
# Sessions in a row that store nothing and end without a token. A session that stores something
# is progress, and always followed by another one.
MAX_IDLE_SESSIONS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetUpload:
    """What an upload did.

    `uploaded` counts the manifest's files whose content was sent now: two files of equal content
    are two, and their bytes go once. `bytes` are raw bytes that were sent.
    """

    token: str = field(repr=False)  # the completion token, for the metadata of a version
    uploaded: int = 0
    bytes: int = 0
    largest_new: tuple[tuple[str, int], ...] = ()  # path and bytes, at most ten


def upload_assets(
    client: WorkersClient,
    script: ScriptPath,
    manifest: AssetManifest,
    *,
    progress: Callable[[int, int], None],
) -> AssetUpload:
    """Store what Cloudflare does not have of a manifest, and return the completion token.

    `progress` hears of files and raw bytes that were stored now, from several threads.

    Raises:
        RefusedError, UnansweredError: as any request.
        ChangedError: a file changed since its hash was taken.

    """
    return _Upload(client, script, manifest, progress).run()


class _Upload:
    """One upload, over as many sessions as it takes."""

    def __init__(
        self,
        client: WorkersClient,
        script: ScriptPath,
        manifest: AssetManifest,
        progress: Callable[[int, int], None],
    ) -> None:
        self._client = client
        self._retrier = client.retrier
        self._script = script
        self._manifest = manifest
        self._progress = progress
        self._stored: dict[str, AssetEntry] = {}
        self._lock = threading.Lock()
        self._expired: Failure | None = None

    def run(self) -> AssetUpload:
        idle = 0
        while idle < MAX_IDLE_SESSIONS:
            if idle:
                self._retrier.sleep(float(2 ** (idle - 1)))
            before = len(self._stored)
            token = self._through_a_session()
            if token is not None:
                return self._done(token)
            idle = 0 if len(self._stored) > before else idle + 1
        if self._expired is not None:
            raise final_error([self._expired], seconds=0.0)
        raise UnansweredError(
            f"POST assets/upload: no completion token after {MAX_IDLE_SESSIONS} sessions",
            request="POST assets/upload",
            hint="Run again: what is stored is not sent twice.",
        )

    def _through_a_session(self) -> str | None:
        session = self._client.open_asset_session(self._script, self._manifest.as_json())
        if not session.buckets:
            return session.jwt
        bodies = [self._body(bucket) for bucket in session.buckets]
        self._expired = None
        try:
            return send_buckets(self._client, session.jwt, bodies, on_stored=self._store)
        except SessionExpiredError as expired:
            self._expired = expired.failure
            self._retrier.tell("POST assets/upload: the session has expired, opening a new one")
            return None

    def _body(self, bucket: tuple[str, ...]) -> BucketBody:
        entries = self._manifest.by_hash
        unknown = next((hash_ for hash_ in bucket if hash_ not in entries), None)
        if unknown is not None:
            raise RefusedError(
                f"Cloudflare asked for an asset that is not in the manifest ({unknown})",
                request="POST assets-upload-session",
            )
        return BucketBody(new_boundary(), tuple(entries[hash_] for hash_ in bucket))

    def _store(self, body: BucketBody) -> None:
        with self._lock:
            new = [entry for entry in body.entries if entry.hash not in self._stored]
            self._stored.update((entry.hash, entry) for entry in new)
        self._progress(len(new), sum(entry.size for entry in new))

    def _done(self, token: str) -> AssetUpload:
        stored = self._stored.values()
        largest = nlargest(LARGEST_SHOWN, stored, key=lambda entry: entry.size)
        return AssetUpload(
            token=token,
            uploaded=sum(entry.hash in self._stored for entry in self._manifest.entries),
            bytes=sum(entry.size for entry in stored),
            largest_new=tuple((entry.path, entry.size) for entry in largest),
        )
