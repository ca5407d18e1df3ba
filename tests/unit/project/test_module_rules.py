import re

import pytest

from workers_deploy.core.project import ModuleType
from workers_deploy.project.module_rules import parse_rules, translate_glob


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


def test_the_bundler_is_told_of_extensions():
    rules = parse_rules(
        [
            {"type": "ESModule", "globs": ["**/*.mjs"]},
            {
                "type": "Data",
                "globs": ["**/LICENSE", "data/*.db", "**/*.d.bin"],
                "fallthrough": True,
            },
        ],
        is_python=False,
    )

    assert rules.extensions([ModuleType.ESM]) == [
        ".d.bin", ".txt", ".html", ".sql", ".bin", ".wasm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("**/LICENSE", ["LICENSE", "src/a/LICENSE"], ["LICENSE.md", "MYLICENSE"]),
        ("templates/*", ["templates/a", "src/templates/a/b"], ["my-templates/a", "a/templates"]),
        ("./a.json", ["a.json", "src/a.json"], ["b.json"]),
        ("*.js", ["a.js", "src/a.js"], ["a.json"]),
    ],
)
def test_a_rule_by_path_takes_the_files_that_an_import_may_mean(glob, takes, leaves):
    rule = {"type": "Text", "globs": [glob], "fallthrough": True}

    rules = parse_rules([rule], is_python=False).by_path([ModuleType.ESM])

    assert [rules.type_of_import(path) for path in takes] == [ModuleType.TEXT] * len(takes)
    assert [rules.type_of_import(path) for path in leaves] == [None] * len(leaves)


def test_rules_by_extension_ask_for_no_search_of_files():
    assert parse_rules([], is_python=False).by_path([]).rules == ()


def test_a_file_that_only_an_ended_rule_takes_is_known():
    rules = parse_rules([{"type": "Text", "globs": ["**/*.md"]}], is_python=False)

    assert rules.ends_before("src/a.txt")
    assert not rules.ends_before("src/a.md")
    assert not rules.ends_before("src/a.js")
