from pathlib import Path

import pytest

from workers_deploy.project.config.document import Document, blank_comments, read_document
from workers_deploy.project.findings import Findings


def read(tmp_path: Path, content: str | bytes, name: str = "wrangler.jsonc") -> tuple[object, str]:
    """Return the values and, where there is one, the problem."""
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    findings = Findings()
    document = read_document(file, name, findings)
    problems = "; ".join(f"{one.place}: {one.message}" for one in findings.problems)
    return (document.values if document else None), problems


def test_comments_and_trailing_commas_are_no_mistake(tmp_path):
    text = '\ufeff{ // one\r\n "a": "// text, ]", /* two\r\n, */ "b": [1, 2,\r\n ], }'

    assert read(tmp_path, text) == ({"a": "// text, ]", "b": [1, 2]}, "")


def test_blanking_keeps_every_other_character_in_its_place():
    text = '{"a": 1, // x,}\n "é": /*\n*/ [2, ], }'

    blanked = blank_comments(text)

    assert len(blanked) == len(text)
    assert [i for i, c in enumerate(blanked) if c == "\n"] == [
        i for i, c in enumerate(text) if c == "\n"
    ]
    assert blanked.index('"é"') == text.index('"é"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n  "a": tru\n}', "wrangler.jsonc:2:8: wrangler.jsonc can't be parsed: expecting value"),
        ("{'a': 1}", "wrangler.jsonc:1:2: "),
        ('{"a": 1} x', "wrangler.jsonc:1:10: "),
        ('{\n "a": NaN}', "wrangler.jsonc:2:7: wrangler.jsonc can't be parsed: NaN is no JSON"),
        ('{"a": [ ,]}', "wrangler.jsonc:1:9: wrangler.jsonc can't be parsed: expecting value"),
        ('{"a": {,}}', "wrangler.jsonc:1:8: "),
        ("[1]", "wrangler.jsonc:1:1: wrangler.jsonc has to hold an object"),
        ("", "wrangler.jsonc:1:1: "),
        ('{"a": ' * 100_000, "wrangler.jsonc: wrangler.jsonc is nested too deeply"),
    ],
)
def test_a_mistake_in_json_has_its_line_and_column(tmp_path, text, problem):
    values, told = read(tmp_path, text)

    assert values is None
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('a = 1\nb = "x\n', "wrangler.toml:2:7: "),
        ("a = 1\nb = ", "wrangler.toml:2:5: "),
        ("a = 1\na = 2", "wrangler.toml:2:6: "),
    ],
)
def test_a_mistake_in_toml_has_its_line_and_column(tmp_path, text, problem):
    values, told = read(tmp_path, text, "wrangler.toml")

    assert values is None
    assert told.startswith(problem)


def test_bytes_that_are_no_text_have_their_line(tmp_path):
    _, told = read(tmp_path, b'{\n"a": "\xff"}')

    assert told == "wrangler.jsonc:2: wrangler.jsonc is not UTF-8 text"


def test_a_file_that_can_not_be_read_is_a_problem(tmp_path):
    findings = Findings()

    assert read_document(tmp_path, "folder", findings) is None
    assert findings.problems[0].message == "folder can't be read: Is a directory"


def test_numbers_are_those_of_javascript(tmp_path):
    values, _ = read(tmp_path, "a = 2.0\nb = 1.5\nc = nan\nd = [1e400]", "wrangler.toml")

    assert values == {"a": 2, "b": 1.5, "c": None, "d": [None]}
    assert isinstance(values["a"], int)


def test_a_document_does_not_show_what_it_holds(tmp_path):
    document = Document(
        file=tmp_path, shown="wrangler.json", text="secret", values={"vars": {"A": "secret"}}
    )

    assert "secret" not in repr(document)
