"""What we take a date and flags to give of Node is what wrangler and its packages answer."""

import json
import random
import subprocess
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.patience import PATIENCE
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.bundle.node_compat import NodeMode, node_mode, read_node_table
from workers_emulator.runtime.tools import find_node

SCRIPTS = Path(__file__).parents[1] / "node"
TABLE = read_node_table()
DRAWN = 500
MODE_FLAGS = (
    "nodejs_als",
    "nodejs_compat",
    "no_nodejs_compat",
    "nodejs_compat_v2",
    "no_nodejs_compat_v2",
)
Pair = tuple[str, list[str]]


def run_node(script: str, stdin: str = "") -> str:
    words = [find_node(None), "--no-warnings", SCRIPTS / script, NODE_MODULES]
    return subprocess.run(
        words, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=True
    ).stdout


def draw_pairs(drawing: random.Random) -> list[Pair]:
    """Dates at and around those of the table and anywhere; few flags, and many of one feature."""
    known = sorted({day for one in TABLE.features for day in one["since"].values() if day})
    pairs = []
    for _ in range(DRAWN):
        near = date.fromisoformat(drawing.choice(known)) + timedelta(days=drawing.randint(-1, 1))
        anywhere = date(2023, 1, 1) + timedelta(days=drawing.randint(0, 1600))
        feature = drawing.choice(TABLE.features)["flags"]
        others = drawing.choice(TABLE.features)["flags"]
        flags = [
            *drawing.sample(feature, drawing.randint(0, len(feature))),
            *drawing.sample(others, drawing.randint(0, len(others))),
            *drawing.sample(MODE_FLAGS, drawing.randint(0, 3)),
        ]
        drawing.shuffle(flags)
        pairs.append((drawing.choice((near, anywhere)).isoformat(), list(dict.fromkeys(flags))))
    return pairs


def our_environment(day: str, flags: Collection[str]) -> dict[str, Any]:
    found = TABLE.environment(day, flags)
    return {
        "alias": dict(found.alias),
        "inject": [
            [name, one if isinstance(one, str) else list(one)] for name, one in found.inject.items()
        ],
        "polyfill": list(found.polyfill),
        "external": sorted(found.external),
    }


def their_environment(found: dict[str, Any]) -> dict[str, Any]:
    """As ours: globals are set in their order, that of external modules says nothing."""
    return {
        **found,
        "inject": [list(one) for one in found["inject"].items()],
        "external": sorted(found["external"]),
    }


def is_refused(flags: Sequence[str]) -> bool:
    return {"nodejs_compat", "nodejs_compat_v2"} <= set(flags)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return draw_pairs(random.Random(10))


@pytest.fixture(scope="module")
def asked(pairs: list[Pair]) -> Any:
    stdin = json.dumps([{"date": day, "flags": flags} for day, flags in pairs])
    return json.loads(run_node("node_answers.cjs", stdin))


def test_the_table_answers_as_the_packages_that_it_was_learned_from(pairs: list[Pair], asked: Any):
    theirs = [their_environment(one["environment"]) for one in asked["answers"]]

    assert [our_environment(*pair) for pair in pairs] == theirs
    assert len({json.dumps(one) for one in theirs}) > 100
    assert list(TABLE.builtins) == asked["builtins"]


def test_the_mode_is_the_one_of_wrangler(pairs: list[Pair], asked: Any):
    allowed = [
        (pair, one) for pair, one in zip(pairs, asked["answers"], strict=True) if not one["error"]
    ]
    ours = [node_mode(*pair) for pair, _ in allowed]

    assert ours == [NodeMode(one["mode"] or "none") for _, one in allowed]
    assert set(ours) == set(NodeMode)
    refused = [pair for pair, one in zip(pairs, asked["answers"], strict=True) if one["error"]]
    assert refused == [pair for pair in pairs if is_refused(pair[1])]


def test_the_table_is_of_the_versions_that_wrangler_needs(asked: Any):
    wrangler = json.loads((NODE_MODULES / "wrangler" / "package.json").read_text())

    assert TABLE.versions == asked["versions"]
    assert TABLE.versions == {name: wrangler["dependencies"][name] for name in TABLE.versions}


def test_make_lock_would_write_the_same_table():
    written = Path(read_node_table.__code__.co_filename).with_name("node_table.json")

    assert run_node("node_table.mjs") == written.read_text()
