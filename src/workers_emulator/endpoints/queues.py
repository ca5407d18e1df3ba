"""Queues and their consumers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.requests.bodies import ConsumerIn, QueueIn
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import plain, read
from workers_emulator.rules.account_rules import (
    QUEUE_CONSUMER_TAKEN,
    QUEUE_HANDLER,
    QUEUE_TAKEN,
    QUEUE_UNKNOWN,
)
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY
from workers_emulator.state.account import script_in
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Place, State

Queue = Mapping[str, Any]


def list_queues(call: Call) -> Answer:
    """List the queues, or the one of this name."""
    page, per_page = call.page(per_page=100)
    name = call.query.get("name")
    found = [
        _queue_object(call.state, queue)
        for queue in call.state.queues.values()
        if name in {None, queue["queue_name"]}
    ]
    return paged(found, page=page, per_page=per_page)


def create_queue(call: Call) -> Answer:
    """Create a queue."""
    sent = read(QueueIn, call.json_object(), BAD_BODY, "body")
    if sent.queue_name is None:
        raise Refusal(BAD_BODY, "body.queue_name: Field required")
    if any(queue["queue_name"] == sent.queue_name for queue in call.state.queues.values()):
        raise Refusal(QUEUE_TAKEN)
    now = render_time(call.account.now())
    queue = {
        "queue_id": call.account.new_hex(),
        "queue_name": sent.queue_name,
        "created_on": now,
        "modified_on": now,
        "settings": sent.settings or {},
        "consumers": (),
    }
    return _stored(call, queue)


def get_queue(call: Call) -> Answer:
    """Answer with one queue."""
    return ok(_queue_object(call.state, _queue(call)))


def edit_queue(call: Call) -> Answer:
    """Change a queue's settings."""
    sent = read(QueueIn, call.json_object(), BAD_BODY, "body")
    queue = _queue(call)
    settings = {**queue["settings"], **(sent.settings or {})}
    return _stored(call, {**queue, "settings": settings})


def delete_queue(call: Call) -> Answer:
    """Delete a queue."""
    queue_id = _queue(call)["queue_id"]
    left = {key: queue for key, queue in call.state.queues.items() if key != queue_id}
    call.account.write(replace(call.state, queues=left))
    return ok(None)


def list_consumers(call: Call) -> Answer:
    """List a queue's consumers."""
    return ok([dict(consumer) for consumer in _queue(call)["consumers"]])


def create_consumer(call: Call) -> Answer:
    """Make a script the consumer of a queue."""
    queue = _queue(call)
    if queue["consumers"]:
        raise Refusal(QUEUE_CONSUMER_TAKEN)
    consumer = _consumer(call, queue, call.account.new_hex())
    _stored(call, {**queue, "consumers": (consumer,)})
    return ok(consumer)


def update_consumer(call: Call) -> Answer:
    """Change a queue's consumer."""
    queue = _queue(call)
    consumer_id = _existing_consumer(call, queue)["consumer_id"]
    consumer = _consumer(call, queue, consumer_id)
    _stored(call, {**queue, "consumers": (consumer,)})
    return ok(consumer)


def delete_consumer(call: Call) -> Answer:
    """Remove a queue's consumer."""
    queue = _queue(call)
    _existing_consumer(call, queue)
    _stored(call, {**queue, "consumers": ()})
    return ok(None)


def _existing_consumer(call: Call, queue: Queue) -> Queue:
    wanted = call.args["consumer_id"]
    found = next((c for c in queue["consumers"] if c["consumer_id"] == wanted), None)
    if found is None:
        raise Refusal(QUEUE_UNKNOWN, "Queue consumer not found.")
    consumer: Queue = found
    return consumer


def _consumer(call: Call, queue: Queue, consumer_id: str) -> dict[str, Any]:
    sent = read(ConsumerIn, call.json_object(), BAD_BODY, "body")
    consumer = {
        **plain(sent),
        "consumer_id": consumer_id,
        "queue_name": queue["queue_name"],
        "created_on": render_time(call.account.now()),
    }
    if sent.type == "worker":
        script = script_in(call.state, Place(name=sent.script_name or ""))
        if script.latest is not None and "queue" not in script.latest.handlers:
            raise Refusal(QUEUE_HANDLER)
        consumer["script"] = script.place.name  # wrangler looks for this name
    return consumer


def _queue(call: Call) -> Queue:
    queue = call.state.queues.get(call.args["queue_id"])
    if queue is None:
        raise Refusal(QUEUE_UNKNOWN)
    return queue


def _stored(call: Call, queue: dict[str, Any]) -> Answer:
    modified = {**queue, "modified_on": render_time(call.account.now())}
    queues = {**call.state.queues, queue["queue_id"]: modified}
    state = replace(call.state, queues=queues)
    call.account.write(state)
    return ok(_queue_object(state, modified))


def _queue_object(state: State, queue: Queue) -> dict[str, Any]:
    producers = [
        {"type": "worker", "script": script.place.name, "service": script.place.name}
        for script in state.scripts.values()
        for version in script.live
        for binding in version.bindings
        if binding["type"] == "queue" and binding["queue_name"] == queue["queue_name"]
    ]
    return {
        **queue,
        "consumers": [dict(consumer) for consumer in queue["consumers"]],
        "consumers_total_count": len(queue["consumers"]),
        "producers": producers,
        "producers_total_count": len(producers),
    }


_QUEUE = "A/queues/{queue_id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/queues", list_queues),
    endpoint("POST", "A/queues", create_queue),
    endpoint("GET", _QUEUE, get_queue),
    endpoint("PATCH", _QUEUE, edit_queue),
    endpoint("DELETE", _QUEUE, delete_queue),
    endpoint("GET", f"{_QUEUE}/consumers", list_consumers),
    endpoint("POST", f"{_QUEUE}/consumers", create_consumer),
    endpoint("PUT", f"{_QUEUE}/consumers/{{consumer_id}}", update_consumer),
    endpoint("DELETE", f"{_QUEUE}/consumers/{{consumer_id}}", delete_consumer),
)
