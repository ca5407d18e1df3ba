"""A container engine of the tests' own: a daemon in a folder of its own that leaves the host alone.

No registry is reached. The base image stands in for the official Python image: Debian trixie, whose
Python is 3.13, made from Debian's packages.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes.patience import PATIENCE

BASE = "python:3.13-slim"
# Debian's client; a newer one elsewhere on PATH may lack the builder that the daemon has.
CLIENT = shutil.which("docker", path=f"/usr/bin:{os.environ.get('PATH', '')}") or "docker"

Completed = subprocess.CompletedProcess[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """Runs the client against the daemon of `host`."""

    host: str

    def docker(self, *arguments: str | Path, check: bool = True) -> Completed:
        """Run a command; with `check`, one that fails is an AssertionError with what it said."""
        result = subprocess.run(
            [CLIENT, *arguments],
            env={**os.environ, "DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result

    def run(
        self,
        image: str,
        *command: str,
        options: tuple[str | Path, ...] = (),
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a container on the host's network, so that it reaches servers on loopback."""
        variables = [f"--env={name}={value}" for name, value in (env or {}).items()]
        return self.docker(
            "run", "--rm", "--network", "host", *variables, *options, image, *command, check=False
        )

    def script(self, path: Path, *arguments: str, cwd: Path, env: Mapping[str, str]) -> Completed:
        """Run a program of the host that talks to this engine."""
        return subprocess.run(
            [path, *arguments],
            cwd=cwd,
            env={**env, "DOCKER_HOST": self.host},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def running_engine() -> Iterator[Engine]:
    """Start a daemon; stop it and remove all that it wrote afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    host = f"unix://{folder}/docker.sock"
    flags = ("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--bridge=none")
    places = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            ["dockerd", "-H", host, *flags, *(f"--{k}={folder / v}" for k, v in places.items())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_ready(daemon, Engine(host=host), folder / "log")
        yield Engine(host=host)
    finally:
        _stop(daemon)
        for mount in (folder / "exec" / "netns").glob("*"):
            subprocess.run(["umount", mount], check=False, capture_output=True)
        shutil.rmtree(folder)


def _wait_until_ready(daemon: subprocess.Popen[bytes], engine: Engine, log: Path) -> None:
    # The socket comes within a second; each failed look takes some 30 ms.
    for _ in range(1000):
        assert daemon.poll() is None, log.read_text(encoding="utf-8")
        if engine.docker("version", check=False).returncode == 0:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.send_signal(signal.SIGTERM)
    try:
        daemon.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def import_base(engine: Engine, archive: Path) -> None:
    """Give the engine its base image; made once and kept in `archive`."""
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        _make_base(archive)
    engine.docker("import", "--change", 'CMD ["python3"]', archive, BASE)


def _make_base(archive: Path) -> None:
    certificates = "etc/ssl/certs/ca-certificates.crt"
    hooks = (
        # What this machine trusts, so that pip inside a build reaches the registry as it does here.
        f'cp /{certificates} "$1"/{certificates}',
        'rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED',
        'ln -s /usr/bin/python3 "$1"/usr/local/bin/python',
    )
    left_out = ("man", "doc", "locale")
    unfinished = archive.with_suffix(".part.tar")
    result = subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--mode=root",
            "--variant=minbase",
            "--include=python3,python3-pip,python3-venv,ca-certificates",
            *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in left_out),
            *(f"--customize-hook={hook}" for hook in hooks),
            "trixie",
            unfinished,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    unfinished.rename(archive)
