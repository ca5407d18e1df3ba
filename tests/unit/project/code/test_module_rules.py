import re

import pytest

from workers_deploy.core.project import ModuleType
from workers_deploy.project.code.module_rules import (
    ModuleRules,
    parse_rules,
    translate_glob,
)


def type_of_import(rules: ModuleRules, written: str) -> ModuleType | None:
    rule = rules.rule_of_import(written)
    return rule.type if rule else None


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("**/*.txt", ["a.txt", "b/c/a.txt", ".txt"], ["a.txt.js", "a_txt"]),
        ("*.txt", ["a.txt"], ["b/a.txt"]),
        ("a/**", ["a/b", "a/b/c"], ["b"]),
        ("a/**/b", ["a/b", "a/x/y/b"], ["ab"]),
        ("a**b", ["axb"], ["a/b"]),
        ("**/*.wasm?module", ["a.wasm?module"], ["a.wasm1module"]),
        ("**/*.{a,b}", ["x.{a,b}"], ["x.a"]),
    ],
)
def test_globs_are_those_of_wrangler(glob, takes, leaves):
    pattern = re.compile(translate_glob(glob))

    assert all(pattern.fullmatch(path) for path in takes)
    assert not any(pattern.fullmatch(path) for path in leaves)


def test_the_defaults_follow_the_configured_rules():
    rules = parse_rules(
        [{"type": "Text", "globs": ["**/*.md"], "fallthrough": True}], is_python=False
    )

    assert rules.type_of("a.md") is ModuleType.TEXT
    assert rules.type_of("a.html") is ModuleType.TEXT
    assert rules.type_of("b/a.wasm") is ModuleType.WASM
    assert rules.type_of("a.bin") is ModuleType.DATA
    assert rules.type_of("a.js") is None
    assert rules.type_of("a.py") is None


def test_a_rule_without_fallthrough_ends_its_type():
    rules = parse_rules([{"type": "Text", "globs": ["**/*.md"]}], is_python=True)

    assert rules.type_of("a.md") is ModuleType.TEXT
    assert rules.type_of("a.txt") is None
    assert rules.type_of("a.py") is ModuleType.PYTHON


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("**/LICENSE", ["./LICENSE", "pkg/a/LICENSE"], ["LICENSE", "./LICENSE.md", "./MYLICENSE"]),
        ("src/client/*.js", ["src/client/a.js"], ["./client/a.js", "./src/client/a.js"]),
        ("./a.json", ["./a.json"], ["a.json", "../a.json", "./a.json?x"]),
        ("*.js", ["a.js", "./b/a.js"], ["./a.json", "./a.js?x"]),
        ("**/*.wasm?module", ["./a.wasm?module"], ["./a.wasm", "./a.wasmXmodule"]),
    ],
)
def test_a_rule_takes_an_import_by_what_stands_in_it(glob, takes, leaves):
    rule = {"type": "Data", "globs": [glob]}

    rules = parse_rules([rule], is_python=False)

    assert [one for one in takes if type_of_import(rules, one) is ModuleType.DATA] == takes
    assert [one for one in leaves if type_of_import(rules, one) is ModuleType.DATA] == []


def test_the_first_rule_that_counts_takes_an_import():
    rules = parse_rules(
        [
            {"type": "ESModule", "globs": ["**/*.js"]},
            {"type": "Text", "globs": ["**/client/*"]},
            {"type": "Text", "globs": ["**/*.md"]},
        ],
        is_python=False,
    )

    assert type_of_import(rules, "./client/a.js") is ModuleType.ESM
    assert type_of_import(rules, "./client/a.md") is ModuleType.TEXT
    assert rules.rule_of_import("./a.md") is None
    assert [rule.globs[0] for rule in rules.left_out] == ["**/*.md", "**/*.txt"]
