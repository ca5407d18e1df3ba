"""What we bundle answers as what wrangler bundles of the same project, both run in workerd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.plain_upload import upload_project
from fakes.wrangler import NODE_MODULES, Wrangler, ask, emulate, install_wrangler
from parity.bundled_projects import PROJECTS, BundledProject
from workers_deploy.project.esbuild import find_esbuild
from workers_deploy.project.load import load_project
from workers_deploy.project.request import ProjectRequest
from workers_emulator.server import EmulatorServer


@pytest.fixture(scope="module")
def cloudflare() -> Iterator[EmulatorServer]:
    with emulate() as server:
        yield server


@pytest.fixture(scope="module")
def wrangler(cloudflare: EmulatorServer, tmp_path_factory: pytest.TempPathFactory) -> Wrangler:
    return install_wrangler(cloudflare, tmp_path_factory.mktemp("wrangler"))


def write_project(directory: Path, name: str, project: BundledProject) -> None:
    config = f'name = "{name}"\nmain = "{project.main}"\n{project.config}'
    (directory / "wrangler.toml").write_text(config, encoding="utf-8")
    for path, content in project.files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (directory / "node_modules").mkdir(exist_ok=True)
    for package in project.packages:
        (directory / "node_modules" / package).symlink_to(NODE_MODULES / package)


def answers(
    cloudflare: EmulatorServer, script: str, paths: tuple[str, ...]
) -> list[tuple[int, str]]:
    found = [ask(cloudflare, script, path) for path in paths]
    return [(one.status_code, one.text) for one in found]


@pytest.mark.parametrize("title", PROJECTS)
def test_a_bundle_answers_as_that_of_wrangler(
    title: str, cloudflare: EmulatorServer, wrangler: Wrangler, tmp_path: Path
):
    project = PROJECTS[title]
    name = title.replace(" ", "-").replace(",", "")
    write_project(tmp_path, name, project)
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    request = ProjectRequest(workspace=tmp_path, esbuild=esbuild)

    loaded = load_project(request)
    assert loaded.project is not None, loaded.problems
    upload_project(cloudflare, loaded.project)
    ours = answers(cloudflare, name, project.paths)
    wrangler.run(tmp_path, "delete", "--force", "--name", name)
    wrangler.run(tmp_path, "deploy")
    theirs = answers(cloudflare, name, project.paths)

    assert ours == theirs
    assert all(status < 500 for status, _ in ours), ours
