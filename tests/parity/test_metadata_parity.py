"""What we send of a configuration is what wrangler 4.164.0 makes of it in a dry run."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from fakes.parity_project import comparable, make_assets, make_project, our_metadata
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.load import Loaded, load_project
from workers_deploy.project.request import ProjectRequest

# A folder of real configurations with what wrangler made of them; a clone alone has none of it.
CASES = os.environ.get("PARITY_CASES")
# Each difference that is meant, by case, with its reason.
INTENDED: dict[str, str] = {}


def load_case(directory: Path, entry: dict[str, Any]) -> Loaded:
    inputs = entry["inputs"]
    return load_project(
        ProjectRequest(
            workspace=directory,
            environment=entry["environment"],
            script_name=inputs.get("script-name"),
            compatibility_date=inputs.get("compatibility-date"),
            assets=inputs.get("assets"),
            bundle=BundleMode.NO,
            refuses_unsupported=False,
        )
    )


def describe(loaded: Loaded) -> str:
    return "; ".join(f"{problem.place}: {problem.message}" for problem in loaded.problems)


def difference(directory: Path, entry: dict[str, Any]) -> str | None:
    """Return how ours differs from wrangler's, None where it does not."""
    loaded = load_case(directory, entry)
    if entry["status"] == "error":
        return None if loaded.problems else f"wrangler refuses it: {entry['error']}"
    if loaded.project is None:
        return f"we refuse it: {describe(loaded)}"
    ours, theirs = our_metadata(loaded.project), comparable(entry["metadata"])
    if loaded.project.main_module is None:
        # An assets-only script is sent without a script; a dry run shows a stand-in for it.
        names = ("compatibility_date", "compatibility_flags")
        ours, theirs = ({name: one[name] for name in names} for one in (ours, theirs))
    return None if ours == theirs else f"ours   {ours}\ntheirs {theirs}"


def copy_case(cases: Path, name: str, target: Path) -> Path:
    directory = target / name
    if directory.exists():
        return directory
    # Without the modes: what lies there may be read only.
    directory.mkdir()
    for file in (cases / "cases" / name).iterdir():
        shutil.copyfile(file, directory / file.name)
    for file in list(directory.glob("wrangler.*")):
        make_project(directory, file.name, file.read_text(encoding="utf-8-sig"))
    return directory


if CASES:

    def test_every_real_configuration_becomes_what_wrangler_makes_of_it(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        cases = Path(CASES)
        entries = json.loads((cases / "expected.json").read_text(encoding="utf-8"))

        different = {}
        for entry in entries:
            directory = copy_case(cases, entry["case"], tmp_path)
            make_assets(directory, entry["inputs"].get("assets"))
            if found := difference(directory, entry):
                different[f"{entry['case']} {entry['environment'] or ''}".strip()] = found

        with capsys.disabled():
            sys.stdout.write(f"\n{len(entries)} environments, {len(different)} differ\n")
        unexpected = {name: text for name, text in different.items() if name not in INTENDED}
        assert not unexpected, "\n\n".join(f"{name}: {text}" for name, text in unexpected.items())
