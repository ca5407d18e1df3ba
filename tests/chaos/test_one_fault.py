"""Each request of a deploy fails in each way, once and for good; first deploys and updates.

One test holds one kind of fault for many routes: making an account takes longer than a run. A
sample tries every route, and every kind of fault on a third of them.
"""

from collections.abc import Callable
from typing import Any

import pytest

from fakes.chaos import (
    FINAL,
    FIRST_WRITES,
    FOR_GOOD,
    PASSING,
    READS,
    UPDATE_WRITES,
    assert_converges,
    assert_honest,
    change_everything,
    go_back,
)
from fakes.chaos_size import share_of
from fakes.runs import Runner

Start = Callable[[], Runner]
Record = Callable[[str, object], None]
FIRST_READS = ("GET deployments", "GET versions", "GET script-settings")


def deployed(start: Start) -> tuple[Runner, dict[str, Any] | None, dict[str, Any] | None]:
    """Return a runner with a changed checkout, what is served, and what shall be."""
    twin = start()
    twin.fast("deploy")
    change_everything(twin)
    twin.fast("deploy")
    runner = start()
    assert runner.fast("deploy").exit_code == 0
    former = runner.cloudflare.served()
    change_everything(runner)
    runner.cloudflare.forget_requests()
    return runner, former, twin.cloudflare.served()


@pytest.mark.parametrize("route", [*FIRST_WRITES, *FIRST_READS])
def test_a_first_deploy_gets_over_one_failure_of_any_kind(
    start: Start, full_chaos: bool, record_property: Record, route: str
):
    twin = start()
    twin.fast("deploy")
    wanted = twin.cloudflare.served()
    runner = start()
    turn = [*FIRST_WRITES, *FIRST_READS].index(route)
    faults = share_of([*PASSING.values()], turn=turn, of=3, full=full_chaos)
    for fault in faults:
        runner.cloudflare.reset()
        runner.cloudflare.faults({"route": route, **fault})

        run = runner.fast("deploy")

        assert run.exit_code == 0, f"{fault}: {run.log}"
        assert run.outcome == "deployed"
        assert runner.cloudflare.served() == wanted, fault
        assert len(runner.cloudflare.versions()) == 1, fault
        assert len(runner.cloudflare.script()["deployments"]) == 1, fault
    record_property("cells", len(faults))


@pytest.mark.parametrize("fault", PASSING)
def test_an_update_gets_over_one_failure_and_makes_nothing_twice(
    start: Start, full_chaos: bool, record_property: Record, fault: str
):
    runner, _, wanted = deployed(start)
    every = (*UPDATE_WRITES, *(READS if fault in FOR_GOOD else ()))
    routes = share_of(every, turn=[*PASSING].index(fault), of=3, full=full_chaos)
    for route in routes:
        runner.cloudflare.faults()
        go_back(runner)
        change_everything(runner)
        versions = len(runner.cloudflare.versions())
        runner.cloudflare.faults({"route": route, **PASSING[fault]})

        run = runner.fast("deploy")

        assert run.exit_code == 0, f"{route}: {run.log}"
        assert run.outcome == "deployed"
        assert runner.cloudflare.served() == wanted, route
        assert len(runner.cloudflare.versions()) == versions + 1, route
    record_property("cells", len(routes))


@pytest.mark.parametrize("fault", [*FOR_GOOD, *FINAL])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "update"])
def test_a_failure_for_good_is_told_as_it_is_and_mended_by_the_next_run(
    start: Start, full_chaos: bool, record_property: Record, fault: str, is_first: bool
):
    kind = (PASSING | FINAL)[fault]
    every = (*FIRST_WRITES, *FIRST_READS) if is_first else (*UPDATE_WRITES, *READS)
    turn = [*FOR_GOOD, *FINAL].index(fault)
    routes = share_of(every, turn=turn, of=3, full=full_chaos)
    if is_first:
        twin, runner, former = start(), start(), None
        twin.fast("deploy")
        wanted = twin.cloudflare.served()
    else:
        runner, _, wanted = deployed(start)
    for route in routes:
        if is_first:
            runner.cloudflare.reset()
        else:
            go_back(runner)
            former = runner.cloudflare.served()
            change_everything(runner)
        for nth in (1, 2) if fault == "refused" else (1,):
            runner.cloudflare.faults({"route": route, "nth": nth, "count": None, **kind})

            run = runner.fast("deploy", max_attempts=2)

            note = f"{route} from the {nth}. on: {run.log}"
            assert_honest(runner, run, former=former, wanted=wanted, note=note)
            if run.outcome != "failed":
                break
        assert_converges(runner, wanted)
    record_property("cells", len(routes))
