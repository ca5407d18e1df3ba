"""Our own configurations, compared with what the installed wrangler makes of them here and now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.parity_project import comparable, make_project, our_metadata, read_values
from fakes.wrangler_runs import Answer, DryRun, dry_run
from parity import our_configurations, our_mistakes, our_texts
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.load import Loaded, load_project
from workers_deploy.project.request import ProjectRequest

TAKEN = our_configurations.TAKEN | our_texts.TAKEN
REFUSED = our_mistakes.REFUSED | our_texts.REFUSED
# A container's image is neither built nor pushed.
WORDS = ("--no-bundle", "--containers-rollout", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    name: str
    environment: str | None
    directory: Path

    @property
    def title(self) -> str:
        return f"{self.name} [{self.environment or 'top level'}]"


def environments_of(name: str) -> list[str | None]:
    if name == "unknown environment":
        return ["b"]
    return [None, "own", "empty", "null", "staging", "production", "a"]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "cases")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "home")


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


def make_cases(root: Path, configurations: Mapping[str, tuple[str, str]]) -> list[Case]:
    cases = []
    for index, (name, (file, text)) in enumerate(configurations.items()):
        directory = root / f"{index:03}"
        directory.mkdir()
        make_project(directory, file, text)
        known = read_values(directory / file).get("env") or {}
        cases += [
            Case(name=name, environment=environment, directory=directory)
            for environment in environments_of(name)
            if environment is None or environment in known or name == "unknown environment"
        ]
    return cases


def ask(cases: list[Case], home: Path) -> list[tuple[Case, Answer]]:
    runs = [
        DryRun(directory=case.directory, words=(*WORDS, "--env", case.environment or ""))
        for case in cases
    ]
    return list(zip(cases, dry_run(runs, home), strict=True))


def load_case(case: Case) -> Loaded:
    return load_project(
        ProjectRequest(
            workspace=case.directory,
            environment=case.environment,
            bundle=BundleMode.NO,
            refuses_unsupported=False,
        )
    )


# One test for all: wrangler takes a second to start, and a tenth of that for each configuration.
def test_what_wrangler_takes_is_sent_alike(cases: Path, home: Path):
    asked = ask(make_cases(cases, TAKEN), home)

    different = {case.title: found for case, answer in asked if (found := difference(case, answer))}

    assert len(asked) >= 60
    assert not different, "\n\n".join(f"{name}: {text}" for name, text in different.items())


def difference(case: Case, answer: Answer) -> str | None:
    if answer.error is not None:
        return f"wrangler refuses it: {answer.error}"
    loaded = load_case(case)
    if loaded.project is None:
        return f"we refuse it: {loaded.problems}"
    ours, theirs = our_metadata(loaded.project), comparable(answer.metadata)
    if loaded.project.main_module is None:
        # An assets-only script is sent without a script; a dry run shows a stand-in for it.
        for metadata in (ours, theirs):
            for key in ("main_module", "bindings", "keep_bindings"):
                metadata.pop(key, None)
    return None if ours == theirs else f"ours   {ours}\ntheirs {theirs}"


def test_what_wrangler_refuses_is_refused_by_the_same_field(cases: Path, home: Path):
    asked = ask(make_cases(cases, REFUSED), home)

    different = {
        case.title: found for case, answer in asked if (found := disagreement(case, answer))
    }

    assert len(asked) >= 50
    assert not different, "\n\n".join(f"{name}: {text}" for name, text in different.items())


def disagreement(case: Case, answer: Answer) -> str | None:
    loaded = load_case(case)
    told = " ".join(f"{one.subject} {one.message} {one.hint}" for one in loaded.problems)
    if answer.error is None or not loaded.problems:
        return f"wrangler: {answer.error}\nours: {told}"
    if not any(one.place for one in loaded.problems):
        return f"no place: {told}"
    missing = [field for field in fields_in(answer.error) if field not in told]
    return f"{missing} of {answer.error}\nin {told}" if missing else None


def fields_in(error: str) -> list[str]:
    """Return the last name of the first field that each line of an error quotes."""
    quoted = [re.search(r'(?<!=)"([\w.\[\]]+)"', line) for line in error.split("\n  - ")[1:]]
    names = [found.group(1) for found in quoted if found]
    return [re.sub(r"\[\d+\]$", "", name).rpartition(".")[2] for name in names]
