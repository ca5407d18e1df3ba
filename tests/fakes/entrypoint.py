"""The runner as users start it: `./entrypoint` in a process of its own, in a checkout."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How one run of the runner ended: exit code, log, report.json and outputs.json."""

    code: int
    log: str
    report: Mapping[str, Any]
    outputs: Mapping[str, str]


def run_entrypoint(checkout: Path, *words: str, env: Mapping[str, str]) -> Run:
    """Run a command in a checkout; nothing of this process's environment but PATH is passed on."""
    done = subprocess.run(
        [ROOT / "entrypoint", *words],
        cwd=checkout,
        env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Run(
        code=done.returncode,
        log=done.stdout + done.stderr,
        report=_read(checkout, "report.json"),
        outputs=_read(checkout, "outputs.json"),
    )


def _read(checkout: Path, name: str) -> dict[str, Any]:
    file = checkout / "workers-deploy-report" / name
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found
