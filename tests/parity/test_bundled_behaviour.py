"""What we bundle answers as what wrangler bundles of the same project, both run in workerd."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest

from parity.bundling import all_projects
from parity.bundling.compare import made_by_wrangler
from parity.bundling.running import Answers, run_both
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
_NO_NODE = "what is imported of Node is there with nodejs_compat only"
FAILING: Mapping[str, str] = {
    "a service worker with node 2026-05-01": "an internal error of workerd, which says no more",
    "an address 2026-06-01": "workerd imports no URLs",
    "named exports alone 2026-06-01": "workerd takes no number as an entry point",
    "no node 2024-06-01": _NO_NODE,
    "node als 2024-06-01": _NO_NODE,
    "node als 2026-05-01": _NO_NODE,
    "parts that are required 2026-06-01": "esbuild's `require` throws for what is a file beside it",
}
# What answers an error in wrangler's alone, with its reason.
FAILING_THERE: Mapping[str, str] = {
    "additional modules from a base folder 2026-06-01": "it leaves an import that leads nowhere",
}


def assert_equal_answers(asked: Sequence[Case], home: Path) -> None:
    ran = run_both(asked, home)

    differing = {one.case.name: (one.ours, one.theirs) for one in ran if one.ours != one.theirs}
    failing = {one.case.name: one.ours for one in ran if _fails(one.ours)}
    assert differing.keys() == _among(FAILING_THERE, asked), differing
    assert failing.keys() == _among(FAILING, asked), failing


def _fails(answers: Answers) -> bool:
    return any(code >= 500 for code, _ in answers)


def _among(names: Collection[str], asked: Sequence[Case]) -> set[str]:
    return {case.name for case in asked if case.name in names}


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
