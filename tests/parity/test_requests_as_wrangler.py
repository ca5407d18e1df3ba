"""A deploy of ours sends what wrangler 4.164.0 was recorded to send, but for what is meant.

Every recorded `wrangler deploy` and `wrangler versions upload` is done again by `./entrypoint`: the
same project, an account that the recorded requests before it have made, upload sessions that ask
for the same files. All writes are compared: which there are, order, query, headers that mean
something, JSON, metadata, headers and contents of parts. Reads are each client's own affair. What
differs on purpose stands in `intended_differences.py`.
"""

import shutil
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.forms import read_form
from fakes.recorded_deploys import (
    Place,
    RecordedDeploy,
    account_for_recordings,
    all_deploys,
    deploy_as_recorded,
)
from fakes.recordings import Exchange, Part, read_recording
from fakes.warm_wrangler import NODE_MODULES
from fakes.wire_difference import differences, label_of
from parity.intended_differences import INTENDED, unexpected
from workers_deploy.api.endpoints.scripts import upload_form
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.esbuild.program import find_esbuild
from workers_deploy.project.load import load_project
from workers_deploy.project.request import ProjectRequest

COMPARED = tuple(all_deploys())
BUNDLED = ("a-bindings", "a0-minimal", "d-worker-assets", "f-service-worker")


@pytest.mark.parametrize("which", COMPARED, ids=str)
def test_a_deploy_sends_what_wrangler_sends_but_for_what_is_meant(
    which: RecordedDeploy, tmp_path: Path
):
    both = deploy_as_recorded(which, tmp_path)

    found = differences(both.ours, both.theirs)
    listed = [entry for entry in INTENDED if entry.seen_in == str(which)]
    unmeant = "\n".join(map(str, unexpected(found)))
    idle = [entry.place for entry in listed if not any(map(entry.covers, found))]
    assert not unmeant, unmeant
    assert not idle, "listed as intended, and no difference any more"


def test_every_intended_difference_is_seen_in_a_deploy_that_is_compared():
    assert {entry.seen_in for entry in INTENDED} <= set(map(str, COMPARED))


@pytest.mark.parametrize("case", ["b-nobundle", "e-python", "n-toml"])
def test_a_redeploy_sends_the_first_deploys_form_as_a_version(case: str, tmp_path: Path):
    """Wrangler was not recorded to deploy these again; of others it was, and did just that."""
    recording = read_recording(case)
    first = recording.steps[0]

    with account_for_recordings() as cloudflare:
        ours = Place.after(cloudflare, recording, recording.steps, tmp_path).deploy(first)

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


def test_where_wrangler_sends_files_one_by_one_our_bucket_holds_the_same(tmp_path: Path):
    both = deploy_as_recorded(RecordedDeploy(case="m-single-asset-mode", index=0), tmp_path)

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


@pytest.mark.parametrize("case", BUNDLED)
def test_what_is_bundled_is_the_same_to_the_byte(case: str, tmp_path: Path):
    recording = read_recording(case)
    checkout = Path(shutil.copytree(recording.project, tmp_path / "checkout"))
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")

    loaded = load_project(
        ProjectRequest(workspace=checkout, bundle=BundleMode.YES, esbuild=esbuild)
    )

    assert loaded.project is not None, loaded.problems
    ours = upload_form({}, loaded.project.modules, boundary="B")
    parts = read_form(ours.content_type, b"".join(ours))
    put = next(one for one in recording.steps[0].exchanges if label_of(one) == "PUT script")
    assert contents_of(parts) == contents_of(put.parts)


def contents_of(parts: tuple[Part, ...]) -> list[tuple[str, str]]:
    return [(part.headers, part.digest) for part in parts if part.name != "metadata"]
