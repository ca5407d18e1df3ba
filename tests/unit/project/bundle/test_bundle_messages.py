"""What is advised where a bundle can't be made."""

import pytest

from workers_deploy.project.bundle.bundle_messages import find_hint

DATE = "2026-06-01"
OLD = "2024-05-01"
WRITE_OR_DATE = 'write "node:buffer", or set compatibility_date to 2024-09-23 or later'


@pytest.mark.parametrize("name", ["left-pad", "@acme/cart", "pkg/sub"])
def test_packages_are_to_be_installed(name):
    hint = "install the project's packages in a step before this one (npm ci)"

    assert find_hint(f'Could not resolve "{name}"', DATE, []) == hint
    assert find_hint(f'Could not resolve "{name}" (originally "x")', DATE, []) == hint


@pytest.mark.parametrize(
    "text",
    [
        'Unexpected ";"',
        'No matching export in "src/a.ts" for import "nope"',
        'Cannot find tsconfig file "nope.json"',
        'No loader is configured for ".md" files: src/a.md',
        *(f'Could not resolve "{n}"' for n in ("./gone", "../x", "/x", "#x", "@/x", "~/x", "a:b")),
    ],
)
def test_no_package_helps_against_other_errors(text):
    assert find_hint(text, DATE, []) is None


@pytest.mark.parametrize(
    ("date", "flags", "hint"),
    [
        (DATE, [], 'add the compatibility flag "nodejs_compat"'),
        (
            OLD,
            ["nodejs_compat"],
            WRITE_OR_DATE,
        ),
        (
            OLD,
            [],
            f'add the compatibility flag "nodejs_compat" and {WRITE_OR_DATE}',
        ),
        (
            DATE,
            ["nodejs_compat", "no_nodejs_compat_v2"],
            'write "node:buffer", or remove the compatibility flag "no_nodejs_compat_v2"',
        ),
    ],
)
def test_bare_names_of_node_need_a_flag_or_a_date(date, flags, hint):
    text = 'Could not resolve "buffer"'

    assert find_hint(text, date, flags) == f"it is built into Node: {hint}"
