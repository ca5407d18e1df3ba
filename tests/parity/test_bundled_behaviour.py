"""What we bundle answers as what wrangler bundles of the same project, both run in workerd."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from parity.bundling import all_projects
from parity.bundling.compare import made_by_wrangler
from parity.bundling.running import run_both
from parity.bundling.suite import Case, Suited, cases

# What runs in each test run, under its first date: a few of each kind, since bundles whose bytes
# are equal (test_bundled_bytes) answer alike. All run at night.
SAMPLE = (
    "hono with jsx",
    "mysql2",
    "aws sdk",
    "every builtin required",
    "globals of node",
    "packages called like builtins",
    "every type of rule",
    "a service worker",
    "alias and define",
    "classes of the platform",
    "a store of links",
    "new syntax",
)
# What answers an error in both, with its reason.
FAILING: Mapping[str, str] = {}


def assert_equal_answers(asked: Sequence[Case], home: Path) -> None:
    ran = run_both(asked, home)

    assert [(one.case.name, one.ours) for one in ran] == [
        (one.case.name, one.theirs) for one in ran
    ]
    failing = {one.case.name: one.ours for one in ran if any(code >= 500 for code, _ in one.ours)}
    assert {name: one for name, one in failing.items() if name not in FAILING} == {}


def test_a_sample_of_our_bundles_answers_as_those_of_wrangler(tmp_path: Path):
    first = {case.title: case for case in reversed([*cases(all_projects.PROJECTS)])}

    assert_equal_answers([first[title] for title in SAMPLE], tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize("projects", all_projects.GROUPS.values(), ids=all_projects.GROUPS)
def test_all_our_bundles_answer_as_those_of_wrangler(
    projects: Mapping[str, Suited], tmp_path: Path
):
    asked = list(cases(projects))
    theirs = made_by_wrangler(asked, tmp_path)

    assert_equal_answers(
        [case for case, made in zip(asked, theirs, strict=True) if made.modules is not None],
        tmp_path,
    )
