"""Settings are of this run where they are all as it sent them and else as they were before."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import LIVE_ID, variable
from fakes.meddled import BEFORE, FORMER, SALVE, STEPS, WRITE, deployed, version
from workers_deploy.core.attribution.judge import Maker, Seen, judge
from workers_deploy.core.project import Binding
from workers_deploy.core.steps import PatchSettings


@pytest.mark.parametrize(
    "changes",
    [
        {"bindings": FORMER.bindings},
        {"bindings": (*SALVE, variable("MORE"))},
        {"bindings": (SALVE[0], Binding(name="OLD_KEY", type="plain_text", fields={"text": ""}))},
        {"bindings": SALVE, "compatibility_date": "2026-01-01"},
        {"bindings": SALVE, "compatibility_flags": ("nodejs_compat",)},
        {"bindings": SALVE, "triggered_by": "upload"},
        {"bindings": SALVE, "message": "Someone's own"},
    ],
    ids=[
        "as before",
        "one more",
        "another kind",
        "another date",
        "a flag",
        "an upload",
        "a message",
    ],
)
def test_settings_that_are_not_all_as_sent_are_someone_elses(changes: dict[str, Any]):
    seen = Seen(version=version("new", **{"triggered_by": "settings", **changes}))

    made = judge(STEPS["settings"], BEFORE, deployed("new"), {"new": seen})

    assert made.makers == (Maker.SOMEONE,)


SMART = {"mode": "smart"}
STORE = Binding(name="STORE", type="kv_namespace", fields={"namespace_id": "k1"})


@pytest.mark.parametrize(
    ("sent", "former", "changes"),
    [
        ({"limits": {"cpu_ms": 50}}, {"placement": SMART}, {"limits": {"cpu_ms": 50}}),
        ({"compatibility_flags": ["a", "b"]}, {}, {"compatibility_flags": ("b", "a")}),
        ({}, {"compatibility_flags": ("a",)}, {}),
        (
            {"bindings": [STORE.as_json()]},
            {},
            {"bindings": (replace(STORE, fields={**STORE.fields, "added": "by Cloudflare"}),)},
        ),
        (
            {"bindings": [{"type": "inherit", "name": "STORE"}]},
            {"bindings": (STORE,)},
            {"bindings": (STORE,)},
        ),
    ],
    ids=["the rest stays", "flags in any order", "flags stay", "more is answered", "kept"],
)
def test_settings_that_are_as_sent_and_else_as_before_are_of_this_run(sent, former, changes):
    before = version(LIVE_ID, **{"bindings": (), **former})
    made = replace(before, id="new", triggered_by="settings", **changes)
    step = PatchSettings(**WRITE, settings=sent, former=None)

    verdict = judge(
        step, replace(BEFORE, version=before), deployed("new"), {"new": Seen(version=made)}
    )

    assert verdict.makers == (Maker.THIS_RUN,)


def test_settings_of_a_script_that_was_not_read_are_known_by_their_message_alone():
    unread = replace(BEFORE, version=None)
    bare = version("ours", triggered_by="settings", bindings=SALVE)
    seen = {"ours": Seen(version=bare)}

    assert judge(STEPS["settings"], unread, deployed("ours"), seen).makers == (Maker.SOMEONE,)
