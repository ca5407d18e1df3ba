"""What we bundle answers as what wrangler bundles of the same project, both run in workerd."""

from pathlib import Path

from fakes.plain_upload import upload_project
from fakes.warm_wrangler import NODE_MODULES
from fakes.wrangler import ask, emulate
from fakes.wrangler_runs import Command, run_commands
from parity import bundled_projects, resolved_projects
from parity.bundled_projects import BundledProject
from workers_deploy.project.esbuild.program import find_esbuild
from workers_deploy.project.load import load_project
from workers_deploy.project.request import ProjectRequest
from workers_emulator.server.server import EmulatorServer

PROJECTS = {**bundled_projects.PROJECTS, **resolved_projects.PROJECTS}
Answers = dict[str, list[tuple[int, str]]]


def write_project(directory: Path, project: BundledProject) -> None:
    config = f'name = "ours"\nmain = "{project.main}"\n{project.config}'
    for path, content in {**project.files, "wrangler.toml": config}.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (directory / "node_modules").mkdir(exist_ok=True)
    for package in project.packages:
        (directory / "node_modules" / package).symlink_to(NODE_MODULES / package)


def script_of(title: str, whose: str) -> str:
    return f"{title.replace(' ', '-').replace(',', '')}-{whose}"


def answers(cloudflare: EmulatorServer, whose: str) -> Answers:
    found: Answers = {}
    for title, project in PROJECTS.items():
        asked = [ask(cloudflare, script_of(title, whose), path) for path in project.paths]
        found[title] = [(one.status_code, one.text) for one in asked]
    return found


def deploy_ours(cloudflare: EmulatorServer, folder: Path) -> None:
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    for title in PROJECTS:
        request = ProjectRequest(
            workspace=folder / title, script_name=script_of(title, "ours"), esbuild=esbuild
        )
        loaded = load_project(request)
        assert loaded.project is not None, loaded.problems
        upload_project(cloudflare, loaded.project)


def deploy_theirs(cloudflare: EmulatorServer, folder: Path, home: Path) -> None:
    commands = [
        Command(folder / title, ("deploy", "--name", script_of(title, "theirs")))
        for title in PROJECTS
    ]
    environment = {
        "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        "CLOUDFLARE_API_TOKEN": cloudflare.token,
        "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
    }
    errors = run_commands(commands, home, environment)
    assert not any(errors), errors


# One test for all: wrangler and the runtime each take seconds to start.
def test_our_bundles_answer_as_those_of_wrangler(tmp_path: Path):
    for title, project in PROJECTS.items():
        write_project(tmp_path / title, project)

    with emulate() as cloudflare:
        deploy_ours(cloudflare, tmp_path)
        deploy_theirs(cloudflare, tmp_path, tmp_path)
        ours, theirs = answers(cloudflare, "ours"), answers(cloudflare, "theirs")

    assert ours == theirs
    failed = [title for title, found in ours.items() if any(code >= 500 for code, _ in found)]
    assert not failed, [ours[title] for title in failed]
