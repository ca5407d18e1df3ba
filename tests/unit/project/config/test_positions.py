import pytest

from fakes.loads import columns_of
from workers_deploy.project.config.document import blank_comments
from workers_deploy.project.config.positions import read_json_positions, read_toml_positions

JSON = """{
  "name": "x", // comment, with a comma
  "naïve": { "é": [1, { "b": 2, }, ], "c": true },
  "vars": { "A": 1 },
  "vars": { "A": 2 }
}"""
TOML = """name = "x"
a.b = 1
[env.staging.vars]
"é x" = { y = 1, z = [1, { w = 2 }] }
[[kv_namespaces]]
binding = "A" # one
[[kv_namespaces]]
binding = "B"
[kv_namespaces.more]
k = 1
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("name",), (2, 3), (2, 11)),
        (("naïve",), (3, 3), (3, 12)),
        (("naïve", "é"), (3, 14), (3, 19)),
        (("naïve", "é", 1), (3, 23), (3, 23)),
        (("naïve", "é", 1, "b"), (3, 25), (3, 30)),
        (("naïve", "c"), (3, 39), (3, 44)),
        (("vars", "A"), (5, 13), (5, 18)),
        (("naïve", "missing"), (3, 12), (3, 12)),
    ],
)
def test_keys_and_values_of_json_have_their_places(path, key, value):
    positions = read_json_positions(blank_comments(JSON))

    found_key, found_value = positions.of_key(path), positions.of_value(path)

    assert (found_key.line, found_key.column) == key
    assert (found_value.line, found_value.column) == value


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("name",), (1, 1), (1, 8)),
        (("a", "b"), (2, 1), (2, 7)),
        (("env", "staging", "vars"), (3, 2), (3, 1)),
        (("env", "staging", "vars", "é x"), (4, 1), (4, 9)),
        (("env", "staging", "vars", "é x", "z", 1, "w"), (4, 28), (4, 32)),
        (("kv_namespaces", 0, "binding"), (6, 1), (6, 11)),
        (("kv_namespaces", 1, "binding"), (8, 1), (8, 11)),
        (("kv_namespaces", 1, "more", "k"), (10, 1), (10, 5)),
        (("kv_namespaces", 1, "id"), (7, 1), (7, 1)),
    ],
)
def test_keys_and_values_of_toml_have_their_places(path, key, value):
    assert columns_of(read_toml_positions(TOML), path) == (key, value)


def test_windows_line_ends_count_as_one():
    positions = read_json_positions('{\r\n "a": 1,\r\n "b": 2\r\n}')

    assert positions.of_key(("b",)).line == 3


def test_what_is_nowhere_has_no_place():
    assert read_json_positions("{}").of_value(("a",)) is None
    assert read_toml_positions("[\n]").of_key(("a",)) is None


def test_a_key_is_found_however_it_is_written():
    of_json = read_json_positions('{"lim\\u0069ts": 1}')
    of_toml = read_toml_positions("\"lim\\u0069ts\" = 1\n'a\\u0069' = 2")

    assert of_json.of_value(("limits",)).column == 17
    assert of_toml.of_value(("limits",)).column == 17
    assert of_toml.of_value(("a\\u0069",)).line == 2
