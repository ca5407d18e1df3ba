"""What users read is written in plain English: words that nobody would say aloud are out.

The list grows with each one that is found. Code and its docstrings are not searched: there some of
them are a word of the field.
"""

import re
from pathlib import Path

import pytest

from workers_deploy.inputs.model import Inputs

ROOT = Path(__file__).parents[2]
FILES = (ROOT / "action.yml", ROOT / "pipe.yml")
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *FILES])
# What is out, and what to write instead.
OUT = {
    r"\b(is|are|was|were|be|and|or) told\b": "is reported, is shown, the log says",
    r"\bmend(s|ed)?\b": "fix",
    r"\bmeanwhile\b": "during this run, since then",
    r"\bguards? to open\b": "safety checks to skip",
    r"\bpowerless\b": "neutralized",
    r"\bgo(es)? up\b": "is uploaded",
    r"\b(is|are) none (of|that)\b": "is not",
    r"\bseconds in all\b": "time limit in seconds",
    r"\bone a line\b": "one per line",
    r"\bof ours\b": "of this tool",
    r"\bthere will be none\b": "there is no …",
    r"\bshall\b": "must, will",
    r"\bno business of\b": "not its job",
    r"\bis no (text|number|URL|name|verdict|rollout|link)\b": "is not a …",
}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_document_has_no_word_that_is_out(path: Path):
    assert found_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", Inputs.model_fields)
def test_the_help_of_an_input_has_no_word_that_is_out(name: str):
    assert found_in(str(Inputs.model_fields[name].description)) == []


def test_the_list_finds_what_it_is_for():
    text = "The problem is told.\nNames, one a line; a rollback mends that."

    assert found_in(text) == [
        "line 1: 'is told': write: is reported, is shown, the log says",
        "line 2: 'mends': write: fix",
        "line 2: 'one a line': write: one per line",
    ]


def found_in(text: str) -> list[str]:
    """Return each word that is out, by its line, with what to write instead."""
    return [
        f"line {number}: {found[0]!r}: write: {instead}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, instead in OUT.items()
        for found in re.finditer(pattern, line, re.IGNORECASE)
    ]
