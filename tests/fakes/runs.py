"""Runs of the runner: as the process that a CI system starts, or in this process without waits.

The environment is always a minimal one, never the developer's. Whatever a run shows or writes is
searched for the values that it must not show.
"""

import base64
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.github_runner import commands_in, outputs_in
from fakes.patience import PATIENCE
from workers_deploy.__main__ import main
from workers_deploy.executor.stop import Stop

ROOT = Path(__file__).parents[2]
ENTRYPOINT = ROOT / "entrypoint"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
REPORT_FOLDER = "workers-deploy-report"
# Where a value may stand: the token in the emulator, secrets in the environment, masks in a CI.
_MASKS = ("::add-mask::", "##vso[task.setsecret]")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run left behind."""

    exit_code: int
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)
    seconds: float
    files: dict[str, str] = field(repr=False)  # of report-dir, by name
    step_outputs: dict[str, str] = field(repr=False)  # GitHub's
    step_summary: str = field(repr=False)

    @property
    def log(self) -> str:
        return f"{self.stdout}\n{self.stderr}"

    @property
    def outputs(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.files["outputs.json"])
        return found

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["report.json"])
        return found

    @property
    def summary(self) -> str:
        return self.files["summary.md"]

    @property
    def outcome(self) -> str:
        return self.outputs["outcome"]

    def shown(self) -> str:
        """Everything that anyone can read of the run, but for the masks that it sets."""
        log = "\n".join(
            line for line in self.log.splitlines() if not line.lstrip().startswith(_MASKS)
        )
        outputs = "\n".join(self.step_outputs.values())
        return "\n".join((log, *self.files.values(), outputs, self.step_summary))


class FastTime:
    """A clock that goes with the real one, and jumps where someone waits.

    Where `stands_still` is set it only jumps: a busy machine then takes nothing from a deadline,
    and what hangs for ever ends by a request's time-out alone.
    """

    def __init__(self, on_sleep: Callable[[float], None] = lambda _: None) -> None:
        self.slept: list[float] = []
        self.stands_still = False
        self._on_sleep = on_sleep

    def clock(self) -> float:
        return (0.0 if self.stands_still else time.monotonic()) + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(max(seconds, 0.0))
        self._on_sleep(max(seconds, 0.0))


class FastStop(Stop):
    """Waits take no time; signals are what a test says."""

    def __init__(self, time_: FastTime) -> None:
        super().__init__()
        self._time = time_

    def pause(self, seconds: float) -> None:
        self._time.sleep(seconds)


class Running:
    """A run that goes on."""

    def __init__(self, process: "subprocess.Popen[str]", runner: "Runner", env: Mapping[str, str]):
        self.process = process
        self._runner = runner
        self._env = env
        self._started = time.monotonic()

    def signal(self, number: int) -> None:
        """Send a signal; seconds are counted from here."""
        self._started = time.monotonic()
        self.process.send_signal(number)

    def end(self) -> Run:
        """Wait for the end."""
        try:
            stdout, stderr = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self._runner.read(
            self.process.returncode,
            stdout,
            stderr,
            seconds=time.monotonic() - self._started,
            env=self._env,
        )


class Runner:
    """Runs commands in one checkout against one emulated account."""

    def __init__(self, checkout: Checkout, cloudflare: Cloudflare, files: Path) -> None:
        self.checkout = checkout
        self.cloudflare = cloudflare
        self.time = FastTime(cloudflare.advance)
        self._files = files
        self._values: dict[str, str] = {}  # secrets: name → value
        files.mkdir(parents=True, exist_ok=True)

    def knows(self, **values: str) -> None:
        """Put secrets into the environment of all runs; their values must never be seen."""
        self._values |= values

    def forgets(self, *names: str) -> None:
        """Take secrets away."""
        for name in names:
            self._values.pop(name)

    def environment(self, ci: str = "plain", **inputs: str | bool | int) -> dict[str, str]:
        """Return the environment that a CI system gives a step."""
        account = {
            "CLOUDFLARE_API_TOKEN": self.cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": self.cloudflare.account_id,
            "CLOUDFLARE_API_BASE_URL": self.cloudflare.url,
        }
        base = {"PATH": PATH, "HOME": str(self._files), **account, **self._values}
        if self._values and "secrets" not in inputs:
            inputs["secrets"] = "\n".join(self._values)
        match ci:
            case "github":
                return base | self._github() | _inputs(inputs, "INPUT_", "-")
            case "gitlab":
                return base | {"CI": "true", "GITLAB_CI": "true"} | _inputs(inputs, "INPUT_", "_")
            case "drone":
                return base | {"CI": "true"} | _inputs(inputs, "PLUGIN_", "_")
            case _:
                return base | _inputs(inputs, "INPUT_", "_")

    def _github(self) -> dict[str, str]:
        for name in ("output", "summary"):
            (self._files / name).write_text("", encoding="utf-8")
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(self._files / "output"),
            "GITHUB_STEP_SUMMARY": str(self._files / "summary"),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_RUN_ID": "17",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_EVENT_NAME": "push",
        }

    def process(
        self,
        *argv: str,
        ci: str = "plain",
        env: Mapping[str, str | None] | None = None,
        **inputs: str | bool | int,
    ) -> Run:
        """Run `./entrypoint` as a process of its own; waits take their time."""
        return self.start(*argv, ci=ci, env=env, **inputs).end()

    def start(
        self,
        *argv: str,
        ci: str = "plain",
        env: Mapping[str, str | None] | None = None,
        **inputs: str | bool | int,
    ) -> Running:
        """Start a process and return while it runs."""
        environment = _with(self.environment(ci, **inputs), env)
        process = subprocess.Popen(
            [ENTRYPOINT, *argv],
            cwd=self.checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return Running(process, self, environment)

    def fast(
        self,
        *argv: str,
        ci: str = "plain",
        env: Mapping[str, str | None] | None = None,
        stop: Stop | None = None,
        **inputs: str | bool | int,
    ) -> Run:
        """Run in this process, from the same entry on; waits take no time."""
        environment = _with(self.environment(ci, **inputs), env)
        stdout, stderr = io.StringIO(), io.StringIO()
        started = time.monotonic()
        exit_code = main(
            argv,
            environment,
            stdout,
            stderr,
            workspace=self.checkout.root,
            clock=self.time.clock,
            stop=stop or FastStop(self.time),
        )
        return self.read(
            exit_code,
            stdout.getvalue(),
            stderr.getvalue(),
            seconds=time.monotonic() - started,
            env=environment,
        )

    def read(
        self, exit_code: int, stdout: str, stderr: str, *, seconds: float, env: Mapping[str, str]
    ) -> Run:
        """Return what a run left, after a search for what must not be seen."""
        folder = self.checkout.root / REPORT_FOLDER
        is_github = env.get("GITHUB_ACTIONS") == "true"
        run = Run(
            exit_code=exit_code,
            stdout=stdout,
            stderr=stderr,
            seconds=seconds,
            files={file.name: file.read_text(encoding="utf-8") for file in folder.glob("*")},
            step_outputs=outputs_in(self._files / "output") if is_github else {},
            step_summary=_text(self._files / "summary") if is_github else "",
        )
        self.assert_nothing_leaked(run, {*self._values.values(), self.cloudflare.token})
        assert "Traceback (most recent call last)" not in run.log, run.log
        return run

    def assert_nothing_leaked(self, run: Run, values: set[str]) -> None:
        """Fail where a value, or one of its lines, or its base64 can be read anywhere."""
        shown = run.shown()
        for value in values:
            for form in _forms(value):
                assert form not in shown, f"a value of {len(value)} characters was shown"


def annotations(run: Run, level: str) -> list[str]:
    """Return GitHub's annotations of a level."""
    return [c.message for c in commands_in(run.stdout) if c.name == level]


def _forms(value: str) -> set[str]:
    lines = {line.strip() for line in value.splitlines()}
    encoded = base64.b64encode(value.encode()).decode()
    return {form for form in {value, *lines, encoded} if len(form) >= 4}


def _inputs(inputs: Mapping[str, str | bool | int], prefix: str, hyphen: str) -> dict[str, str]:
    return {
        f"{prefix}{name.upper().replace('_', hyphen)}": _input(value)
        for name, value in inputs.items()
    }


def _input(value: str | bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(env: dict[str, str], more: Mapping[str, str | None] | None) -> dict[str, str]:
    merged: dict[str, str | None] = {**env, **(more or {})}
    return {name: value for name, value in merged.items() if value is not None}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
