"""What of a script the emulator cannot run is said in its own places, never by the API."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.neighbours import Neighbours, caller, service
from fakes.scripts import NODE_MODULES
from fakes.wrangler import ask


@pytest.fixture
def cloudflare() -> Iterator[Cloudflare]:
    with Cloudflare(node_modules=NODE_MODULES) as server:
        yield server


@pytest.fixture
def neighbours(cloudflare: Cloudflare, tmp_path: Path) -> Neighbours:
    return Neighbours(cloudflare, tmp_path)


USES = caller(ai='env.AI.run("model", {})', greeting="env.GREETING")
AI = "bindings of the type ai are not simulated"


def test_a_deploy_says_what_of_the_script_does_not_run(
    neighbours: Neighbours, cloudflare: Cloudflare, caplog: pytest.LogCaptureFixture
):
    cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
    handlers = "export const handlers = { queue() {}, scheduled() {} };"
    with caplog.at_level(logging.WARNING, logger="workers_emulator"):
        run = neighbours.deploy(
            "shop",
            f"{USES}\n{handlers}",
            ai={"binding": "AI"},
            vars={"GREETING": "hello"},
            triggers={"crons": ["0 3 * * *"]},
            queues={"consumers": [{"queue": "orders"}]},
        )

    found = cloudflare.unsupported()
    live = cloudflare.live()["id"]
    assert [(one["version"], one["what"], one["why"]) for one in found] == [
        (live, "the binding AI", AI),
        (None, "the cron 0 3 * * *", "crons do not fire here: the scheduled handler is not called"),
        (
            None,
            "the consumer of the queue orders",
            "messages are taken and not delivered: the queue handler is not called",
        ),
    ]
    assert caplog.messages == [f"shop: can't run {one['what']}: {one['why']}" for one in found]
    assert "can't run" not in run.log
    assert all(b"can't run" not in sent.body for sent in cloudflare.sent)


def test_each_deploy_says_it_once(
    neighbours: Neighbours, cloudflare: Cloudflare, caplog: pytest.LogCaptureFixture
):
    neighbours.redeploy("shop", USES, ai={"binding": "AI"})
    neighbours.redeploy("shop", f"{USES}\n// changed", ai={"binding": "AI"})
    cloudflare.ask("GET", "/workers/scripts")
    neighbours.redeploy("shop", USES)

    assert caplog.messages == [f"shop: can't run the binding AI: {AI}"] * 2
    assert cloudflare.unsupported() == []


def test_a_script_runs_without_what_can_not_and_says_so_where_it_is_used(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    neighbours.redeploy("shop", USES, ai={"binding": "AI"}, vars={"GREETING": "hello"})

    assert neighbours.answers("shop") == {
        "ai": f"the emulator can't run the binding AI: {AI}",
        "greeting": "hello",
    }


def test_a_python_worker_is_said_to_need_the_network_by_itself_and_by_its_caller(
    neighbours: Neighbours, cloudflare: Cloudflare
):
    python = neighbours.runner(
        "snake",
        "",
        main="entry.py",
        compatibility_flags=["python_workers"],
        no_bundle=None,
    )
    python.checkout.write("entry.py", "from workers import Response\ndef on_fetch(r):\n  pass\n")
    run = python.fast("deploy")
    assert run.exit_code == 0, run.log
    neighbours.redeploy(
        "shop",
        caller(snake="env.SNAKE.fetch(request)"),
        services=[service("SNAKE", "snake")],
    )
    why = "a Python Worker can't run offline: workerd loads its Python from the network"

    answer = ask(cloudflare, "snake")

    assert (answer.status_code, answer.text) == (503, f"{why}\n")
    assert [(one["script"], one["what"], one["why"]) for one in cloudflare.unsupported()] == [
        ("shop", "the binding SNAKE", f"the script snake can't run here: {why}"),
        ("snake", "the script", why),
    ]
    assert neighbours.answers("shop") == {
        "snake": f"the emulator can't run the binding SNAKE: the script snake can't run here: {why}"
    }
