"""docs/emulator.md tells every option, fault and control route that there is, and no other."""

import json
import re
from pathlib import Path

from workers_emulator.__main__ import build_parser
from workers_emulator.runtime.bindings import why_missing
from workers_emulator.runtime.tools import INSTALL
from workers_emulator.server.faults import Fault, Kind
from workers_emulator.server.server import EmulatorServer
from workers_emulator.state.kinds import KINDS
from workers_emulator.state.options import Options

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
OPTIONS = DOCUMENT.partition("## Options")[2].partition("## What it plays")[0]


def test_the_wrangler_to_install_is_the_one_that_is_tested_with():
    tested = json.loads((ROOT / "tests/node/package.json").read_text(encoding="utf-8"))

    assert f"npm install wrangler@{tested['dependencies']['wrangler']}" == INSTALL
    assert f"$ {INSTALL} " in DOCUMENT


def test_every_option_of_the_command_line_is_told_and_no_other():
    declared = {
        option
        for action in build_parser()._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }

    assert set(re.findall(r"--[a-z][a-z0-9-]*", OPTIONS)) == declared


def test_every_argument_that_is_told_is_one():
    told = {
        name.strip(" `")
        for row in re.findall(r"^\| `--.*$", OPTIONS, re.MULTILINE)
        for name in row.split("|")[2].split(",")
    }

    assert told <= set(Options.__dataclass_fields__)


def test_every_kind_and_field_of_a_fault_is_told():
    faults = DOCUMENT.partition("## Faults")[2]

    assert {kind.value for kind in Kind} <= set(
        re.findall(r"^\| `([a-z-]+)`", faults, re.MULTILINE)
    )
    assert all(f"`{name}`" in faults for name in Fault.model_fields)


def test_every_kind_of_binding_that_does_not_run_is_named():
    told = DOCUMENT.partition("bindings of these types: ")[2].partition("Limits,")[0]
    own = {"name": "B", "class_name": "C", "service": "own"}

    missing = {
        kind
        for kind in KINDS
        if kind != "inherit"  # stands for another
        and why_missing({**own, "type": kind}, "own", has_assets=True, reason=lambda _: None)
    }

    assert set(re.findall(r"`(\w+)`", told)) == missing


def test_every_control_route_is_told():
    told = re.findall(r"`(GET|PUT|POST) (\w+)`", DOCUMENT)

    server = EmulatorServer()

    assert set(told) >= set(server.app.control._routes)
