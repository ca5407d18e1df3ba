"""What we upload of a project is what wrangler uploads, to the byte, with the same esbuild."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from parity.bundling import all_projects
from parity.bundling.compare import differences, made_by_us, made_by_wrangler
from parity.bundling.suite import Suited, cases

# Each difference that is on purpose, with its reason.
_PLAIN = "nothing is to be bundled: it goes up as it is, which needs no esbuild"
ON_PURPOSE: Mapping[str, str] = {
    "plain 2026-06-01": _PLAIN,
    "globals of node 2026-05-01": _PLAIN,
    "node by default 2026-08-04": _PLAIN,
    "node by default 2026-11-01": _PLAIN,
    "additional modules from a base folder 2026-06-01": "wrangler leaves `../lazy/one.js`, which "
    "leads nowhere from the bundle: its script fails at run time",
    "a module of the runtime 2026-06-01": "Cloudflare knows its modules: wrangler refuses all",
}


@pytest.mark.parametrize("projects", all_projects.GROUPS.values(), ids=all_projects.GROUPS)
def test_our_bundles_are_those_of_wrangler(projects: Mapping[str, Suited], tmp_path: Path):
    asked = list(cases(projects))

    theirs = made_by_wrangler(asked, tmp_path)
    found = {
        case.name: differences(ours, other)
        for case, ours, other in zip(asked, made_by_us(asked), theirs, strict=True)
    }

    differing = {name: difference for name, difference in found.items() if difference}
    expected = {case.name for case in asked if case.name in ON_PURPOSE}
    assert differing.keys() == expected, differing


def test_the_suite_asks_much():
    asked = [case.name for case in cases(all_projects.PROJECTS)]

    assert len(asked) == len(set(asked)) > 230
    assert set(ON_PURPOSE) <= set(asked)
