import json
from pathlib import Path

import pytest

from fakes.loads import load, project_of, told, warned, write_config
from workers_deploy.project.cross_checks.unsupported import (
    FEDRAMP_API,
    IGNORED,
    PUBLIC_API,
    UNSUPPORTED,
)
from workers_deploy.project.load import load_without_code
from workers_deploy.project.request import ProjectRequest

BASE = {"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"}
EVENT = {
    "type": "cf.artifacts.repo.pushed",
    "targets": [{"type": "workflow", "workflow_name": "w"}],
}
SAID = {
    "pages_build_output_dir": {"pages_build_output_dir": "dist"},
    "containers": {"containers": [{"name": "c", "class_name": "C", "image": "docker.io/a:1"}]},
    "site": {"site": {"bucket": "public"}},
    "addresses": {"addresses": ["a@example.com"]},
    "triggers.events": {"triggers": {"events": [EVENT]}},
    "unsafe.capnp.source_schemas": {
        "unsafe": {"capnp": {"base_path": ".", "source_schemas": ["a.capnp"]}}
    },
    "first_party_worker": {"first_party_worker": True},
    "build.command": {"build": {"command": "npm run build"}},
    "connect": {"connect": [{"protocol": "tcp", "port": 25}]},
    "previews": {"previews": {"vars": {"A": "b"}}},
}


def write(root: Path, **keys: object) -> Path:
    return write_config(root, json.dumps({**BASE, **keys}))


@pytest.mark.parametrize("one", UNSUPPORTED, ids=lambda one: one.name)
def test_what_is_not_supported_is_refused_by_name_where_it_stands(tmp_path, one):
    write(tmp_path, **SAID[one.name])

    (problem,) = load(tmp_path).problems

    assert problem.message == f'"{one.name}" is not supported'
    assert problem.hint == one.instead
    assert problem.place.column > 1


@pytest.mark.parametrize("one", UNSUPPORTED, ids=lambda one: one.name)
def test_what_is_not_supported_is_read_all_the_same(tmp_path, one):
    write(tmp_path, **SAID[one.name])

    assert project_of(tmp_path, refuses_unsupported=False)


@pytest.mark.parametrize("one", IGNORED, ids=lambda one: one.name)
def test_what_is_not_carried_out_is_warned_of_where_it_stands(tmp_path, one):
    write(tmp_path, **SAID[one.name])

    loaded = load(tmp_path)

    assert loaded.project is not None
    (found,) = warned(loaded)
    assert found.startswith("wrangler.jsonc:1:")
    assert found.endswith(f'"{one.name}" is not carried out: {one.instead}')


@pytest.mark.parametrize("name", SAID)
def test_what_is_empty_or_off_asks_for_nothing(tmp_path, name):
    empty = {
        "first_party_worker": {"first_party_worker": False},
        "triggers.events": {"triggers": {"events": []}},
        "build.command": {"build": {"cwd": "."}},
        "unsafe.capnp.source_schemas": {"unsafe": {}},
        "pages_build_output_dir": {"pages_build_output_dir": ""},
        "site": {},
        "previews": {"previews": {}},
    }
    write(tmp_path, **empty.get(name, {name: []}))

    assert (told(load(tmp_path)), warned(load(tmp_path))) == ([], [])


def test_migrations_of_a_database_are_said_not_to_be_applied(tmp_path):
    databases = [
        {"binding": "A", "database_id": "a"},
        {"binding": "B", "database_id": "b", "migrations_dir": "sql"},
    ]
    write(tmp_path, d1_databases=databases)

    (found,) = warned(load(tmp_path))

    assert "wrangler d1 migrations apply" in found


def test_another_region_is_not_deployed_to_by_mistake(tmp_path):
    write(tmp_path, compliance_region="fedramp_high")

    (problem,) = load(tmp_path, api_base_url=PUBLIC_API).problems

    assert problem.hint == f"set the input `api-base-url` to {FEDRAMP_API}"
    assert load(tmp_path, api_base_url=FEDRAMP_API).problems == ()


def test_a_run_that_is_about_triggers_refuses_those_that_it_can_not_set(tmp_path):
    write(tmp_path, **SAID["addresses"], **SAID["triggers.events"], **SAID["first_party_worker"])
    request = ProjectRequest(workspace=tmp_path)

    of_triggers = load_without_code(request, sets_triggers=True)
    of_others = load_without_code(request)

    assert [problem.subject for problem in of_triggers.problems] == ["addresses", "triggers.events"]
    assert of_others.problems == ()
