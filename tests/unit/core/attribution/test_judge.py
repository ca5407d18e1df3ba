"""Someone else deploys at moment X, and this run's request was taken or was not: whose is whose.

Each line of the table is a story: what was deployed since the plan, newest first, and what must be
said of it. `theirs` is someone's upload, `edit` someone's edit of secrets, `again` what served
before and was deployed once more; `ours` is what the step's request makes.
"""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import (
    LIVE_ID,
    deployment,
    module,
    note_of,
)
from fakes.meddled import (
    BEFORE,
    CODE,
    FORMER,
    FORMER_PROJECT,
    NEW_PROJECT,
    OTHER_CODE,
    SALVE,
    STEPS,
    UPLOAD,
    WITH_KEY,
    WRITE,
    deployed,
    version,
)
from workers_deploy.core.attribution.judge import (
    Maker,
    MovingStep,
    Seen,
    Verdict,
    has_code_of,
    judge,
    wanted_versions,
    wants_code,
)
from workers_deploy.core.digest import write_message
from workers_deploy.core.live import LiveDeployment
from workers_deploy.core.project import Binding, Project, ScriptFormat, Secret
from workers_deploy.core.steps import (
    PutContent,
    PutSecrets,
)

# What this run's request makes, by step; of some without the message, which Cloudflare may drop.
OURS: dict[str, Seen] = {
    "deployment": Seen(version=version("ours", triggered_by="version_upload")),
    "script": Seen(version=version("ours", triggered_by="upload", message=UPLOAD.message)),
    "content": Seen(version=version("ours", triggered_by="upload"), code=CODE),
    "secrets": Seen(version=version("ours", triggered_by="secret", bindings=WITH_KEY)),
    "settings": Seen(version=version("ours", triggered_by="settings", message=UPLOAD.message)),
}
BARE: dict[str, Seen] = {
    "script": Seen(version=version("ours", triggered_by="upload"), code=CODE),
    "settings": Seen(version=version("ours", triggered_by="settings", bindings=SALVE)),
}
THEIRS = Seen(version=version("theirs", triggered_by="upload"), code=OTHER_CODE)
EDIT = Seen(version=version("edit", triggered_by="secret"))


# What came since, newest first → whether something of it is this run's, and what serves instead.
STORIES: dict[tuple[str, ...], tuple[str | None, str | None]] = {
    (): (None, None),
    ("ours",): ("ours", None),
    ("theirs",): (None, "theirs"),
    ("edit",): (None, "edit"),
    (LIVE_ID,): (None, LIVE_ID),
    ("older",): (None, "older"),
    ("theirs", "ours"): ("ours", "theirs"),
    ("edit", "ours"): ("ours", "edit"),
    (LIVE_ID, "ours"): ("ours", LIVE_ID),
    ("ours", "theirs"): ("ours", None),
    ("ours", "edit"): ("ours", None),
    ("ours", LIVE_ID): ("ours", None),
    ("edit", "theirs"): (None, "edit"),
    ("edit", "ours", "theirs"): ("ours", "edit"),
    ("ours", "ours"): ("ours", None),  # sent twice, and taken twice
}


def verdict_on(step: MovingStep, ours: Seen, *version_ids: str) -> Verdict:
    seen = {"ours": ours, "theirs": THEIRS, "edit": EDIT}
    deployments = deployed(*version_ids)
    asked = wanted_versions(step, BEFORE, deployments)
    return judge(step, BEFORE, deployments, {one: seen[one] for one in asked})


def served(one: LiveDeployment | None) -> str | None:
    return None if one is None else one.shares[0].version_id


@pytest.mark.parametrize("story", STORIES, ids=lambda story: " on ".join(story) or "nothing")
@pytest.mark.parametrize(
    ("name", "ours"),
    [*OURS.items(), *BARE.items()],
    ids=[*OURS, *(f"{name} without its note" for name in BARE)],
)
def test_what_is_of_this_run_is_told_from_what_is_someone_elses(
    name: str, ours: Seen, story: tuple[str, ...]
):
    verdict = verdict_on(STEPS[name], ours, *story)

    assert (served(verdict.ours), served(verdict.others)) == STORIES[story]
    assert verdict.maybe_ours is None


def test_a_version_that_served_before_or_a_rollout_is_read_by_nobody():
    rollout = (replace(deployment("one", "two"), id="d-new"), *deployed(LIVE_ID))

    assert wanted_versions(STEPS["script"], BEFORE, rollout) == ()
    assert judge(STEPS["script"], BEFORE, rollout, {}).ours is None


def test_an_upload_of_another_run_is_not_ours_whatever_its_code():
    message = write_message("Go", note_of(FORMER_PROJECT))
    other = Seen(version=version("ours", triggered_by="upload", message=message), code=CODE)

    assert verdict_on(STEPS["script"], other, "ours").makers == (Maker.SOMEONE,)
    assert verdict_on(STEPS["content"], other, "ours").makers == (Maker.SOMEONE,)


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
def test_secrets_are_known_by_their_names(
    before: str, wanted: str, gone: str, now: str, maker: Maker
):
    step = secrets_step(wanted, gone)
    known = replace(BEFORE, version=replace(FORMER, bindings=secrets(before)))
    seen = Seen(version=version("new", triggered_by="secret", bindings=secrets(now)))

    assert judge(step, known, deployed("new"), {"new": seen}).makers == (maker,)


@pytest.mark.parametrize(
    "changes",
    [{"triggered_by": "settings"}, {"triggered_by": "secret", "source": "dash"}],
    ids=["no edit of secrets", "by the dashboard"],
)
def test_what_can_be_no_request_of_ours_is_someone_elses(changes: dict[str, Any]):
    seen = Seen(version=version("new", bindings=secrets("A"), **changes))
    known = replace(BEFORE, version=replace(FORMER, bindings=secrets("A")))

    made = judge(secrets_step("A", ""), known, deployed("new"), {"new": seen})

    assert made.makers == (Maker.SOMEONE,)


def test_what_either_made_is_told_from_what_someone_made_on_top():
    known = replace(BEFORE, version=replace(FORMER, bindings=secrets("A")))
    seen = {"new": Seen(version=version("new", triggered_by="secret", bindings=secrets("A")))}
    seen["theirs"] = THEIRS

    alone = judge(secrets_step("A", ""), known, deployed("new"), seen)
    below = judge(secrets_step("A", ""), known, deployed("theirs", "new"), seen)

    assert (served(alone.maybe_ours), alone.others) == ("new", None)
    assert (served(below.maybe_ours), served(below.others)) == ("new", "theirs")


@pytest.mark.parametrize(
    ("changes", "code", "is_same"),
    [
        ({}, CODE, True),
        ({}, OTHER_CODE, False),
        ({}, frozenset(), False),
        ({}, None, False),
        (
            {"modules": (module(), module("a.map"))},
            frozenset({("index.js", b"export default {}")}),
            True,
        ),
        ({"modules": (), "main_module": None}, frozenset(), True),
        (
            {"format": ScriptFormat.SERVICE_WORKER},
            frozenset({("x", b"export default {a: 1}")}),
            True,
        ),
        ({"format": ScriptFormat.SERVICE_WORKER}, OTHER_CODE, False),
    ],
)
def test_code_is_compared_as_far_as_it_is_answered(
    changes: dict[str, Any], code: frozenset[tuple[str, bytes]] | None, is_same: bool
):
    sent: Project = replace(NEW_PROJECT, **changes)

    assert has_code_of(PutContent(**WRITE, project=sent, former=None), code) is is_same


def test_code_is_asked_for_only_where_nothing_else_shows_the_uploader():
    bare, noted = BARE["script"].version, OURS["script"].version

    assert wants_code(STEPS["script"], bare)
    assert not wants_code(STEPS["script"], noted)
    assert not wants_code(STEPS["settings"], bare)
    assert not wants_code(STEPS["content"], EDIT.version)
    assert not has_code_of(STEPS["secrets"], CODE)


@pytest.mark.parametrize(
    ("version_ids", "found"),
    [
        (("ours",), None),
        (("ours", "theirs"), "theirs"),
        (("ours", "theirs", "more"), "theirs"),
        (("theirs", "ours"), None),
        (("theirs",), None),
    ],
)
def test_who_deployed_right_before_this_run_is_found_below_it(
    version_ids: tuple[str, ...], found: str | None
):
    assert served(BEFORE.between(deployed(*version_ids))) == found


def test_what_this_run_made_last_is_nothing_new():
    known = replace(BEFORE, known_ids=frozenset({"d-before", "d-0"}))

    assert known.newer(deployed("ours")) == ()


def secrets(names: str) -> tuple[Binding, ...]:
    return tuple(Binding(name=name, type="secret_text") for name in names.split())


def secrets_step(wanted: str, gone: str) -> PutSecrets:
    return PutSecrets(
        **WRITE,
        secrets=tuple(Secret(name=name, value="a-value") for name in wanted.split()),
        gone=tuple(gone.split()),
        former=None,
    )


def test_several_edits_of_one_run_are_nobody_elses():
    edits = deployed("ours", "edit")
    assert BEFORE.between(edits) == edits[1]

    own = replace(BEFORE, made=frozenset(one.id for one in edits[:2]))

    assert own.between(edits) is None
    theirs = replace(deployed("theirs")[0], id="d-theirs")
    assert own.between((edits[0], theirs, edits[1], *BEFORE.former)) == theirs
