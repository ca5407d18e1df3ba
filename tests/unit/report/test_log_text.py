"""The examples of the design, letter by letter where the design is more than taste."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.builders import manifest, module, project, secret, variable
from fakes.outcomes import (
    ACCOUNT,
    NEW,
    OLD,
    URL,
    asset_step,
    change,
    deployment_step,
    facts,
    failed,
    outcome,
    plan,
    refusal,
    result,
    settings_step,
)
from workers_deploy.ci.layout import format_row
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.outcome import Result, Status, Try
from workers_deploy.core.project import SubdomainState
from workers_deploy.core.steps import Action
from workers_deploy.errors import (
    GuardError,
    MismatchError,
    Place,
    Problem,
    ProblemKind,
    ProblemsError,
    UnansweredError,
)
from workers_deploy.report.text import (
    render_failure,
    render_header,
    render_last_line,
    render_live_row,
    render_plan_rows,
    render_problems,
    render_project_row,
    render_step_row,
    render_try,
    render_undone_row,
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
        "▸ Live         version 7c1f… deployed 3 h ago (commit a1b2c3d4e5f6) · workers.dev on"
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

    assert row.lines == ("versions 7c1f… 90 %, 9d20… 10.5 % · workers.dev off",)


def test_a_latest_version_that_does_not_serve_is_told():
    row = render_live_row(live(latest_version_id=NEW), now=NOW)

    assert row.lines[1] == "the latest version 9d20… is not the live one"


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


def test_a_step_without_a_word_is_done():
    assert render_step_row(result()).lines == ("done",)


def test_a_step_that_was_undone_is_marked():
    row = render_step_row(result(status=Status.UNDONE, detail="logpush false again"))

    assert shown(row) == "↺ Settings     logpush false again"


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.FAILED])
def test_a_step_that_did_not_happen_has_no_row_of_its_own(status):
    assert render_step_row(result(status=status)) is None


def test_a_wait_is_told_when_it_begins():
    last = Try(request="POST versions", problem="503 from Cloudflare", waited=0)

    assert render_try(last) == "  POST versions: 503 from Cloudflare"
    assert render_try(replace(last, waited=2)).endswith("; trying again in 2.0 s")


def test_a_refusal_says_what_where_what_to_do_and_what_is_live():
    error = refusal(
        place=Place(file="src/cart.ts", line=41, column=7),
        hint="The code threw while it was started, before any request. Fix it.",
    )

    row = render_failure(failed(error=error))

    assert shown(row) == (
        "✗ Script       Cloudflare refused the script: Uncaught ReferenceError: kv is not defined"
        "  [10021, Ray 8f3a5d2b1c0e9f7a-FRA]\n"
        "               at src/cart.ts:41:7\n"
        "               The code threw while it was started, before any request. Fix it.\n"
        "               live: version 7c1f… (as before) · exit 4"
    )


def test_what_is_live_may_need_more_than_a_line():
    error = UnansweredError(
        "PATCH script-settings: no answer after 5 tries in 61 s (503 5 times)",
        request="PATCH script-settings",
        ray_id="8f3b",
    )
    note = "version 7c1f…, nothing changed\nThe next deploy mends that."

    row = render_failure(failed(error=error, stage="Settings", facts=facts(live_note=note)))

    assert shown(row) == (
        "✗ Settings     PATCH script-settings: no answer after 5 tries in 61 s (503 5 times)"
        "  [Ray 8f3b]\n"
        "               live: version 7c1f…, nothing changed · exit 5\n"
        "               The next deploy mends that."
    )


def test_a_failure_without_a_stage_or_a_live_version_still_tells_its_exit_code():
    row = render_failure(
        failed(error=MismatchError("500, 500, 500 … for 60 s"), stage=None, facts=facts())
    )

    assert shown(row) == "✗ Failed       500, 500, 500 … for 60 s\n               exit 6"


def test_an_api_error_without_code_and_ray_has_no_brackets():
    row = render_failure(failed(error=refusal(code=None, ray_id=None, message="no")))

    assert row.lines[0] == "no"


def test_a_guard_names_the_word_that_opens_it():
    error = GuardError("the live commit is newer", word="older-commit")

    row = render_failure(failed(error=error, stage="Guard"))

    assert row.lines[1] == "allow: older-commit  lets it pass"


def test_a_guard_that_nothing_opens_names_no_word():
    error = GuardError("live moved meanwhile", word=None, hint="Run again.")

    row = render_failure(failed(error=error, stage="Guard"))

    assert row.lines[:2] == ("live moved meanwhile", "Run again.")
    assert len(row.lines) == 3


def test_an_outcome_without_an_error_has_no_failure():
    with pytest.raises(ValueError, match="no failure"):
        render_failure(outcome())


def test_what_was_put_back_is_told():
    row = render_undone_row(("7c1f… serves 100 % again · logpush false again",))

    assert shown(row) == "↺ Reverted     7c1f… serves 100 % again · logpush false again"


def problem(kind=ProblemKind.INPUT, **changes):
    given = {"subject": "workers-dev", "message": "neither true nor false"}
    return Problem(kind=kind, **(given | changes))


def test_all_that_is_wrong_is_told_at_once():
    error = ProblemsError(
        [
            problem(
                subject="secrets",
                message="STRIPE_KEY: no environment variable of that name in this step",
                hint="add it under env:, as  STRIPE_KEY: ${{ secrets.STRIPE_KEY }}",
            ),
            problem(),
            problem(
                ProblemKind.PROJECT,
                subject="wrangler.jsonc",
                message="kv_namespaces[1].id is missing; create one and write its id here",
                place=Place(file="wrangler.jsonc", line=14, column=22),
            ),
        ]
    )

    assert render_problems(error) == (
        "✗ 2 inputs are wrong and 1 thing in the project; nothing was sent\n"
        "  secrets        STRIPE_KEY: no environment variable of that name in this step\n"
        "                 add it under env:, as  STRIPE_KEY: ${{ secrets.STRIPE_KEY }}\n"
        "  workers-dev    neither true nor false\n"
        "  wrangler.jsonc:14:22  kv_namespaces[1].id is missing; create one and write its id here"
    )


@pytest.mark.parametrize(
    ("inputs", "things", "line"),
    [
        (1, 0, "✗ 1 input is wrong; nothing was sent"),
        (2, 0, "✗ 2 inputs are wrong; nothing was sent"),
        (0, 1, "✗ 1 thing in the project is wrong; nothing was sent"),
        (0, 2, "✗ 2 things in the project are wrong; nothing was sent"),
        (1, 2, "✗ 1 input is wrong and 2 things in the project; nothing was sent"),
    ],
)
def test_problems_are_counted(inputs, things, line):
    error = ProblemsError([problem()] * inputs + [problem(ProblemKind.PROJECT)] * things)

    assert render_problems(error).splitlines()[0] == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, f"deployed in 3.4 s   {URL}"),
        ({"result": Result.ROLLED_BACK}, f"rolled back in 3.4 s   {URL}"),
        (
            {"result": Result.PREVIEWED, "facts": facts(preview_url="https://p.dev")},
            "previewed in 3.4 s   https://p.dev",
        ),
        ({"facts": facts(deployment_url=None)}, "deployed in 3.4 s"),
        ({"result": Result.FAILED, "error": refusal()}, "failed in 3.4 s"),
    ],
)
def test_the_last_line_says_how_it_ended_and_where_the_script_answers(changes, line):
    assert render_last_line(outcome(**changes)) == line
