"""A deploy of ours sends what wrangler 4.164.0 was recorded to send, but for what is listed here.

Every recorded `wrangler deploy` is done again by `./entrypoint`: the same project, an account that
the recorded requests before it have made, upload sessions that ask for the same files. All writes
are compared: which there are, order, query, headers that mean something, JSON, metadata, headers
and contents of parts. Reads are each client's own affair.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

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
from fakes.wire_difference import NOTHING, Difference, differences, label_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Intended:
    """A difference that is meant; `seen_in` is a deploy that shows it."""

    place: str  # a pattern
    we: Literal["leave it out", "add it", "differ"]
    because: str
    seen_in: str
    # What must be true besides, so that nothing else hides behind the entry.
    only_if: Callable[[Any, Any], bool] = lambda ours, theirs: True

    def covers(self, found: Difference) -> bool:
        return (
            self.we == way_of(found)
            and fnmatchcase(found.place, self.place)
            and self.only_if(found.ours, found.theirs)
        )


def way_of(found: Difference) -> str:
    if found.ours == NOTHING:
        return "leave it out"
    return "add it" if found.theirs == NOTHING else "differ"


INTENDED = (
    Intended(
        place="* metadata.annotations.workers/message",
        we="add it",
        because="it ends in the note by which the next deploy sees that nothing changed",
        seen_in="b-nobundle#0",
    ),
    Intended(
        place="POST deployments body.annotations.workers/message",
        we="add it",
        because="the deployment is told by the same message as its version",
        seen_in="c-assets#1",
    ),
    Intended(
        place="POST deployments body.annotations",
        we="leave it out",
        because="the message stands there, where wrangler's annotations are empty",
        seen_in="c-assets#1",
        only_if=lambda _, theirs: theirs == {},
    ),
    Intended(
        place="PUT script metadata.code_update_strategy.*",
        we="leave it out",
        because="wrangler's own and documented nowhere",
        seen_in="b-nobundle#0",
    ),
    Intended(
        place="PATCH script-settings",
        we="leave it out",
        because="sent only where live differs: wrangler resets what the configuration doesn't say",
        seen_in="c-assets#1",
        only_if=lambda _, theirs: (
            theirs["body.observability.enabled"] is False
            and not any(name.startswith("body.logpush") for name in theirs)
        ),
    ),
    Intended(
        place="POST subdomain",
        we="leave it out",
        because="sent only where live differs",
        seen_in="h1-workersdev-true#1",
    ),
    Intended(
        place="POST subdomain body.previews_enabled",
        we="add it",
        because="both fields are always said; it is what Cloudflare takes the missing one for",
        seen_in="b-nobundle#0",
        only_if=lambda ours, _: ours is True,
    ),
    Intended(
        place="* metadata.bindings.*",
        we="add it",
        because="secrets are kept from the live version by its id; keep_bindings takes the latest",
        seen_in="g-secrets#8",
        only_if=lambda ours, _: ours["type"] == "inherit" and len(ours["version_id"]) == 36,
    ),
    Intended(
        place="POST versions metadata.keep_bindings",
        we="differ",
        because="keep_bindings takes the latest version's: nothing, where another one is live",
        seen_in="i-versions#12",
        only_if=lambda ours, theirs: ours == [] and theirs == ["secret_text", "secret_key"],
    ),
    # `bundle: auto`: JavaScript that imports nothing goes up as it is written.
    Intended(
        place="* part names",
        we="differ",
        because="what needs no bundle has no source map of one",
        seen_in="a0-minimal#0",
        only_if=lambda ours, theirs: ours == [n for n in theirs if not n.endswith(".js.map")],
    ),
    Intended(
        place="* part *.js.map *",
        we="leave it out",
        because="what needs no bundle has no source map of one",
        seen_in="a0-minimal#0",
    ),
    Intended(
        place="* part *.js length",
        we="differ",
        because="what needs no bundle goes up as it is written",
        seen_in="a0-minimal#0",
    ),
    Intended(
        place="* part *.js digest",
        we="differ",
        because="what needs no bundle goes up as it is written",
        seen_in="a0-minimal#0",
    ),
    Intended(
        place="POST assets/upload of nothing*",
        we="leave it out",
        because="a bucket without files has nothing to send",
        seen_in="m-padded-empty-buckets#0",
        only_if=lambda _, theirs: theirs["part names"] == [],
    ),
    Intended(
        place="POST assets/upload/{hash}*",
        we="leave it out",
        because="buckets are always taken, and are fewer requests (compared further down)",
        seen_in="m-single-asset-mode#0",
    ),
    Intended(
        place="POST assets/upload of *",
        we="add it",
        because="the bucket in the place of single files",
        seen_in="m-single-asset-mode#0",
        only_if=lambda ours, _: len(ours["part names"]) == 52,
    ),
    Intended(
        place="PUT script header.metricsenabled",
        we="leave it out",
        because="there is no telemetry",
        seen_in="p-metrics#0",
    ),
)

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

    unexpected = [
        found
        for found in differences(both.ours, both.theirs)
        if not any(entry.covers(found) for entry in INTENDED)
    ]
    assert not unexpected, "\n".join(map(str, unexpected))


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
    unexpected = [
        found
        for found in differences([version], [as_version(put)])
        if "code_update_strategy" not in found.place
        and not any(entry.covers(found) for entry in INTENDED)
    ]
    assert not unexpected, "\n".join(map(str, unexpected))


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
