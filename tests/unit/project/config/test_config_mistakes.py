"""A mistake in each part of a configuration is told by file, line and column."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.loads import HEAD, load, told, warned, write_config
from workers_deploy.project.config.keys import KEYS

LINES = (Path(__file__).parents[3] / "data" / "configuration-mistakes.txt").read_text("utf-8")
MISTAKES = dict(line.split(" → ") for line in LINES.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, mistake: str):
    line = " " + mistake
    write_config(tmp_path, "{" + HEAD + ",\n" + line.replace("§", "") + "\n}")
    (tmp_path / "public").mkdir()

    found = told(load(tmp_path))

    matching = [one for one in found if MISTAKES[mistake] in one]
    assert matching, found
    assert matching[0].startswith(f"wrangler.jsonc:2:{line.index('§') + 1}: "), matching


def test_all_mistakes_are_told_at_once(tmp_path):
    write_config(tmp_path, '{\n"name": 1,\n"main": 2,\n"vars": 3,\n"assets": 4\n}')

    found = told(load(tmp_path))

    assert [one.split(":")[1] for one in found][:4] == ["2", "3", "4", "5"]
    assert found[4] == "wrangler.jsonc: a compatibility_date is required"
    assert len(found) == 5


def test_values_are_never_quoted(tmp_path):
    write_config(
        tmp_path, "{" + HEAD + ', "vars": "s3cr3t", "kv_namespaces": [{"id": ["s3cr3t"]}]}'
    )

    loaded = load(tmp_path)

    assert loaded.problems
    assert "s3cr3t" not in repr(loaded)


def test_a_toml_date_is_refused_as_a_variable_and_is_text_inside_of_one(tmp_path):
    write_config(
        tmp_path,
        'name = "a"\nmain = "index.js"\ncompatibility_date = "2026-01-01"\n'
        "[vars]\nDAY = 2026-01-01\nDEEP = { a = [2026-01-01T00:00:00Z] }\n",
        "wrangler.toml",
    )

    assert [one.partition(": ")[0] for one in told(load(tmp_path))] == [
        "wrangler.toml:5:7",
    ]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ('"odd": 1', 'wrangler.jsonc:2:2: Unexpected fields found in top-level field: "odd"'),
        (
            '"observability": {"enabled": true, "odd": 1}',
            'wrangler.jsonc:2:37: Unexpected fields found in observability field: "odd"',
        ),
        (
            '"kv_namespaces": [{"binding": "A", "id": "a", "odd": 1}]',
            'wrangler.jsonc:2:48: Unexpected fields found in kv_namespaces[0] field: "odd"',
        ),
        (
            '"durable_objects": {"bindings": [{"name": "D", "class_name": "D"}]}',
            (
                "wrangler.jsonc:2:35: The class D has neither a migration nor an entry in "
                "`exports`: Cloudflare refuses a Durable Object that it does not know."
            ),
        ),
    ],
)
def test_an_oddity_is_a_warning_with_its_place(tmp_path, text, warning):
    write_config(tmp_path, "{" + HEAD + ",\n " + text + "}")

    loaded = load(tmp_path)

    assert loaded.project is not None
    assert warned(loaded) == [warning]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = """
binding name id bindings producers consumers queue class_name enabled mode hint region tag type
storage state directory required globs pattern custom_domain image crons events targets
"""
inner_names = st.sampled_from(NAMES.split())
mangled = st.dictionaries(
    st.sampled_from(sorted(KEYS)),
    json_values
    | st.dictionaries(inner_names, json_values, max_size=4)
    | st.lists(st.dictionaries(inner_names, json_values, max_size=4), max_size=2)
    | st.dictionaries(
        inner_names, st.lists(st.dictionaries(inner_names, json_values, max_size=4)), max_size=2
    ),
    max_size=6,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(top=mangled, section=mangled)
def test_a_mangled_configuration_gives_problems_and_no_traceback(tmp_path, top, section):
    values = {"name": "a", "main": "index.js", "compatibility_date": "2026-01-01", **top}
    if isinstance(values.get("env"), dict):
        values["env"] = {**values["env"], "a": section}
    write_config(tmp_path, json.dumps(values))

    for environment in (None, "a"):
        loaded = load(tmp_path, environment=environment)

        assert (loaded.project is None) == bool(loaded.problems)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=st.integers(0, 400), length=st.integers(0, 40), text=st.text(max_size=6))
def test_a_text_with_a_hole_gives_problems_and_no_traceback(tmp_path, start, length, text):
    whole = json.dumps(
        {
            "name": "a",
            "main": "index.js",
            "compatibility_date": "2026-01-01",
            "vars": {"A": "b", "C": [1, {"d": None}]},
            "kv_namespaces": [{"binding": "KV", "id": "k"}],
            "routes": [{"pattern": "a.com/*", "zone_name": "a.com"}],
            "env": {"b": {"vars": {"A": "b"}}},
        },
        indent=1,
    )
    write_config(tmp_path, whole[:start] + text + whole[start + length :])

    loaded = load(tmp_path, environment="b")

    assert (loaded.project is None) == bool(loaded.problems)
