import json
from pathlib import Path

import pytest

from fakes.loads import load, warned, write_config

BASE = {"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"}


def warnings(root: Path, assets: dict[str, object], workers_dev=None, **keys: object) -> list[str]:
    (root / "public").mkdir(exist_ok=True)
    said = {**BASE, "assets": {"directory": "public", **assets}, **keys}
    write_config(root, json.dumps(said))
    return [text.partition(": ")[2] for text in warned(load(root, workers_dev=workers_dev))]


@pytest.mark.parametrize(
    ("keys", "reached"),
    [
        ({}, True),
        ({"workers_dev": False}, False),
        ({"workers_dev": True, "routes": ["example.com/*"]}, True),
        ({"routes": ["example.com/docs/*"]}, True),
        ({"routes": ["https://example.com/d*"]}, True),
        ({"routes": ["example.com/other/*"]}, False),
        ({"routes": ["example.com"]}, False),
        ({"routes": [{"pattern": "a.example.com", "custom_domain": True}]}, True),
        (
            {"routes": [{"pattern": "a.example.com", "custom_domain": True, "enabled": False}]},
            False,
        ),
        ({"route": {"pattern": "example.com/docs/", "zone_name": "example.com"}}, True),
    ],
)
def test_assets_that_no_route_reaches_are_warned_of(tmp_path, keys, reached):
    found = warnings(
        tmp_path, {"base_path": "docs", "binding": "A", "run_worker_first": True}, **keys
    )

    assert any('"/docs/" is not reachable' in text for text in found) is not reached


@pytest.mark.parametrize("base", ["/", "./", "a/.."])
def test_the_root_is_always_reached(tmp_path, base):
    assert warnings(tmp_path, {"base_path": base}, workers_dev=False) == []


def test_an_input_that_turns_workers_dev_on_makes_assets_reachable(tmp_path):
    said = {"base_path": "docs"}

    assert warnings(tmp_path, said, workers_dev=True) == []
    assert len(warnings(tmp_path, said, workers_dev=False)) == 1


@pytest.mark.parametrize(
    "base", ["", "//a", "https://a", "a\\b", "a\tb", "a?b", "a#b", "a%20b", "mailto:a"]
)
def test_a_base_path_that_is_none_is_warned_of(tmp_path, base):
    (found,) = warnings(tmp_path, {"base_path": base})

    assert found.startswith('"assets.base_path" will not be taken: it ')


def test_routes_that_serve_assets_at_their_whole_path_are_warned_of(tmp_path):
    routes = [
        "example.com/*",
        "https://example.com/shop/*",
        {"pattern": "a.example.com", "custom_domain": True},
    ]

    (found,) = warnings(tmp_path, {}, routes=routes)

    path = "the route https://example.com/shop/* serves assets by the whole path: public/shop/*"
    assert found == f"{path}; what matches no asset goes to the script"


def test_a_script_that_is_always_asked_first_serves_what_it_likes(tmp_path):
    said = {"binding": "A", "run_worker_first": True}

    assert warnings(tmp_path, said, routes=["example.com/shop/*"]) == []
