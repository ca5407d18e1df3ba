"""docs/configuration.md tells what the code does with every key that wrangler knows."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fakes.loads import HEAD, load, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.config.binding_kinds import KINDS
from workers_deploy.project.config.keys import KEYS, Key
from workers_deploy.project.cross_checks.unsupported import FEDRAMP_API, IGNORED, UNSUPPORTED

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
SCHEMA: Mapping[str, Any] = json.loads(
    (NODE_MODULES / "wrangler" / "config-schema.json").read_text(encoding="utf-8")
)
# What is in them is the user's own, or an environment again.
NOT_WALKED = ("previews", "env", "vars")
# Known beside "protocol": "udp" only, as wrangler knows them.
OF_UDP = {("connect", "[]", name) for name in ("idle_timeout_ms", "max_pending_bytes")}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of a section's table, without its head."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def place_of(key: Key) -> str:
    if key.top_level_only:
        return "top level only"
    return "inherited" if key.inherited else "own"


def test_every_key_stands_in_the_table_once_with_what_an_environment_does_with_it():
    told = [(names(cell)[0], where) for cell, where, _ in rows("Keys")]

    assert sorted(told) == sorted((name, place_of(key)) for name, key in KEYS.items())


def test_every_key_of_wranglers_schema_is_known():
    assert set(SCHEMA["definitions"]["RawConfig"]["properties"]) <= set(KEYS)


def test_what_is_said_to_be_refused_is_refused_and_the_other_way_round():
    told = {names(key)[0]: what for key, _, what in rows("Keys") if what.startswith("**refused**")}

    whole = {one.name: f"**refused**: {one.instead}" for one in UNSUPPORTED if len(one.path) == 1}
    assert told == whole


def test_what_is_said_to_be_warned_of_is_warned_of_and_the_other_way_round():
    told = {names(key)[0] for key, _, what in rows("Keys") if what.startswith("**warning**")}

    assert told == {one.path[0] for one in IGNORED}


def test_every_refusal_stands_there_with_its_way_out():
    table = {names(what)[0]: instead for what, instead in rows("Refused, by name")}

    assert {one.name: one.instead for one in UNSUPPORTED}.items() <= table.items()
    assert FEDRAMP_API in table["compliance_region"]
    assert len(table) == len(UNSUPPORTED) + 2


def test_every_warning_stands_there_with_its_way_out():
    table = {names(what)[0]: instead for what, instead in rows("Left alone, with a warning")}

    assert {one.name: one.instead for one in IGNORED}.items() <= table.items()
    assert set(table) == {one.name for one in IGNORED} | {"d1_databases[].migrations_dir"}


@pytest.mark.parametrize(
    "key", [names(key)[0] for key, _, what in rows("Keys") if what.startswith("not used")]
)
def test_a_key_that_is_not_used_changes_nothing_and_is_not_warned_of(tmp_path: Path, key: str):
    said = {"access": {"dev": {"aud": "a"}}, "dev": {"port": 1}, "send_metrics": False}
    value = json.dumps(said.get(key, "a" if key != "cloudchamber" else {"vcpu": 1}))
    without = load(write_config(tmp_path / "without", "{" + HEAD + "}"))
    given = load(write_config(tmp_path / "with", "{" + HEAD + f', "{key}": {value}' + "}"))

    assert (given.project, given.problems, given.warnings) == (without.project, (), ())


def test_every_kind_of_binding_stands_there_with_its_fields():
    told = {
        names(key)[0]: (names(type_), names(sent), names(inherited))
        for key, type_, sent, inherited in rows("Bindings")
    }

    kinds = {
        ".".join(kind.key): (
            [kind.type],
            [field.name for field in kind.fields if field.written],
            [field.name for field in kind.fields if field.is_resource],
        )
        for kind in KINDS
    }
    assert kinds.items() <= told.items()
    assert set(told) == set(kinds) | {"assets.binding", "unsafe.bindings"}


def deref(node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        node = SCHEMA["definitions"][node["$ref"].rpartition("/")[2]]
    return node


def walk(node: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of every property below a node; `[]` is an item, `{}` a value of any key."""
    node = deref(node)
    if path and path[0] in NOT_WALKED:
        return
    for choice in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        yield from walk(choice, path)
    for name, inner in node.get("properties", {}).items():
        yield (*path, name)
        yield from walk(inner, (*path, name))
    if isinstance(node.get("items"), dict):
        yield from walk(node["items"], (*path, "[]"))
    if isinstance(node.get("additionalProperties"), dict):
        yield from walk(node["additionalProperties"], (*path, "{}"))


def value_at(path: tuple[str, ...]) -> Any:
    """Return a value that has nothing but a null at a path."""
    if not path:
        return None
    first, *further = path
    inner = value_at(tuple(further))
    return [inner] if first == "[]" else {"Any" if first == "{}" else first: inner}


def test_no_field_of_wranglers_schema_is_taken_for_an_unknown_one(tmp_path: Path):
    paths = sorted({*walk(SCHEMA["definitions"]["RawConfig"], ())} - OF_UDP)
    unknown = []
    for path in paths:
        write_config(tmp_path, json.dumps(value_at(path)))

        found = [one.text for one in load(tmp_path).warnings if "Unexpected fields" in one.text]

        unknown += [(path, text) for text in found if text.endswith(f'"{path[-1]}"')]

    assert len(paths) > 300
    assert unknown == []
