"""Cron schedules and workflows of a script."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.requests.bodies import Schedules, WorkflowIn
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.crons import is_cron
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import plain, read
from workers_emulator.rules.account_rules import CRON_INVALID, CRON_LIMIT, WORKFLOW_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY
from workers_emulator.state.account import script_in
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Place

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_SETTINGS = ("limits", "concurrency", "default_retention")  # of a workflow's version


def get_schedules(call: Call) -> Answer:
    """Answer with the script's cron schedules."""
    return ok({"schedules": [dict(schedule) for schedule in call.script().schedules]})


def put_schedules(call: Call) -> Answer:
    """Replace all of the script's cron schedules."""
    script = call.script()
    crons = [item.cron for item in read(Schedules, call.json(), BAD_BODY, "body").root]
    for cron in crons:
        if not is_cron(cron):  # by rule cron-grammar
            raise Refusal(CRON_INVALID, f"invalid cron string: {cron}")
    others = sum(
        len(s.schedules) for place, s in call.state.scripts.items() if place != script.place
    )
    if others + len(crons) > call.account.options.max_crons:
        raise Refusal(CRON_LIMIT)
    former = {schedule["cron"]: schedule for schedule in script.schedules}
    now = render_time(call.account.now())
    new = {"created_on": now, "modified_on": now}
    schedules = tuple(former.get(cron, {"cron": cron, **new}) for cron in crons)
    call.account.write_script(replace(script, schedules=schedules))
    return ok({"schedules": [dict(schedule) for schedule in schedules]})


def list_workflows(call: Call) -> Answer:
    """List the account's workflows."""
    page, per_page = call.page(per_page=10)
    workflows = [_object(workflow) for workflow in call.state.workflows.values()]
    return paged(workflows, page=page, per_page=per_page)


def get_workflow(call: Call) -> Answer:
    """Answer with one workflow."""
    return ok(_object(_workflow(call)))


def _object(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """Return it as it is reported; its settings are those of its version."""
    return {key: value for key, value in workflow.items() if key != "settings"}


def _workflow(call: Call) -> Mapping[str, Any]:
    workflow = call.state.workflows.get(call.args["workflow_name"])
    if workflow is None:
        raise Refusal(WORKFLOW_MISSING)
    return workflow


def list_workflow_versions(call: Call) -> Answer:
    """List the versions of a workflow: the newest one, which holds its settings (SDK 5.9.0)."""
    workflow = _workflow(call)
    page, per_page = call.page(per_page=10)
    version: dict[str, Any] = {
        "id": call.account.stable_id("workflow version", workflow["name"]),
        "workflow_id": workflow["id"],
        "has_dag": False,
        "language": "javascript",
        **{key: workflow[key] for key in ("class_name", "created_on", "modified_on")},
        **workflow["settings"],
    }
    return paged([version], page=page, per_page=per_page)


def put_workflow(call: Call) -> Answer:
    """Make a class of a script a workflow of this name."""
    name = call.args["workflow_name"]
    sent = read(WorkflowIn, call.json_object(), BAD_BODY, "body")
    script_in(call.state, Place(name=sent.script_name))
    now = render_time(call.account.now())
    former = call.state.workflows.get(name, {"created_on": now})
    fields = plain(sent)
    workflow: dict[str, Any] = {
        **{key: fields[key] for key in ("script_name", "class_name", "schedules") if key in fields},
        "settings": {key: _reported(fields[key]) for key in _SETTINGS if key in fields},
        "id": call.account.stable_id("workflow", name),
        "name": name,
        "created_on": former["created_on"],
        "modified_on": now,
        "instances": {},
    }
    workflows = {**call.state.workflows, name: workflow}
    call.account.write(replace(call.state, workflows=workflows))
    return ok(_object(workflow))


def _reported(setting: dict[str, Any]) -> dict[str, Any]:
    """Return a setting as it is reported: durations in milliseconds (SDK 5.9.0)."""
    return {key: _milliseconds(value) for key, value in setting.items()}


def _milliseconds(value: Any) -> Any:
    count, _, unit = value.partition(" ") if isinstance(value, str) else ("", "", "")
    seconds = _UNITS.get(unit.removesuffix("s"))
    return int(count) * seconds * 1000 if seconds and count.isdigit() else value


def delete_workflow(call: Call) -> Answer:
    """Delete a workflow."""
    workflow = _workflow(call)
    left = {k: w for k, w in call.state.workflows.items() if w is not workflow}
    call.account.write(replace(call.state, workflows=left))
    return ok({"status": "ok", "success": True})


_WORKFLOW = "A/workflows/{workflow_name}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/scripts/{script_name}/schedules", get_schedules),
    endpoint("PUT", "A/workers/scripts/{script_name}/schedules", put_schedules),
    endpoint("GET", "A/workflows", list_workflows),
    endpoint("GET", _WORKFLOW, get_workflow),
    endpoint("GET", f"{_WORKFLOW}/versions", list_workflow_versions),
    endpoint("PUT", _WORKFLOW, put_workflow),
    endpoint("DELETE", _WORKFLOW, delete_workflow),
)
