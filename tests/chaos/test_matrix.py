"""Each step of a full deploy fails for good, in each way, in each surrounding.

Whatever happens, live is afterwards as it was before, or as it was wanted, or exactly as the report
says. The count of cells is printed at the end of the test run.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.matrix import (
    LOST,
    MAX_ATTEMPTS,
    STEPS,
    UNANSWERED,
    Account,
    Cell,
    assert_as_told,
    cells_of,
    seen,
)
from fakes.site import Site, serve_site

BLAME = re.compile("someone|meanwhile|other run")
# Every try of a step's write, or of its look before that, fails; what puts it back gets through.
PASSING = [
    Cell(title=title, route=route, nth=nth, fault={**fault, "count": MAX_ATTEMPTS})
    for title, route, nth in (
        ("Settings", "PATCH script-settings", 1),
        ("Settings", "GET script-settings", 2),
        ("Usage model", "PUT usage-model", 1),
        ("Subdomain", "POST subdomain", 1),
        ("Subdomain", "GET workers/scripts/*/subdomain", 1),
    )
    for fault in (UNANSWERED, {**UNANSWERED, "when": "after"}, LOST)
]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with Cloudflare() as cloudflare:
        yield Account(cloudflare, folder)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve_site() as served:
        yield served


@pytest.mark.parametrize("others", [False, True], ids=["alone", "someone deploys meanwhile"])
@pytest.mark.parametrize("on_failure", ["revert", "keep"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "update"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_fails_live_is_as_the_report_says(
    account: Account,
    site: Site,
    record_property: Callable[[str, object], None],
    step: str,
    is_first: bool,
    on_failure: str,
    others: bool,
):
    cells = cells_of(step, is_first=is_first)
    for cell in cells:
        before = account.begin(is_first=is_first)
        happened = [before]

        def meanwhile(happened=happened) -> None:
            if others:
                account.deploy_theirs(is_first=is_first)
                happened.append(seen(account.cloudflare))

        run = account.run(cell, on_failure=on_failure, site=site, meanwhile=meanwhile)

        note = f"{cell}: {run.outcome}, exit {run.exit_code}\n{run.log}"
        assert run.exit_code not in (1, 2, 3), note
        can_pass = cell.fault.get("kind") == "lost" or (cell.title == "Check" and not cell.mismatch)
        assert run.exit_code != 0 or can_pass, f"nothing failed: {note}"
        try:
            assert_as_told(
                account,
                run,
                cell=cell,
                before=_before(happened, is_first=is_first),
                wanted=account.wanted[is_first],
                is_first=is_first,
            )
        except AssertionError as error:
            raise AssertionError(f"{error}\n{note}") from error
        if not others and not cell.mismatch:
            assert not BLAME.search(run.log), f"nobody did anything: {note}"
    record_property("cells", len(cells))


def _name(cell: Cell) -> str:
    return f"{cell.route}, {cell.fault['kind']} {cell.fault.get('when', '')}"


@pytest.mark.parametrize("cell", PASSING, ids=_name)
def test_what_was_set_is_back_where_a_fault_passes_in_time_to_undo(
    account: Account, site: Site, cell: Cell
):
    before = account.begin(is_first=False)

    run = account.run(cell, on_failure="revert", site=site, meanwhile=lambda: None)

    assert run.outcome == "failed", f"{cell}: {run.log}"
    assert seen(account.cloudflare) == before, f"{cell}: {run.log}"
    assert "not put back" not in run.log


def _before(happened: list[dict], *, is_first: bool) -> dict:
    """Return what a run that changes nothing leaves: with the traffic that others moved."""
    before, after = happened[0], happened[-1]
    if is_first:
        return after
    return {**before, "traffic": after["traffic"]}
