"""TOML as wrangler's parser reads it; tests/parity/our_texts.py asks wrangler itself."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from fakes.loads import columns_of, load, project_of, told
from workers_deploy.project.config.positions import read_toml_positions
from workers_deploy.project.config.toml import TomlFlawError, read_toml, without_dates
from workers_deploy.project.config.toml_1_0 import as_toml_1_0

HEAD = 'name = "a"\nmain = "index.js"\ncompatibility_date = "2026-01-01"\n'
NEW = (
    'name = "\\x41\\e" # one, }\n'
    "vars = { # two }\n"
    '  "é\\x41" = "\\\\x41", # three\n'
    '  "it\'s" = { t = 10:30, z = [\n'
    "    1, # four\n"
    "    2,\n"
    "  ], d = 2026-01-31T10:30:00+01:00, },\n"
    "  text = '''}\n"
    '  \\e\'\'\', many = "\'", more = """\n'
    '  ]\\x41""",\n'
    "}\n"
    "last = { a = 1 }\n"
)


def write_toml(tmp_path, text):
    (tmp_path / "index.js").write_text("export default { fetch() {} };\n")
    (tmp_path / "wrangler.toml").write_bytes((HEAD + text).encode())


def test_what_toml_1_1_added_is_taken(tmp_path):
    write_toml(tmp_path, 'vars = {\n  A = "\\x41\\e", # a\n  B = [1, 2,],\n}\n')

    bindings = project_of(tmp_path).bindings

    assert {one.name: dict(one.fields) for one in bindings} == {
        "A": {"text": "A\x1b"},
        "B": {"json": [1, 2]},
    }


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("vars",), (2, 1), (2, 8)),
        (("vars", "éA"), (3, 3), (3, 13)),
        (("vars", "it's"), (4, 3), (4, 12)),
        (("vars", "it's", "t"), (4, 14), (4, 18)),
        (("vars", "it's", "z", 1), (6, 5), (6, 5)),
        (("vars", "it's", "d"), (7, 6), (7, 10)),
        (("vars", "text"), (8, 3), (8, 10)),
        (("vars", "more"), (9, 22), (9, 29)),
        (("last", "a"), (12, 10), (12, 14)),
    ],
)
def test_what_toml_1_1_added_moves_no_position(path, key, value):
    assert columns_of(read_toml_positions(NEW), path) == (key, value)


def test_a_shape_is_as_long_as_its_text():
    source = NEW.encode()

    assert len(as_toml_1_0(source)) == len(source)


def test_a_mistake_between_new_spellings_has_its_place(tmp_path):
    write_toml(tmp_path, 'limits = {\n  # "é"\n  cpu_ms = "\\x41",\n}\n')

    (problem,) = told(load(tmp_path))

    assert problem.startswith("wrangler.toml:6:12: ")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a = """\r\none\r\ntwo"""\r\n', "one\r\ntwo"),
        ('a = """one\\\r\n  two\\\\\r\n"""', "onetwo\\\r\n"),
        ('a = """one\\  \r\n\r\n  two"""', "onetwo"),
        ("a = '''\r\none\\\r\n'''", "one\\\r\n"),
        ("# '''\r\na = '''one\r\n'''", "one\r\n"),
        ("a = ['''\r\n\r\n''', { b = '\"\"\"' }]\r\n", ["\r\n", {"b": '"""'}]),
        ('a = """"one\r\n"""""', '"one\r\n""'),
        ("a = '''one\n'''", "one\n"),
        ("a = '''\ue000\r\n'''", "\ue000\r\n"),
    ],
)
def test_carriage_returns_of_a_string_stay(text, value):
    assert read_toml(text) == {"a": value}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("b = 1\na = 9007199254740992", 2, 5),
        ("a = { b = [1,\n -9007199254740992] }", 2, 2),
        ("a = true\nb = ", 2, 5),
    ],
)
def test_what_is_refused_has_its_place(text, line, column):
    with pytest.raises(TomlFlawError) as caught:
        read_toml(text)

    assert (caught.value.line, caught.value.column) == (line, column)


def test_dates_are_written_as_javascript_writes_them():
    west = timezone(timedelta(hours=-8))

    assert without_dates(
        {
            "a": [date(2026, 1, 31), time(10, 30), time(10, 30, 15, 123999)],
            "b": datetime(2026, 1, 31, 1, 2, 3, tzinfo=UTC),
            "c": datetime(2026, 1, 31, 1, 2, 3, tzinfo=west),
            "d": datetime(2026, 1, 31, 1, 2, 3),  # noqa: DTZ001 - TOML's local ones
            "e": 1,
        }
    ) == {
        "a": ["2026-01-31", "10:30:00.000", "10:30:15.123"],
        "b": "2026-01-31T01:02:03.000Z",
        "c": "2026-01-31T01:02:03.000-08:00",
        "d": "2026-01-31T01:02:03.000",
        "e": 1,
    }


def test_what_is_nested_too_deeply_is_a_problem(tmp_path):
    write_toml(tmp_path, f"vars = {{ A = {'[' * 5000} }}\n")

    assert told(load(tmp_path)) == ["wrangler.toml: wrangler.toml is nested too deeply"]
