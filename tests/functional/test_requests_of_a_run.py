"""How many requests a run takes, as a table; more of them are a mistake, not a matter of taste."""

from collections.abc import Callable

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

CODE = "export default { fetch() { return new Response('two') } };\n"
# What is read, written and looked at: at most so many.
BOUNDS = {
    "first deploy": 8,
    "unchanged": 5,
    "new code": 10,
    "plan": 5,
    "other settings": 9,
    "rollback": 10,
    "preview": 6,
}


@pytest.fixture
def counts(checkout: Checkout, runner: Runner, cloudflare: Cloudflare) -> dict[str, list[str]]:
    """The requests of each run of a Worker without assets."""
    found: dict[str, list[str]] = {}

    def count(name: str, command: str, outcome: str, change: Callable[[], object]) -> None:
        change()
        cloudflare.forget_requests()
        run = runner.fast(command)
        assert (run.exit_code, run.outcome) == (0, outcome), run.log
        found[name] = cloudflare.requests

    count("first deploy", "deploy", "deployed", lambda: None)
    count("unchanged", "deploy", "unchanged", lambda: None)
    count("new code", "deploy", "deployed", lambda: checkout.module(CODE))
    count("plan", "plan", "planned", lambda: None)
    count("other settings", "deploy", "deployed", lambda: checkout.config(logpush=True))
    count("rollback", "rollback", "rolled-back", lambda: None)
    count("preview", "preview", "previewed", lambda: None)
    return found


def test_runs_take_no_more_requests_than_they_need(counts: dict[str, list[str]]):
    table = [f"{name:15} {len(made):3}  (at most {BOUNDS[name]})" for name, made in counts.items()]
    print("\n".join(table))  # noqa: T201 - shown by pytest -s, and where a bound is broken

    assert {name: made for name, made in counts.items() if len(made) > BOUNDS[name]} == {}


@pytest.mark.parametrize(
    ("config", "inputs", "bounds"),
    [
        ({"observability": {"enabled": True}, "logpush": True}, {}, (8, 5, 10)),
        # Service tags are set apart from the upload, and read back.
        ({"env": {"staging": {}}}, {"environment": "staging"}, (10, 5, 10)),
        # A kind of trigger is read, written and read back, after a look whether another run's
        # deployment came first.
        ({"triggers": {"crons": ["0 3 * * *"]}}, {}, (12, 6, 11)),
    ],
    ids=["settings", "environment", "crons"],
)
def test_what_a_project_adds_costs_its_own_requests_alone(
    config: dict[str, object],
    inputs: dict[str, str],
    bounds: tuple[int, int, int],
    checkout: Checkout,
    runner: Runner,
    cloudflare: Cloudflare,
):
    checkout.config(**config)
    made = []
    for change in (lambda: None, lambda: None, lambda: checkout.module(CODE)):
        change()
        cloudflare.forget_requests()
        assert runner.fast("deploy", **inputs).exit_code == 0
        made.append(len(cloudflare.requests))

    assert all(count <= bound for count, bound in zip(made, bounds, strict=True)), made


def test_nothing_is_read_that_the_run_did_not_write(counts: dict[str, list[str]]):
    after = counts["new code"][counts["new code"].index("POST /workers/scripts/shop/deployments") :]

    assert [request.rpartition("/")[0].removeprefix("GET ") for request in after[1:]] in (
        ["/workers/scripts/shop", "/workers/scripts/shop/versions"],
        ["/workers/scripts/shop/versions", "/workers/scripts/shop"],
    )


def test_a_first_deploy_looks_before_it_writes(counts: dict[str, list[str]]):
    made = counts["first deploy"]

    assert made[made.index("PUT /workers/scripts/shop") - 1].endswith("/deployments")
