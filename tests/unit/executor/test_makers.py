"""Who made what is new: told by notes, code and names of secrets, where whole runs seldom get."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fakes.api import Cloudflare, FakeTime, client_of, good
from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, project, version_of
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.live import LiveDeployment
from workers_deploy.core.project import Binding, Secret
from workers_deploy.core.steps import Action, PutSecrets
from workers_deploy.executor.makers import Lookout, Maker
from workers_deploy.executor.state import RunState

SHOP = ScriptPath(name="shop")
FORMER = deployment(LIVE_ID)
NEW = replace(deployment(OTHER_ID), id="new")


@pytest.fixture
def cloudflare() -> Cloudflare:
    return Cloudflare()


@pytest.fixture
def client(cloudflare: Cloudflare) -> Iterator[WorkersClient]:
    with client_of(cloudflare, FakeTime(), seconds=60.0, max_attempts=2) as made:
        yield made


def secrets_of(*names: str) -> tuple[Binding, ...]:
    return tuple(Binding(name=name, type="secret_text") for name in names)


def lookout_of(client: WorkersClient, before: str, wanted: str, gone: str) -> Lookout:
    version = replace(version_of(project()), bindings=secrets_of(*before.split()))
    step = PutSecrets(
        action=Action.UPDATE,
        title="Secrets",
        secrets=tuple(Secret(name=name, value="a-value") for name in wanted.split()),
        gone=tuple(gone.split()),
        former=FORMER,
    )
    state = RunState(before=live_of(project(), version=version, deployment=FORMER))
    return Lookout(client=client, script=SHOP, state=state, step=step)


def answer_version(cloudflare: Cloudflare, trigger: str, *names: str) -> None:
    version = {
        "id": OTHER_ID,
        "annotations": {"workers/triggered_by": trigger},
        "resources": {"bindings": [{"name": name, "type": "secret_text"} for name in names]},
    }
    cloudflare.on(f"GET /versions/{OTHER_ID}", good(version))


@pytest.mark.parametrize(
    ("before", "wanted", "gone", "now", "maker"),
    [
        ("A", "A B", "", "A B", Maker.THIS_RUN),
        ("A", "B", "A", "B", Maker.THIS_RUN),
        ("A", "", "A", "", Maker.THIS_RUN),
        ("A", "A B", "", "A", Maker.SOMEONE),
        ("A", "", "A", "A", Maker.SOMEONE),
        ("A B", "A B", "", "A B", Maker.EITHER),
        ("A", "A", "", "A B", Maker.EITHER),
    ],
)
def test_secrets_are_known_by_their_names(cloudflare, client, before, wanted, gone, now, maker):
    answer_version(cloudflare, "secret", *now.split())

    assert lookout_of(client, before, wanted, gone).maker_of(NEW) is maker


def test_what_no_edit_of_secrets_made_is_someone_elses(cloudflare, client):
    answer_version(cloudflare, "settings", "B")

    assert lookout_of(client, "A", "B", "A").maker_of(NEW) is Maker.SOMEONE


@pytest.mark.parametrize("served", [(LIVE_ID,), (LIVE_ID, OTHER_ID)])
def test_a_version_that_served_before_or_a_rollout_is_someone_elses(cloudflare, client, served):
    again: LiveDeployment = replace(deployment(*served), id="again")

    assert lookout_of(client, "A", "B", "").maker_of(again) is Maker.SOMEONE
    assert cloudflare.asked == []
