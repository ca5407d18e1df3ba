"""docs/conformance.md says what the scenarios and the emulator are, and the target keeps apart."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.names import PREFIX
from conformance.target import Target
from conformance.write_document import DOCUMENT, written

HOW = "PYTHONPATH=tests .venv/bin/python -m conformance.write_document"
pytestmark = pytest.mark.of_the_emulator
SCENARIO = re.compile(r"^def test_(\w+)", re.MULTILINE)


def test_the_document_says_what_is_assumed_and_what_was_run_last():
    document = DOCUMENT.read_text(encoding="utf-8")

    assert document == written(document), f"run: {HOW}"


def test_the_document_lists_every_scenario():
    files = sorted(Path(__file__).parent.glob("test_*_scenarios.py"))
    names = [name for file in files for name in SCENARIO.findall(file.read_text("utf-8"))]

    document = DOCUMENT.read_text(encoding="utf-8")

    assert len(names) >= 12
    listed = re.findall(r"^- (.+?)\.?$", document, re.MULTILINE)
    assert set(listed) >= {name.replace("_", " ") for name in names}


def test_cleaning_up_deletes_the_scenarios_scripts_and_no_others(target: Target):
    other = replace(target, prefix=f"{PREFIX}other-")
    for script in (target.script("mine"), other.script("theirs")):
        script.answering("hello")
        script.deploy()

    target.clean_up()

    assert target.names() == []
    assert other.names() == [f"{PREFIX}other-theirs"]
    other.clean_up()


def test_a_prefix_that_is_not_the_scenarios_is_refused(target: Target):
    everyone = replace(target, prefix="")

    with pytest.raises(AssertionError):
        everyone._is_ours("shop")
