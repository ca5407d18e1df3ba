"""The runner in a checkout: `./entrypoint` in a process of its own, as users start it, or here."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fakes.runs import FastStop, FastTime
from workers_deploy.__main__ import main

ROOT = Path(__file__).parents[2]
PATH = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How one run of the runner ended: exit code, log, report.json and outputs.json."""

    code: int
    log: str
    report: Mapping[str, Any]
    outputs: Mapping[str, str]


class RunCommand(Protocol):
    """Runs a command in a checkout with nothing in its environment but PATH and `env`."""

    def __call__(self, checkout: Path, *words: str, env: Mapping[str, str]) -> Run: ...


def run_entrypoint(checkout: Path, *words: str, env: Mapping[str, str]) -> Run:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [ROOT / "entrypoint", *words],
        cwd=checkout,
        env={**PATH, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return _run(checkout, done.returncode, done.stdout + done.stderr)


def run_here(checkout: Path, *words: str, env: Mapping[str, str]) -> Run:
    """Run a command in this process, where waits take no time."""
    stdout, stderr = io.StringIO(), io.StringIO()
    time = FastTime()
    code = main(
        words,
        {**PATH, **env},
        stdout,
        stderr,
        workspace=checkout,
        clock=time.clock,
        stop=FastStop(time),
    )
    return _run(checkout, code, stdout.getvalue() + stderr.getvalue())


def _run(checkout: Path, code: int, log: str) -> Run:
    return Run(
        code=code,
        log=log,
        report=_read(checkout, "report.json"),
        outputs=_read(checkout, "outputs.json"),
    )


def _read(checkout: Path, name: str) -> dict[str, Any]:
    file = checkout / "workers-deploy-report" / name
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found
