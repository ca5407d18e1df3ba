"""What is put back and what is told after a failure, where whole runs seldom get to."""

from collections.abc import Iterator

import pytest

from fakes.api import Cloudflare, FakeTime, bad, client_of, good, page
from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, missing, project
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.live import TrafficShare
from workers_deploy.core.outcome import Result
from workers_deploy.core.project import ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import (
    Action,
    CheckLive,
    CreateDeployment,
    DeleteScript,
    PatchScriptSettings,
    Probe,
    PutContent,
    PutSchedules,
    PutUsageModel,
    SetSubdomain,
)
from workers_deploy.executor.doubt import Doubt
from workers_deploy.executor.state import RunState
from workers_deploy.executor.undo import Undoer, Undone

NEW_ID = "99999999-0000-4000-8000-000000000009"
SHOP = ScriptPath(name="shop")
TENANT = ScriptPath(name="shop", dispatch_namespace="ns")
FORMER = deployment(LIVE_ID)
WRITE = {"action": Action.UPDATE, "title": "Step"}
CHECK = CheckLive(**WRITE, project=project(), secret_names=())
NO_DOUBT = Doubt(0.0)
MOVE = CreateDeployment(**WRITE, message="", former=FORMER)
DELETE = DeleteScript(action=Action.DELETE, title="Script", force=False)
SETTINGS = PatchScriptSettings(
    **WRITE, settings=ScriptSettings(logpush=True), former=ScriptSettings(logpush=False)
)
USAGE = PutUsageModel(
    **WRITE, usage_model=UsageModel(cpu_ms=50), former=UsageModel(usage_model="standard")
)
ON = SubdomainState(enabled=True, previews_enabled=True)


def as_sent(*version_ids: str, id_: str) -> dict:
    """A deployment as Cloudflare answers it."""
    share = 100 / len(version_ids)
    return {
        "id": id_,
        "author_email": "eve@example.com",
        "versions": [{"version_id": one, "percentage": share} for one in version_ids],
        "annotations": {},
    }


def deployments(*newest_first: dict):
    return good({"deployments": list(newest_first)})


BEFORE = as_sent(LIVE_ID, id_=FORMER.id)
OURS = as_sent(NEW_ID, id_="ours")
THEIRS = as_sent(OTHER_ID, id_="theirs")


@pytest.fixture
def cloudflare() -> Cloudflare:
    made = Cloudflare()
    made.on("GET /script-settings", good({"logpush": True}))  # as SETTINGS sets it
    return made


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def client(cloudflare: Cloudflare, time: FakeTime) -> Iterator[WorkersClient]:
    with client_of(cloudflare, time, seconds=60.0, max_attempts=2) as made:
        yield made


def state_of(*, moved: bool = False, first: bool = False) -> RunState:
    live = missing(project()) if first else live_of(project(), deployment=FORMER)
    state = RunState(before=live, version_id=NEW_ID, is_moving=True, moved=moved)
    state.learn(live_version_id=NEW_ID if moved else LIVE_ID)
    return state


def undo(
    client, state, failed, *done, script=SHOP, suspect=None, revert=True, doubt=NO_DOUBT
) -> Undone:
    undoer = Undoer(client, script=script, state=state, doubt=doubt)
    return undoer.undo(done, failed, suspect=suspect, revert=revert)


def test_a_refused_delete_changed_nothing(client):
    undone = undo(client, state_of(), DELETE)

    assert undone.result is Result.FAILED
    assert "nothing changed" in undone.live_note


@pytest.mark.parametrize(
    ("answer", "result", "told"),
    [
        (deployments(BEFORE), Result.FAILED, "nothing changed"),
        (bad(404, 10007), Result.PARTIAL, "it was deleted"),
        (page(502), Result.PARTIAL, "not known"),
    ],
)
def test_a_delete_in_doubt_is_looked_at(cloudflare, client, answer, result, told):
    cloudflare.on("GET /deployments", answer)
    state = state_of()

    undone = undo(client, state, DELETE, suspect=DELETE)

    assert (undone.result, told in undone.live_note) == (result, True)
    assert state.facts.live_version_id == (None if told == "it was deleted" else LIVE_ID)


def test_a_delete_in_doubt_in_a_namespace_is_not_known(client):
    undone = undo(client, state_of(), DELETE, suspect=DELETE, script=TENANT)

    assert undone.result is Result.PARTIAL
    assert "not known" in undone.live_note


def test_an_upload_in_doubt_in_a_namespace_is_not_known(client):
    content = PutContent(**WRITE, project=project(), former=None)

    undone = undo(client, state_of(), content, suspect=content, script=TENANT)

    assert undone.result is Result.PARTIAL
    assert "does not tell which upload serves" in undone.live_note


@pytest.mark.parametrize(
    ("answer", "told", "live"),
    [
        (deployments(OURS, BEFORE), "traffic stays with it", NEW_ID),
        (deployments(BEFORE), "traffic stays with it", NEW_ID),  # reads lag
        (deployments(THEIRS, OURS, BEFORE), "eve@example.com deployed meanwhile", OTHER_ID),
        (bad(404, 10007), "no script: it was deleted meanwhile", None),
        (page(502), "as far as known", NEW_ID),
    ],
)
def test_after_traffic_moved_what_serves_is_read_again(cloudflare, client, answer, told, live):
    cloudflare.on("GET /deployments", answer)
    state = state_of(moved=True)

    undone = undo(client, state, PutSchedules(**WRITE, crons=()))

    assert undone.result is Result.PARTIAL
    assert told in undone.live_note
    assert state.facts.live_version_id == live


def test_what_a_namespace_serves_is_not_read_again(cloudflare, client):
    undone = undo(client, state_of(moved=True, first=True), CHECK, script=TENANT)

    assert "can't be undone" in undone.live_note
    assert cloudflare.asked == []


def test_a_version_whose_id_nothing_told_is_said_to_be_so(cloudflare, client):
    cloudflare.on("GET /deployments", page(502))
    state = state_of(moved=True)
    state.version_id = None

    undone = undo(client, state, CHECK, revert=False)

    assert "whose id is not known" in undone.live_note


@pytest.mark.parametrize("failed", [CHECK, Probe(**WRITE, target=None)])
def test_traffic_is_returned_and_settings_are_put_back(cloudflare, client, failed):
    cloudflare.on("GET /deployments", deployments(OURS, BEFORE))
    cloudflare.on("POST /deployments", good(BEFORE))
    cloudflare.on("PATCH /script-settings", good({"logpush": False}))
    cloudflare.on("PUT /usage-model", good({"usage_model": "standard"}))
    cloudflare.on("POST /subdomain", good({"enabled": True, "previews_enabled": True}))
    subdomain = SetSubdomain(**WRITE, state=SubdomainState(enabled=False), former=ON)
    state = state_of(moved=True)

    undone = undo(client, state, failed, SETTINGS, USAGE, subdomain)

    assert undone.result is Result.REVERTED
    assert undone.steps == (subdomain, USAGE, SETTINGS)
    assert state.facts.live_version_id == LIVE_ID
    assert state.facts.workers_dev_enabled is True


def test_what_cannot_be_put_back_after_traffic_returned_is_told(cloudflare, client):
    cloudflare.on("GET /deployments", deployments(OURS, BEFORE))
    cloudflare.on("POST /deployments", good(BEFORE))
    cloudflare.on("PUT /usage-model", bad(403, 10023, "No."))
    cloudflare.on("GET /usage-model", good({"usage_model": "unbound"}))

    undone = undo(client, state_of(moved=True), CHECK, USAGE)

    assert undone.result is Result.PARTIAL
    assert "but not put back: step" in undone.live_note


@pytest.mark.parametrize(
    ("now", "result"),
    [
        (good({"usage_model": "standard"}), Result.FAILED),  # the step had no effect
        (good({"usage_model": "unbound"}), Result.PARTIAL),
        (page(502), Result.PARTIAL),
    ],
)
def test_what_is_as_before_need_not_be_put_back(cloudflare, client, now, result):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    cloudflare.on("PUT /usage-model", bad(403, 10023, "No."))
    cloudflare.on("GET /usage-model", now)

    assert undo(client, state_of(), MOVE, USAGE).result is result


def test_a_workers_dev_state_that_could_not_be_read_cannot_be_put_back(cloudflare, client):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    step = SetSubdomain(**WRITE, state=ON, former=SubdomainState())

    undone = undo(client, state_of(), MOVE, step)

    assert undone.result is Result.PARTIAL
    assert "what it was could not be read" in undone.live_note


def test_what_someone_set_before_us_is_theirs(cloudflare, client):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    state = state_of()
    state.found_set.append(SETTINGS)

    undone = undo(client, state, MOVE, SETTINGS)

    assert undone.result is Result.FAILED
    assert not [asked for asked in cloudflare.asked if asked.startswith("PATCH")]


def test_what_another_run_may_have_set_too_stays(cloudflare, client):
    another = {**THEIRS, "annotations": {"workers/message": "Go wd1:a1b2c3d4e5f6:c:a:s"}}
    cloudflare.on("GET /deployments", deployments(another, BEFORE))

    undone = undo(client, state_of(), MOVE, SETTINGS)

    assert undone.result is Result.PARTIAL
    assert "the other run may have set it too" in undone.live_note


def test_who_deployed_meanwhile_is_told_where_nothing_was_changed(cloudflare, client):
    cloudflare.on("GET /deployments", deployments(THEIRS, BEFORE))
    state = state_of()

    undone = undo(client, state, SETTINGS)

    assert undone.result is Result.FAILED
    told = f"version {OTHER_ID[:8]}: eve@example.com deployed meanwhile; this run changed nothing"
    assert undone.live_note.startswith(told)
    assert state.facts.live_version_id == OTHER_ID


def test_a_run_in_a_hurry_puts_back_before_it_looks(cloudflare, time):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    cloudflare.on("PATCH /script-settings", good({"logpush": False}))
    with client_of(cloudflare, time, seconds=5.0, max_attempts=1) as client:
        undo(client, state_of(), MOVE, SETTINGS)

    assert [asked.split()[0] for asked in cloudflare.asked] == ["GET", "PATCH", "GET"]
    assert cloudflare.asked[-1].endswith("/deployments")


def test_a_deployment_in_doubt_is_waited_for_as_long_as_reads_lag(cloudflare, client, time):
    cloudflare.on("GET /deployments", *[deployments(BEFORE)] * 3, deployments(OURS, BEFORE))
    state = state_of()

    undone = undo(client, state, MOVE, suspect=MOVE, doubt=Doubt(30.0))

    assert state.moved
    assert undone.result is Result.PARTIAL
    assert time.slept[:3] == [0.25, 0.5, 1.0]


def test_a_deployment_in_doubt_that_never_shows_was_not_made(cloudflare, client, time):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    state = state_of()

    undone = undo(client, state, MOVE, suspect=MOVE, doubt=Doubt(5.0))

    assert not state.moved
    assert undone.result is Result.FAILED
    assert sum(time.slept) <= 5.0


def test_a_deployment_in_doubt_that_a_short_look_does_not_show_is_not_known(
    cloudflare, client, time
):
    cloudflare.on("GET /deployments", deployments(BEFORE))
    cloudflare.on("PATCH /script-settings", good({"logpush": False}))
    state = state_of()
    doubt = Doubt(4.0, is_settled_by_time=False)

    undone = undo(client, state, MOVE, SETTINGS, suspect=MOVE, doubt=doubt)

    assert undone.result is Result.PARTIAL
    assert "no read shows it after 4 s" in undone.live_note
    assert state.facts.live_version_id is None
    assert undone.steps == (SETTINGS,)


def test_a_deployment_in_doubt_that_cannot_be_read_is_not_known(cloudflare, client):
    cloudflare.on("GET /deployments", page(502))

    undone = undo(client, state_of(), MOVE, suspect=MOVE)

    assert undone.result is Result.PARTIAL
    assert "whether traffic moved can't be read" in undone.live_note


def test_a_rollout_in_doubt_is_nothing_that_we_made(cloudflare, client):
    cloudflare.on("GET /deployments", deployments(as_sent(LIVE_ID, OTHER_ID, id_="x"), BEFORE))
    content = PutContent(**WRITE, project=project(), former=FORMER)
    state = state_of()

    undo(client, state, content, suspect=content)

    assert not state.moved
    assert state.others is not None
    assert TrafficShare(version_id=OTHER_ID, percentage=50) in state.others.shares
