"""The examples of the design, letter by letter where the design is more than taste."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.builders import manifest, module, project, secret, variable
from fakes.outcomes import (
    ACCOUNT,
    NEW,
    OLD,
    asset_step,
    change,
    deployment_step,
    plan,
    result,
    settings_step,
)
from workers_deploy.ci.row_layout import format_row
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.outcome import Try
from workers_deploy.core.project import SubdomainState
from workers_deploy.core.steps import Action
from workers_deploy.report.text import (
    render_header,
    render_live_row,
    render_plan_rows,
    render_project_row,
    render_step_row,
)

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)


def shown(row):
    return format_row(row.mark, row.title, row.lines)


def live(**changes):
    given = {
        "script_name": "shop",
        "exists": True,
        "deployment": LiveDeployment(
            id="d",
            shares=(TrafficShare(version_id=OLD, percentage=100),),
            created_on="2026-11-24T00:00:00.5Z",
        ),
        "versions": (LiveVersion(id=OLD),),
        "latest_version_id": OLD,
        "subdomain": SubdomainState(enabled=True),
    }
    return LiveState(**(given | changes))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {
                "script_name": "shop-staging",
                "account_id": ACCOUNT,
                "config_file": "wrangler.jsonc",
                "environment": "staging",
            },
            (
                "workers-deploy 1.0.0 · deploy shop-staging · account 0123…cdef"
                " · wrangler.jsonc [env staging]"
            ),
        ),
        ({"environment": "staging"}, "workers-deploy 1.0.0 · deploy · [env staging]"),
        ({}, "workers-deploy 1.0.0 · deploy"),
    ],
)
def test_the_first_line_says_what_is_deployed_where(given, line):
    assert render_header(version="1.0.0", command="deploy", **given) == line


def test_the_project_is_told_in_numbers():
    made = project(
        modules=(module("index.js", "x" * 1024), module("a.js", "x" * 1024), module("b.js", "")),
        bindings=(variable(),),
        secrets=(secret("A"), secret("B")),
        assets=manifest("/a", "/b"),
    )

    row = render_project_row(made)

    assert shown(row) == (
        "▸ Project      index.js + 2 modules (2 KiB) · 2 assets (21 B) · 1 binding · 2 secrets"
    )


def test_a_project_of_assets_alone_says_so():
    row = render_project_row(project(modules=(), main_module=None, assets=manifest("/a")))

    assert row.lines == ("assets only · 1 asset (10 B)",)


def test_the_live_version_is_told_with_its_age_and_commit():
    row = render_live_row(live(), now=NOW, commit="a1b2c3d4e5f6")

    assert shown(row) == (
        "▸ Live         version 7c1f2b9a deployed 3 h ago (commit a1b2c3d4e5f6) · workers.dev on"
    )


def test_a_script_that_is_not_there_yet_is_told_as_such():
    assert render_live_row(live(exists=False), now=NOW).lines == ("no script shop yet",)


def test_a_script_without_a_deployment_is_told_as_such():
    row = render_live_row(live(deployment=None, versions=(), subdomain=SubdomainState()), now=NOW)

    assert row.lines == ("the script exists, and no version serves",)


def test_a_gradual_rollout_names_every_version_and_its_share():
    shares = (
        TrafficShare(version_id=OLD, percentage=90),
        TrafficShare(version_id=NEW, percentage=10.5),
    )

    row = render_live_row(
        live(
            deployment=LiveDeployment(id="d", shares=shares),
            subdomain=SubdomainState(enabled=False),
        ),
        now=NOW,
    )

    assert row.lines == ("versions 7c1f2b9a 90 %, 9d207f31 10.5 % · workers.dev off",)


def test_a_latest_version_that_does_not_serve_is_told():
    row = render_live_row(live(latest_version_id=NEW), now=NOW)

    assert row.lines[1] == "the latest version 9d207f31 is not the live one"


def test_the_plan_shows_each_difference_with_its_sign():
    made = plan(
        asset_step(
            change("code", "", None, None, "changed since version 7c1f…"),
            change("binding", "KV", None, "kv_namespace 0f2e…", action=Action.CREATE),
            change("assets", "", None, None, "412 files, changed since version 7c1f…"),
        ),
        settings_step(
            change("secrets", "STRIPE_KEY, MAIL_KEY", None, None, "a value changed"),
            change("secret", "OLD_KEY", None, None, action=Action.DELETE),
            change("settings", "logpush", "false", "true"),
            change("placement", "", "off", "smart", "as in the configuration"),
            change("workers.dev", "", None, "on", action=Action.UNCHANGED),
            change("compatibility_date", "", "2026-01-01", "2026-11-01"),
        ),
    )

    (row,) = render_plan_rows(made)

    assert shown(row) == (
        "▸ Plan         ~ code        changed since version 7c1f…\n"
        "               + binding     KV  kv_namespace 0f2e…\n"
        "               ~ assets      412 files, changed since version 7c1f…\n"
        "               ~ secrets     STRIPE_KEY, MAIL_KEY: a value changed\n"
        "               - secret      OLD_KEY\n"
        "               ~ settings    logpush false → true\n"
        "               ~ placement   off → smart (as in the configuration)\n"
        "               = workers.dev on\n"
        "               ~ compatibility_date 2026-01-01 → 2026-11-01"
    )


@pytest.mark.parametrize(("count", "folded"), [(0, ""), (12, ""), (13, "13 changes")])
def test_a_long_plan_folds(count, folded):
    changes = (change("binding", f"B{number}", None, "r2_bucket") for number in range(count))

    (row,) = render_plan_rows(plan(asset_step(*changes)))

    assert row.folded == folded


def test_a_folded_plan_counts_only_what_changes():
    changes = [change("binding", f"B{number}", None, "r2_bucket") for number in range(12)]
    same = [replace(one, action=Action.UNCHANGED) for one in changes[:2]]

    (row,) = render_plan_rows(plan(asset_step(*changes, *same)))

    assert row.folded == "12 changes, 2 unchanged"


def test_notes_stand_under_the_plan():
    rows = render_plan_rows(plan(notes=("a first deploy can't be undone",)))

    assert [shown(row) for row in rows] == [
        "▸ Plan         nothing to change",
        "! Note         a first deploy can't be undone",
    ]


def test_a_step_tells_its_detail_its_time_and_its_tries():
    tries = (Try(request="POST versions", problem="502 from Cloudflare", waited=1.24),)

    row = render_step_row(
        result(
            settings_step(title="Version"),
            seconds=1.1,
            detail="9d20…, starts in 12 ms",
            tries=tries,
        )
    )

    assert shown(row) == (
        "▸ Version      9d20…, starts in 12 ms · 1.1 s"
        " · 2 tries (502 from Cloudflare, waited 1.2 s)"
    )


def test_tries_that_met_the_same_are_counted_and_their_waits_added():
    tries = (
        Try(request="PUT", problem="503 from Cloudflare", waited=1),
        Try(request="PUT", problem="no answer in 60 s", waited=0),
        Try(request="PUT", problem="503 from Cloudflare", waited=2.5),
    )

    row = render_step_row(result(tries=tries))

    assert row.lines[0].replace("\N{MULTIPLICATION SIGN}", "x") == (
        "4 tries (503 from Cloudflare x2, waited 3.5 s, no answer in 60 s)"
    )


def test_a_quick_step_needs_no_time_beside_it():
    row = render_step_row(result(deployment_step(), seconds=0.3, detail="9d20… serves 100 %"))

    assert shown(row) == "▸ Deployment   9d20… serves 100 %"
