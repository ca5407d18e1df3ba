"""A deploy of ours sends what wrangler 4.164.0 was recorded to send, but for what is meant.

Every recorded `wrangler deploy` is done again by `./entrypoint`: the same project, an account that
the recorded requests before it have made, upload sessions that ask for the same files. All writes
are compared: which there are, order, query, headers that mean something, JSON, metadata, headers
and contents of parts. Reads are each client's own affair. What differs on purpose stands in
`intended_differences.py`.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.recorded_deploys import (
    RecordedDeploy,
    SameDeploy,
    all_deploys,
    bring_about,
    deploy,
    deploy_as_recorded,
)
from fakes.recording_emulator import RecordingEmulator
from fakes.recordings import Exchange, read_recording
from fakes.wire_difference import differences, label_of
from parity.intended_differences import INTENDED, unexpected

NOT_YET = {
    "a-bindings#0": "its entry point imports, so it must be bundled",
    "a-bindings#1": "its entry point imports, so it must be bundled",
    "h3-routes#0": "routes",
    "h3-routes#1": "routes",
    "h4-custom-domain#0": "custom domains",
    "h4-custom-domain#1": "custom domains",
    "h5-crons#0": "schedules",
    "h5-crons#1": "schedules",
    "h6-queues#0": "queue consumers",
    "h6-queues#1": "queue consumers",
    "j-env#1": "routes",
    "j-env#2": "routes",
    "k-dispatch#0": "dispatch namespaces",
    "k-dispatch#1": "dispatch namespaces",
}
COMPARED = [one for one in all_deploys() if str(one) not in NOT_YET]
SHOWING = sorted({entry.seen_in for entry in INTENDED})


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SameDeploy]:
    """Return a function that does a deploy the first time that it is asked for it."""
    done: dict[str, SameDeploy] = {}
    named = {str(one): one for one in COMPARED}

    def deploys(name: str) -> SameDeploy:
        if name not in done:
            done[name] = deploy_as_recorded(named[name], tmp_path_factory.mktemp("deploy"))
        return done[name]

    return deploys


@pytest.mark.parametrize("which", COMPARED, ids=str)
def test_a_deploy_sends_what_wrangler_sends(
    which: RecordedDeploy, compare: Callable[[str], SameDeploy]
):
    both = compare(str(which))

    found = unexpected(differences(both.ours, both.theirs))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("name", SHOWING)
def test_no_intended_difference_is_listed_that_is_none_any_more(
    name: str, compare: Callable[[str], SameDeploy]
):
    both = compare(name)

    found = differences(both.ours, both.theirs)
    listed = [entry for entry in INTENDED if entry.seen_in == name]
    idle = [entry.place for entry in listed if not any(map(entry.covers, found))]
    assert not idle


def test_every_deploy_that_is_not_compared_is_a_recorded_one():
    recorded = {str(one) for one in all_deploys()}

    assert NOT_YET.keys() <= recorded
    assert len(COMPARED) >= 28


@pytest.mark.parametrize("case", ["b-nobundle", "e-python", "n-toml"])
def test_a_redeploy_sends_the_first_deploys_form_as_a_version(case: str, tmp_path: Path):
    """Wrangler was not recorded to deploy these again; of others it was, and did just that."""
    recording = read_recording(case)
    first = recording.steps[0]

    with RecordingEmulator(subdomain="acme") as cloudflare:
        checkout = bring_about(cloudflare, recording, recording.steps, tmp_path)
        ours = deploy(cloudflare, recording, first, checkout)

    (version,) = (one for one in ours if label_of(one) == "POST versions")
    put = next(one for one in first.exchanges if label_of(one) == "PUT script")
    found = unexpected(differences([version], [as_version(put)]))
    found = [one for one in found if "code_update_strategy" not in one.place]
    assert not found, "\n".join(map(str, found))


def as_version(put: Exchange) -> Exchange:
    return replace(
        put,
        method="POST",
        path=f"{put.path}/versions",
        query={"bindings_inherit": "strict"},
        answer=None,
    )


def test_where_wrangler_sends_files_one_by_one_our_bucket_holds_the_same(
    compare: Callable[[str], SameDeploy],
):
    both = compare("m-single-asset-mode#0")

    (bucket,) = (one for one in both.ours if one.path == "/workers/assets/upload")
    singles = {
        one.path.rpartition("/")[2]: one
        for one in both.theirs
        if one.path.startswith("/workers/assets/upload/")
    }
    types = {hash_: one.headers["content-type"] for hash_, one in singles.items()}
    assert {part.name: part.content_type for part in bucket.parts} == types
    # Of an empty body and of one that is JSON no digest was recorded.
    digests = {hash_: one.digest for hash_, one in singles.items() if one.digest is not None}
    contents = {part.name: b64decode(part.content or b"") for part in bucket.parts}
    assert {hash_: sha256(contents[hash_]).hexdigest() for hash_ in digests} == digests
    assert len(digests) > 40
