import json

import pytest

from fakes.loads import load, project_of, told, write_config
from workers_deploy.core.metadata import code_of
from workers_deploy.core.project import ModuleType

BASE = {"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"}


def write(root, path="schema.bin"):
    capnp = {"compiled_schema": path}
    return write_config(root, json.dumps({**BASE, "unsafe": {"capnp": capnp}}))


@pytest.mark.parametrize("script", ["export default {}", 'addEventListener("fetch", f)'])
def test_a_compiled_schema_goes_up_as_a_part_that_the_metadata_names(tmp_path, script):
    write(tmp_path)
    (tmp_path / "index.js").write_text(script)
    (tmp_path / "schema.bin").write_bytes(b"\0\1")

    project = project_of(tmp_path)

    part = project.modules[-1]
    assert part.name == part.filename == project.capnp_schema
    assert part.name.startswith("./capnp-")
    assert (part.type, part.content) == (ModuleType.DATA, b"\0\1")
    assert part not in code_of(project)


def test_an_equal_schema_has_an_equal_name(tmp_path):
    write(tmp_path)
    names = []
    for content in (b"a", b"a", b"b"):
        (tmp_path / "schema.bin").write_bytes(content)
        names.append(project_of(tmp_path).capnp_schema)

    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("path", ["nothing.bin", "../outside.bin", "."])
def test_a_schema_that_is_no_file_of_the_repository_is_a_problem(tmp_path, path):
    (tmp_path / "outside.bin").write_bytes(b"a")
    root = write(tmp_path / "checkout", path)

    (found,) = told(load(root))

    assert found.startswith("wrangler.jsonc:1:")
    assert found.endswith("is no file of the repository")
