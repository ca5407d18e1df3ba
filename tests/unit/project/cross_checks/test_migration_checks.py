"""Migrations that can't be applied are refused as wrangler refuses them, where they stand."""

import json

import pytest

from fakes.loads import load, told, write_config

FIRST = {"tag": "v1", "new_classes": ["A"], "new_sqlite_classes": ["S"]}


def write(root, *steps):
    keys = {"name": "shop", "main": "index.js", "compatibility_date": "2026-06-01"}
    (root / "index.js").write_text("export default {};")
    head = json.dumps(keys)[:-1]
    write_config(root, f'{head},\n"migrations": {json.dumps([FIRST, *steps])}}}')


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"deleted_classes": ["Old"]}, "deleted_classes migration to non-existent class Old"),
        (
            {"renamed_classes": [{"from": "Old", "to": "B"}]},
            "renamed_classes migration to non-existent class Old",
        ),
        ({"new_classes": ["S"]}, "new_classes migration to existing class S"),
        ({"new_sqlite_classes": ["A"]}, "new_sqlite_classes migration to existing class A"),
    ],
)
def test_what_can_not_be_applied_is_refused(tmp_path, step, message):
    write(tmp_path, {"tag": "v2", **step})

    (found,) = told(load(tmp_path))

    assert found.startswith("wrangler.jsonc:2:")
    assert found.endswith(f": Cannot apply {message}")


def test_each_step_goes_on_from_the_one_before(tmp_path):
    write(
        tmp_path,
        {"tag": "v2", "deleted_classes": ["A"], "new_sqlite_classes": ["A"]},
        {"tag": "v3", "renamed_classes": [{"from": "A", "to": "B"}], "new_classes": ["A"]},
        {"tag": "v4", "deleted_classes": ["A", "B", "S"]},
        {"tag": "v5", "transferred_classes": [{"from": "A", "from_script": "o", "to": "T"}]},
        {"tag": "v6", "new_classes": ["T"]},
    )

    assert told(load(tmp_path)) == []
