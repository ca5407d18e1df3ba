"""Triggers, after traffic moved: crons, routes, custom domains, queue consumers, workflows."""

from typing import assert_never

from workers_deploy.api.endpoints.triggers import consumers_of
from workers_deploy.core.steps import (
    AttachDomain,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutWorkflow,
    Trigger,
)
from workers_deploy.errors import RefusedError
from workers_deploy.executor.context import Run

HAS_CONSUMER = 11004  # POST consumers


def apply_trigger(run: Run, step: Trigger) -> str:
    """Set one trigger; returns what there is to say of it."""
    name = run.script.name
    match step:
        case PutSchedules():
            run.client.put_schedules(name, step.crons)
            return ", ".join(step.crons) or "none"
        case PutRoutes():
            run.client.put_routes(name, step.routes, takes_over=step.takes_over)
            return ", ".join(str(route["pattern"]) for route in step.routes) or "none"
        case AttachDomain():
            run.client.attach_domain(name, step.domain, takes_over=step.takes_over)
            hostname = str(step.domain["hostname"])
            run.state.learn_domain(hostname)
            return hostname
        case PutQueueConsumer():
            _put_consumer(run, step)
            return str(step.consumer["queue"])
        case PutWorkflow():
            run.client.put_workflow(step.workflow)
            return str(step.workflow["name"])
        case _:
            assert_never(step)


def _put_consumer(run: Run, step: PutQueueConsumer) -> None:
    """Let the script take a queue's messages; another run may have done so since the plan."""
    client, name = run.client, run.script.name
    try:
        client.put_queue_consumer(name, step.queue_id, step.consumer_id, step.consumer)
    except RefusedError as refused:
        if refused.code != HAS_CONSUMER or step.consumer_id is not None:
            raise
        queue = client.read_queue(str(step.consumer["queue"]))
        found = consumers_of(queue) if queue else ()
        own = next((one.consumer_id for one in found if one.consumer == name), None)
        if own is None:
            raise
        client.put_queue_consumer(name, step.queue_id, own, step.consumer)
