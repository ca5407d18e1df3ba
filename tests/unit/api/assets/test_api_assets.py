"""The asset upload: sessions, buckets, the completion token, and all that goes wrong on the way."""

import hashlib
import threading
from pathlib import Path

import httpx
import pytest

from fakes.api import FakeTime, bad, client_of, good, page
from fakes.asset_store import AssetStore
from fakes.patience import PATIENCE
from workers_deploy.api.assets.parallel_buckets import BUCKETS_AT_ONCE
from workers_deploy.api.assets.upload import upload_assets
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.errors import CancelledError, ChangedError, RefusedError, UnansweredError

HELLO = ScriptPath(name="hello")


@pytest.fixture
def time():
    return FakeTime()


@pytest.fixture
def files(tmp_path):
    def make(count, *, size=10):
        entries = []
        for index in range(count):
            content = f"{index}-".encode().ljust(size, b"x")
            file = tmp_path / f"f{index}"
            file.write_bytes(content)
            entries.append(
                AssetEntry(
                    path=f"/f{index}",
                    hash=hashlib.sha256(content).hexdigest()[:32],
                    size=len(content),
                    content_type="text/plain",
                    file=str(file),
                )
            )
        return AssetManifest(entries=tuple(entries))

    return make


def upload(store, manifest, time, *, progress=lambda files, size: None, **changes):
    with client_of(store, time, **changes) as client:
        return upload_assets(client, HELLO, manifest, progress=progress)


def contents(manifest):
    return {entry.hash: Path(entry.file).read_bytes() for entry in manifest.entries}


def test_every_file_is_stored_whole_and_the_token_is_the_completion_token(files, time):
    store, manifest = AssetStore(bucket_size=2), files(5)
    stored = []

    done = upload(store, manifest, time, progress=lambda count, size: stored.append((count, size)))

    assert store.stored == contents(manifest)
    assert set(store.types.values()) == {"text/plain"}
    assert done.token == "completion-of-session-1"
    assert (done.uploaded, done.bytes) == (5, 50)
    assert sorted(stored) == [(1, 10), (2, 20), (2, 20)]


def test_a_bucket_is_sent_with_the_sessions_token_and_a_known_length(files, time):
    store = AssetStore()

    upload(store, files(1), time)

    (request,) = store.uploads
    assert request.headers["authorization"] == "Bearer session-1"
    assert dict(request.url.params) == {"base64": "true"}
    assert int(request.headers["content-length"]) == len(request.content)
    assert "transfer-encoding" not in request.headers


def test_the_token_is_not_shown(files, time):
    assert "completion" not in repr(upload(AssetStore(), files(1), time))


@pytest.mark.parametrize("buckets", [None, [], [[]], [[], []]])
def test_where_nothing_is_missing_the_sessions_token_completes(files, time, buckets):
    store = AssetStore()
    store.session_faults = [good({"jwt": "session-token", "buckets": buckets})]

    done = upload(store, files(2), time)

    assert (done.token, done.uploaded, done.largest_new) == ("session-token", 0, ())
    assert store.uploads == []


def test_empty_buckets_among_full_ones_are_not_sent(files, time):
    manifest = files(2)
    store = AssetStore()
    hashes = [entry.hash for entry in manifest.entries]
    store.wanted["padded"] = set(hashes)
    store.session_faults = [
        good({"jwt": "padded", "buckets": [[], [hashes[0]], [], [hashes[1]], []]})
    ]

    upload(store, manifest, time)

    assert len(store.uploads) == 2


def test_only_what_is_missing_is_sent(files, time):
    manifest = files(3)
    store = AssetStore(stored=(manifest.entries[1].hash,))

    done = upload(store, manifest, time)

    assert (done.uploaded, len(store.uploads)) == (2, 2)


def test_equal_files_are_sent_once_and_counted_each(files, time, tmp_path):
    (entry,) = files(1).entries
    twin = AssetEntry(
        path="/copy", hash=entry.hash, size=entry.size, content_type="x/y", file=entry.file
    )
    store = AssetStore()

    done = upload(store, AssetManifest(entries=(entry, twin)), time)

    assert (done.uploaded, done.bytes, store.types) == (2, entry.size, {entry.hash: "text/plain"})


def test_eight_buckets_are_under_way_at_once_and_no_more(files, time):
    store = AssetStore()
    together = threading.Barrier(8)
    store.on_upload = lambda: together.wait(timeout=PATIENCE)

    upload(store, files(16), time)

    assert store.most_under_way == 8


def test_the_largest_new_files_are_told(files, time, tmp_path):
    entries = []
    for size in range(1, 13):
        file = tmp_path / f"s{size}"
        file.write_bytes(b"x" * size)
        entries.append(
            AssetEntry(
                path=f"/{size}", hash=f"{size:032x}", size=size, content_type=None, file=str(file)
            )
        )

    done = upload(AssetStore(bucket_size=5), AssetManifest(entries=tuple(entries)), time)

    assert len(done.largest_new) == 10
    assert done.largest_new[:2] == (("/12", 12), ("/11", 11))


@pytest.mark.parametrize(
    "fault", [bad(500, 10013, "x"), page(524), bad(429), httpx.ReadError("x"), page(200)]
)
def test_a_bucket_is_sent_again_byte_for_byte(files, time, fault):
    store, manifest = AssetStore(bucket_size=3), files(3)
    store.upload_faults = [fault]

    done = upload(store, manifest, time)

    first, second = store.uploads
    assert first.content == second.content
    assert store.stored == contents(manifest)
    assert done.uploaded == 3


def test_while_cloudflare_struggles_buckets_go_one_by_one_and_then_three_again(files, time):
    """One failure; until it has passed nothing else is sent, afterwards all lanes are open."""
    store = AssetStore()
    store.upload_faults = [page(503)]
    seen = []
    store.on_upload = lambda: seen.append((store.under_way, time.now))

    upload(store, files(12), time)

    assert len(store.uploads) == 13
    assert time.now > 1000.0
    assert sum(time.slept) <= 3.0


def test_a_throttled_upload_pauses_every_lane(files, time):
    store = AssetStore()
    store.upload_faults = [bad(429, headers={"retry-after": "20"})]
    times = []
    store.on_upload = lambda: times.append(time.now)

    upload(store, files(1), time)

    assert times == [1000.0, 1020.0]


def test_a_bucket_that_fails_for_good_ends_the_upload(files, time):
    store = AssetStore()
    store.upload_faults = [bad(400, 10304, "bad asset")] * 30

    with pytest.raises(RefusedError) as caught:
        upload(store, files(30), time)

    assert caught.value.code == 10304
    assert len(store.uploads) <= BUCKETS_AT_ONCE  # those that were under way already


def test_a_gateway_that_stays_broken_ends_the_upload_in_bounded_time(files, time):
    store = AssetStore()
    store.upload_faults = [page(502) for _ in range(200)]

    with pytest.raises(UnansweredError, match="POST assets/upload: no answer after 5 tries"):
        upload(store, files(9), time)

    assert sum(time.slept) < 120


@pytest.mark.parametrize(
    "expired",
    [bad(401, 10000, "expired"), httpx.Response(403, text="Expired JWT"), bad(404, 10301, "gone")],
)
def test_a_session_that_expires_is_followed_by_one_that_goes_on(files, time, expired):
    told = []
    store, manifest = AssetStore(), files(6)
    store.upload_faults = [None, None, expired]

    done = upload(store, manifest, time, told=told)

    assert store.sessions == 2
    assert store.stored == contents(manifest)
    assert done.uploaded == 6
    assert done.token == "completion-of-session-2"
    assert told == ["POST assets/upload: the session has expired, opening a new one"]
    # Nothing that was stored is sent again.
    assert len(store.uploads) <= 6 + 3


def test_a_session_that_is_never_accepted_ends_with_cloudflares_own_words(files, time):
    store = AssetStore()
    store.upload_faults = [bad(401, 10000, "Authentication error") for _ in range(50)]

    with pytest.raises(RefusedError, match="Authentication error"):
        upload(store, files(2), time)

    assert store.sessions == 3


def test_a_firewall_is_no_expired_session(files, time):
    store = AssetStore()
    store.upload_faults = [page(403, headers={"cf-mitigated": "challenge"})] * 3

    with pytest.raises(RefusedError, match="challenge"):
        upload(store, files(1), time)

    assert store.sessions == 1


def test_a_session_of_null_is_asked_for_again(files, time):
    store = AssetStore()
    store.session_faults = [good(None), good({"buckets": []})]

    upload(store, files(1), time)

    assert time.slept == [1.0, 2.0]


def test_without_a_token_at_the_end_a_new_session_gives_it(files, time):
    store = AssetStore(bucket_size=2)
    store.gives_token = False

    done = upload(store, files(4), time)

    assert done.token == "completion-of-nothing"
    assert (store.sessions, len(store.uploads)) == (2, 2)


def test_sessions_that_store_nothing_and_give_no_token_end(files, time):
    store = AssetStore()
    forgets = [good({}, status=202) for _ in range(9)]
    store.upload_faults = forgets
    manifest = files(1)

    def forget(request):
        store.stored.clear()
        return store(request)

    with pytest.raises(UnansweredError, match="no completion token after 3 sessions"):
        upload(forget, manifest, time)


def test_a_null_result_is_one_without_a_token(files, time):
    store = AssetStore()
    store.upload_faults = [good(None)]

    upload(store, files(1), time)

    assert store.sessions == 2


def test_a_file_that_changed_meanwhile_stops_the_upload_and_stores_nothing_wrong(files, time):
    store, manifest = AssetStore(bucket_size=2), files(2)
    Path(manifest.entries[1].file).write_bytes(b"short")

    with pytest.raises(ChangedError, match="/f1"):
        upload(store, manifest, time)

    assert store.stored == {}


def test_a_hash_that_nobody_offered_is_refused(files, time):
    store = AssetStore()
    store.session_faults = [good({"jwt": "x", "buckets": [["0" * 32]]})]

    with pytest.raises(RefusedError, match="not in the manifest"):
        upload(store, files(1), time)


def test_cancelling_ends_the_upload_before_the_next_bucket(files, time):
    store = AssetStore()

    def cancel():
        time.is_cancelled = True

    store.on_upload = cancel

    with pytest.raises(CancelledError):
        upload(store, files(30), time)

    assert len(store.uploads) <= BUCKETS_AT_ONCE
