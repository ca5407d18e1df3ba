"""Texts that nobody writes on purpose are problems with a place, or taken as they are."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.loads import HEAD, load, told, write_config
from fakes.parity_project import our_metadata
from fakes.warm_wrangler import NODE_MODULES
from parity.our_configurations import TAKEN
from workers_deploy.api.http.body import compact_json
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.config.document import blank_comments
from workers_deploy.project.esbuild.program import find_esbuild

ESBUILD = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
SEEDS = [
    json.loads(blank_comments(text.lstrip("\ufeff")))
    for file, text in TAKEN.values()
    if file != "wrangler.toml"
]
ODD = [
    *("", " ", "\0", "a\0b", "\ud800", "\udcff", "é\u2028", "a\nb", "a" * 300, "a/" * 3000),
    *("..", "../..", "/etc/passwd", "/dev/null", "~", "C:\\a", "-x", "--x=y", "@", "#", "?"),
    *("*", "**/*", "[", "{", "${A}", "a=b", '"', "'", "\\", "%00", "__proto__", "constructor"),
]
lenient = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('"main": "\\u0000"', '2:9: "main" holds a null character'),
        ('"main": "\\ud800"', '2:9: "main" holds half of a surrogate pair, which is no character'),
        ('"base_dir": "a\\u0000"', '2:13: "base_dir" holds a null character'),
        ('"tsconfig": "\\u0000"', '2:13: "tsconfig" holds a null character'),
        ('"jsx_factory": "\\u0000"', '2:16: "jsx_factory" holds a null character'),
        ('"alias": {"a": "\\u0000"}', '2:16: "alias.a" holds a null character'),
        ('"define": {"\\u0000": "1"}', "2:12: a key of it holds a null character"),
        ('"assets": {"directory": "\\u0000"}', '2:25: "assets.directory" holds a null character'),
        ('"rules": [{"type": "Text", "globs": ["\\u0000"]}]', "2:38: "),
        ('"account_id": "\\udfff"', '2:15: "account_id" holds half of a surrogate pair'),
    ],
)
def test_a_character_that_no_path_has_is_told_where_it_stands(tmp_path, text, problem):
    write_config(tmp_path, "{" + HEAD + ",\n" + text + "}")

    found = told(load(tmp_path, esbuild=ESBUILD, bundle=BundleMode.YES))

    assert f"wrangler.jsonc:{problem}" in "\n".join(found)


@pytest.mark.parametrize("key", ["base_dir", "main"])
def test_a_name_that_is_too_long_is_that_of_nothing(tmp_path, key):
    write_config(
        tmp_path, "{" + HEAD + f',\n"{key}": "{"a" * 300}"' + ',"find_additional_modules": true}'
    )

    (problem,) = told(load(tmp_path))

    assert problem.startswith(f"wrangler.jsonc:2:{len(key) + 5}: ")


def test_assets_in_a_folder_of_an_impossible_name_do_not_exist(tmp_path):
    write_config(tmp_path, "{" + HEAD + ', "assets": {"directory": "' + "a" * 300 + '"}}')

    (problem,) = load(tmp_path).problems

    assert problem.message.endswith("does not exist")


def test_half_of_a_surrogate_pair_is_a_value_like_any_other():
    written = compact_json({"text": "a\ud800", "é": "\U0001f600"})

    assert written == '{"text":"a\\ud800","é":"\U0001f600"}'.encode()


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every text and every object in a value."""
    if isinstance(value, str | dict) and path:
        yield path
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from places_of(inner, (*path, key))


def put(values: dict[str, Any], path: tuple[Any, ...], odd: str) -> None:
    """Replace a text; into an object put one more."""
    *way, last = path
    holder: Any = values
    for step in way:
        holder = holder[step]
    if isinstance(holder[last], dict):
        holder[last][odd] = odd
    else:
        holder[last] = odd


@st.composite
def odd_configurations(draw: st.DrawFn) -> dict[str, Any]:
    values = deepcopy(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(places_of(values))
        put(values, draw(st.sampled_from(places)), draw(st.sampled_from(ODD)))
    return values


def make_checkout(tmp_path: Path, values: dict[str, Any]) -> Path:
    """Make a checkout so deep that a parent of it is of this test, too."""
    root = tmp_path / "a" / "b" / "c"
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "src/index.js").write_text("import './more';\nexport default { fetch() {} };\n")
    (root / "src/more.js").write_text("export class Counter {}\n")
    (root / "public").mkdir(exist_ok=True)
    (root / "public/index.html").write_text("hello\n")
    (root / "wrangler.json").write_text(json.dumps(values))
    return root


def check_load(root: Path, **request: Any) -> None:
    loaded = load(root, refuses_unsupported=False, **request)
    assert (loaded.project is None) == bool(loaded.problems)
    assert all(one.place for one in loaded.problems)
    if loaded.project is not None:
        compact_json(our_metadata(loaded.project))


@settings(lenient, max_examples=150)
@given(values=odd_configurations())
def test_odd_texts_give_problems_and_no_traceback(tmp_path, values):
    root = make_checkout(tmp_path, values)

    for environment in (None, *(values.get("env") or {})):
        check_load(root, bundle=BundleMode.NO, environment=environment)


@settings(lenient, max_examples=25)
@given(values=odd_configurations())
def test_odd_texts_are_problems_of_a_bundle_too(tmp_path, values):
    root = make_checkout(tmp_path, values)

    check_load(root, bundle=BundleMode.YES, esbuild=ESBUILD)


@settings(lenient, max_examples=60)
@given(
    name=st.sampled_from(["main", "assets", "config", "working_directory", "script_name"]),
    odd=st.sampled_from([one for one in ODD if one and "\0" not in one and "\ud800" not in one]),
)
def test_odd_inputs_are_problems_of_the_inputs(tmp_path, name, odd):
    root = make_checkout(tmp_path, {**SEEDS[0], "vars": {}})

    loaded = load(root, bundle=BundleMode.NO, **{name: odd})

    assert (loaded.project is None) == bool(loaded.problems)
