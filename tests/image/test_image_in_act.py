"""The action as a workflow uses it: `uses: ./` in act, and a step that reads the outputs."""

import os
import shutil
import sys
from pathlib import Path

from dulwich import porcelain

from fakes.engine import BASE, Engine
from workers_emulator.server.server import EmulatorServer

ROOT = Path(__file__).parents[2]
ACT = Path(sys.executable).with_name("act")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".node", ".cache", ".*_cache", "__pycache__", "workers-deploy-report"
)


def make_repository(folder: Path) -> None:
    """Copy the checkout as it stands and commit it: act asks git where it is."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, symlinks=True)
    porcelain.init(folder)
    porcelain.add(folder, [folder / "action.yml"])
    porcelain.commit(folder, message=b"Test", author=b"Test <test@example.com>")


def test_a_workflow_deploys_and_its_next_step_reads_the_outputs(
    engine: Engine, image: str, cloudflare: EmulatorServer, tmp_path: Path
):
    repository = tmp_path / "repository"
    make_repository(repository)
    # act can't give a build of its own a network here: it finds the image under the name it uses.
    engine.docker("tag", image, "act-dockeraction:latest")
    engine.docker("tag", BASE, "act-runner:local")

    result = engine.script(
        ACT,
        *("push", "--workflows", ".github/workflows/selftest.yml"),
        *("--platform", "ubuntu-latest=act-runner:local", "--pull=false", "--rebuild=false"),
        *("--container-daemon-socket", "-"),
        *("--env", f"CLOUDFLARE_API_BASE_URL={cloudflare.url}"),
        cwd=repository,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        },
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "outcome=deployed script=hello" in result.stdout
    assert list(cloudflare.state()["scripts"]) == ["hello"]
