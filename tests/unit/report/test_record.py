import json

import jsonschema
import pytest

from fakes.builders import project, secret, variable
from fakes.outcomes import (
    CONTEXT,
    NEW,
    OLD,
    URL,
    asset_step,
    change,
    facts,
    failed,
    outcome,
    plan,
    refusal,
    result,
    settings_step,
)
from workers_deploy.core.outcome import Facts, Outcome, Result, Status, Try
from workers_deploy.core.steps import Action, CheckLive
from workers_deploy.errors import (
    CancelledError,
    GuardError,
    Place,
    Problem,
    ProblemKind,
    ProblemsError,
)
from workers_deploy.report.record import (
    OUTPUT_NAMES,
    is_changed,
    outputs_of,
    plan_record,
    report_record,
)


def test_a_good_deploy_sets_every_output_that_is_no_failures():
    made = outcome(facts=facts(preview_url="https://p.dev", secrets_pruned=("OLD",)))

    outputs = outputs_of(made, report_path="workers-deploy-report/report.json")

    assert {name: value for name, value in outputs.items() if name != "plan"} == {
        "outcome": "deployed",
        "changed": "true",
        "deployment-url": URL,
        "urls": f'["{URL}"]',
        "preview-url": "https://p.dev",
        "script-name": "shop-staging",
        "version-id": NEW,
        "live-version-id": NEW,
        "previous-version-id": OLD,
        "etag": "e7a9",
        "startup-time-ms": "12",
        "assets-total": "412",
        "assets-uploaded": "14",
        "assets-bytes": "1992294",
        "secrets-synced": "2",
        "secrets-pruned": "1",
        "workers-dev-enabled": "true",
        "preview-urls-enabled": "false",
        "report": "workers-deploy-report/report.json",
    }
    assert list(outputs) == [name for name in OUTPUT_NAMES if name in outputs]
    assert json.loads(outputs["plan"]) == plan_record(made.plan)


def test_a_failure_names_its_code_stage_and_ray():
    outputs = outputs_of(failed())

    assert outputs["outcome"] == "failed"
    assert outputs["changed"] == "false"
    assert outputs["error-code"] == "10021"
    assert outputs["error-stage"] == "Script"
    assert outputs["ray-id"] == "8f3a5d2b1c0e9f7a-FRA"
    assert outputs["live-version-id"] == OLD
    assert "version-id" not in outputs


def test_what_is_not_known_is_no_output():
    outputs = outputs_of(Outcome(command="deploy", result=Result.FAILED, facts=Facts(etag="")))

    assert outputs == {
        "outcome": "failed",
        "changed": "false",
        "secrets-synced": "0",
        "secrets-pruned": "0",
    }


def test_the_outputs_are_those_of_the_interface():
    urls = {"preview_url": "https://p.dev", "preview_alias_url": "https://pr-1.dev"}
    everything = failed(facts=facts(**urls))

    outputs = outputs_of(everything, report_path="r.json")

    assert tuple(outputs) == OUTPUT_NAMES


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (Result.DEPLOYED, True),
        (Result.PREVIEWED, True),
        (Result.ROLLED_BACK, True),
        (Result.DELETED, True),
        (Result.PARTIAL, True),
        (Result.PLANNED, True),
        (Result.UNCHANGED, False),
        (Result.DONE, False),
        (Result.SKIPPED, False),
        (Result.FAILED, False),
        (Result.REVERTED, False),
    ],
)
def test_changed_says_whether_cloudflare_is_not_as_before(kind, changed):
    assert is_changed(outcome(result=kind)) is changed


@pytest.mark.parametrize("made", [None, plan()])
def test_a_plan_without_writes_would_change_nothing(made):
    assert not is_changed(outcome(result=Result.PLANNED, plan=made))


def test_the_plan_is_told_step_by_step():
    made = plan(asset_step(change("assets", "", None, None, "1 file")), notes=("n",))

    assert plan_record(made) == {
        "script_name": "shop-staging",
        "writes": True,
        "steps": [
            {
                "kind": "UploadAssets",
                "title": "Assets",
                "action": "update",
                "changes": [
                    {
                        "action": "update",
                        "kind": "assets",
                        "name": "",
                        "before": None,
                        "after": None,
                        "detail": "1 file",
                    }
                ],
            }
        ],
        "notes": ["n"],
    }


def test_the_report_tells_the_whole_run():
    tries = (Try(request="POST versions", problem="502 from Cloudflare", waited=1.2345),)
    made = outcome(results=(result(seconds=1.23456, detail="logpush true", tries=tries),))

    record = report_record(made, CONTEXT)

    assert record["format"] == 1
    assert record["tool"] == {"name": "workers-deploy", "version": "1.0.0"}
    assert record["finished_at"] == "2026-11-24T03:00:01+00:00"
    assert record["exit_code"] == 0
    assert record["versions"] == {"new": NEW, "live": NEW, "previous": OLD}
    assert record["secrets"] == {"synced": ["STRIPE_KEY", "MAIL_KEY"], "pruned": []}
    assert record["assets"]["largest_new"] == [{"path": "/img/hero.png", "size": 900_000}]
    assert record["steps"] == [
        {
            "kind": "PatchScriptSettings",
            "title": "Settings",
            "action": "update",
            "status": "done",
            "seconds": 1.235,
            "attempts": 2,
            "tries": [
                {"request": "POST versions", "problem": "502 from Cloudflare", "waited": 1.234}
            ],
            "detail": "logpush true",
        }
    ]
    assert record["error"] is None


def test_the_report_tells_the_error_with_all_that_is_known_of_it():
    place = Place(file="src/cart.ts", line=41, column=7)

    record = report_record(failed(error=refusal(hint="Fix it.", place=place)), CONTEXT)

    assert record["exit_code"] == 4
    assert record["error"] == {
        "kind": "RefusedError",
        "stage": "Script",
        "message": "Cloudflare refused the script: Uncaught ReferenceError: kv is not defined",
        "hint": "Fix it.",
        "place": {"file": "src/cart.ts", "line": 41, "column": 7},
        "request": "POST versions",
        "status": 400,
        "code": 10021,
        "ray_id": "8f3a5d2b1c0e9f7a-FRA",
        "allow": None,
        "problems": [],
    }


def test_the_report_lists_every_problem():
    problems = [
        Problem(
            kind=ProblemKind.PROJECT,
            subject="wrangler.toml",
            message="missing",
            place=Place(file="wrangler.toml", line=3),
        )
    ]

    record = report_record(failed(error=ProblemsError(problems)), CONTEXT)

    assert record["error"]["problems"] == [
        {
            "kind": "project",
            "subject": "wrangler.toml",
            "message": "missing",
            "hint": None,
            "block": None,
            "place": {"file": "wrangler.toml", "line": 3, "column": None},
        }
    ]


def test_the_report_names_the_word_that_opens_a_guard():
    record = report_record(failed(error=GuardError("newer", word="older-commit")), CONTEXT)

    assert record["error"]["allow"] == "older-commit"


@pytest.mark.parametrize(
    "made",
    [
        outcome(),
        failed(),
        failed(error=CancelledError(15), stage=None, plan=None, results=()),
        Outcome(command="show", result=Result.DONE),
        outcome(results=(result(status=Status.NOT_RUN),)),
    ],
)
def test_every_report_has_the_same_fields_and_is_json(made):
    record = json.loads(json.dumps(report_record(made, CONTEXT)))

    assert set(record) == set(report_record(outcome(), CONTEXT))
    jsonschema.validate(record, SCHEMA)


def test_no_value_of_a_variable_or_a_secret_is_told():
    desired = project(secrets=(secret(value="hunter22"),), bindings=(variable(text="hunter22"),))
    step = CheckLive(action=Action.UPDATE, title="Check", project=desired, secret_names=("A",))
    made = outcome(plan=plan(step), results=(result(step),))

    told = json.dumps(report_record(made, CONTEXT)) + json.dumps(outputs_of(made))

    assert "hunter22" not in told


def test_a_step_without_a_change_is_told_too():
    assert plan_record(plan(settings_step()))["steps"][0]["changes"] == []


TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "format": {"const": 1},
        "command": {"type": "string"},
        "outcome": {"enum": [str(kind) for kind in Result]},
        "exit_code": {"type": "integer"},
        "changed": {"type": "boolean"},
        "seconds": {"type": "number"},
        "account_id": TEXT,
        "environment": TEXT,
        "config": TEXT,
        "urls": {"type": "array", "items": {"type": "string"}},
        "steps": {"type": "array", "items": {"type": "object", "required": ["status"]}},
        "plan": {"type": ["object", "null"]},
        "error": {"type": ["object", "null"]},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
