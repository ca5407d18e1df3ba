"""What stays beside our bundles, and under which names, is what stays beside those of wrangler."""

import json
import re
from pathlib import Path

from fakes.loads import load
from fakes.warm_wrangler import NODE_MODULES
from fakes.wrangler_runs import DryRun, dry_run
from parity.rule_projects import PROJECTS, RuleProject
from workers_deploy.core.project import ModuleType
from workers_deploy.project.esbuild.program import find_esbuild

_PART = re.compile(
    rb'name="(?P<name>[^"]+)"; filename=.*\r\nContent-Type: (?P<type>.+)\r\n\r\n'
    rb"(?P<content>(?s:.*?))\r\n--"
)
Modules = dict[str, tuple[str, bytes]]


def write_project(directory: Path, project: RuleProject) -> None:
    rule = {"type": "Text", "globs": project.globs, "fallthrough": True}
    config = {
        "name": "shop",
        "main": "src/index.js",
        "compatibility_date": "2026-06-01",
        "rules": [rule] if project.globs else [],
        **project.config,
    }
    names = ", ".join(re.findall(r"import (?:source )?(\w) from", project.imports))
    source = f"{project.imports}\nexport default {{ {names} }};"
    files = {**project.files, "wrangler.json": json.dumps(config), "src/index.js": source}
    for path, content in files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def modules_of_wrangler(form: bytes) -> Modules:
    found = {
        part["name"].decode(): (part["type"].decode(), part["content"])
        for part in _PART.finditer(form)
    }
    return {name: one for name, one in found.items() if not name.startswith("index.js")}


def our_modules(directory: Path, esbuild: Path | None) -> Modules | None:
    project = load(directory, esbuild=esbuild).project
    if project is None:
        return None
    return {
        module.name: (module.type.value, module.content)
        for module in project.modules
        if module.name != "index.js" and module.type is not ModuleType.SOURCE_MAP
    }


def test_the_same_imports_become_the_same_modules(tmp_path: Path):
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    folders = {title: tmp_path / str(number) for number, title in enumerate(PROJECTS)}
    for title, project in PROJECTS.items():
        write_project(folders[title], project)

    answers = dry_run([DryRun(directory=one, words=()) for one in folders.values()], tmp_path)
    theirs = {
        title: None if answer.error else modules_of_wrangler(answer.form)
        for title, answer in zip(PROJECTS, answers, strict=True)
    }
    ours = {title: our_modules(folder, esbuild) for title, folder in folders.items()}

    assert ours == theirs
    assert sum(modules is None for modules in theirs.values()) == 6
    assert sum(bool(modules) for modules in theirs.values()) == 17
