import re
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workers_deploy.report.encode import (
    MAX_DOTENV_BYTES,
    MAX_DOTENV_VARIABLES,
    render_dotenv,
    render_properties,
    render_shell,
)

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(st.sampled_from(["etag", "urls", "deployment-url", "plan"]), VALUES))
@example({"etag": "a\r\nB=2\n#x", "urls": "\x0b\x0c\x1c\x85\u2028"})
def test_a_dotenv_file_is_one_variable_a_line(outputs):
    text = render_dotenv(outputs)

    lines = text.splitlines()
    assert all(re.match(r"WORKERS_DEPLOY_[A-Z_]+=", line) for line in lines)
    assert len(lines) == len(outputs) - ("plan" in outputs)


def test_a_dotenv_file_stays_within_gitlabs_bounds():
    many = {f"name-{n}": "x" for n in range(40)}
    long = {"a": "x" * MAX_DOTENV_BYTES, "b": "ü" * (MAX_DOTENV_BYTES // 3), "c": "short"}

    assert len(render_dotenv(many).splitlines()) == MAX_DOTENV_VARIABLES
    assert len(render_dotenv(long).encode()) <= MAX_DOTENV_BYTES
    assert render_dotenv(long).endswith("WORKERS_DEPLOY_C=short\n")


def read_properties(text):
    """Reads a properties file as java.util.Properties does."""
    found = {}
    for line in text.split("\n")[:-1]:
        assert line.isascii()
        key, _, value = line.partition("=")
        value = value.lstrip(" \t\f")
        found[key] = re.sub(r"\\(u([0-9a-f]{4})|(.))", _unescape, value)
    return {
        key: value.encode("utf-16", "surrogatepass").decode("utf-16")
        for key, value in found.items()
    }


def _unescape(match):
    if match[2]:
        return chr(int(match[2], 16))
    return {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}.get(match[3], match[3])


@given(VALUES)
@example("  two blanks")
@example("🎉 ü \\ # ! : =")
def test_a_value_survives_a_properties_file(value):
    assert read_properties(render_properties({"etag": value, "z": "1"})) == {
        "etag": value,
        "z": "1",
    }


@settings(max_examples=20)
@given(VALUES.map(lambda text: text.replace("\0", "")))
@example("$(touch x); `id` 'a' \"b\" \\ \n !!")
def test_a_value_survives_the_shell(value):
    script = render_shell({"etag": value}) + 'printf "%s" "$WORKERS_DEPLOY_ETAG"'

    run = subprocess.run(["sh", "-c", script], env={}, capture_output=True, check=True)

    assert run.stdout == value.encode()


@pytest.mark.parametrize("render", [render_dotenv, render_properties, render_shell])
def test_no_outputs_make_an_empty_file(render):
    assert render({}) == ""
