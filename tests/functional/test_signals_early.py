"""A signal that comes while the runner is still being imported."""

import signal
import subprocess
import sys
import time

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import ROOT, Run, Runner

# Sends the process a signal as the last of the larger modules is imported.
PROGRAM = """
import os, sys

class Finder:
    def find_spec(self, name, path, target=None):
        if name == "workers_deploy.read_checkout":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), {number})

sys.path[:0] = [{source!r}]
sys.meta_path.insert(0, Finder())
sys.argv[1:] = ["deploy"]
{way_in}
"""
ENTRYPOINT = str(ROOT / "entrypoint")
WAYS_IN = {
    "entrypoint": f"import runpy; runpy.run_path({ENTRYPOINT!r}, run_name='__main__')",
    "module": "import runpy; runpy.run_module('workers_deploy', run_name='__main__')",
    "console script": "from workers_deploy.start import run_to_the_end; run_to_the_end()",
}


def run_with_signal(runner: Runner, way_in: str, number: int) -> Run:
    python = ROOT / ".venv" / "bin" / "python"  # with another one the entry point changes to it
    env = runner.environment()
    program = PROGRAM.format(number=int(number), source=str(ROOT / "src"), way_in=way_in)
    started = time.monotonic()
    done = subprocess.run(
        [python if python.exists() else sys.executable, "-I", "-X", "utf8", "-c", program],
        cwd=runner.checkout.root,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    seconds = time.monotonic() - started
    return runner.read(done.returncode, done.stdout, done.stderr, seconds=seconds, env=env)


@pytest.mark.parametrize("way_in", WAYS_IN.values(), ids=WAYS_IN)
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_during_the_imports_cancels_the_run(
    runner: Runner, cloudflare: Cloudflare, way_in: str, number: int, exit_code: int
):
    run = run_with_signal(runner, way_in, number)

    assert run.exit_code == exit_code, run.log
    assert run.report["exit_code"] == exit_code
    assert "cancelled" in run.log
    assert cloudflare.requests == []


def test_the_console_script_is_the_way_in_that_is_tested():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert 'workers-deploy = "workers_deploy.start:run_to_the_end"' in project
