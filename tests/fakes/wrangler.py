"""The real wrangler, run against an emulator: the official client that knows nothing of us."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from fakes.patience import PATIENCE
from workers_emulator.runtime.tools import find_node
from workers_emulator.server.server import EmulatorServer

REPOSITORY = Path(__file__).parents[2]
NODE_MODULES = REPOSITORY / ".node" / "node_modules"
PROJECTS = REPOSITORY / "tests" / "data" / "wire" / "projects"
Binding = Mapping[str, Any]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """One run of wrangler; `events` is what it wrote for machines (WRANGLER_OUTPUT_FILE_PATH)."""

    code: int
    stdout: str
    stderr: str
    events: tuple[Mapping[str, Any], ...]

    @property
    def version_id(self) -> str:
        """The version that the run uploaded."""
        return next(str(one["version_id"]) for one in self.events if "version_id" in one)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrangler:
    """Runs wrangler in a copy of a recorded project, with a home of its own."""

    node: Path
    api_url: str
    account_id: str
    token: str
    home: Path

    def copy_of(self, project: str) -> Path:
        """Return a fresh copy of the project: wrangler writes beside its configuration."""
        target = self.home / "projects" / project
        return Path(shutil.copytree(PROJECTS / project, target, dirs_exist_ok=True))

    def run(self, folder: Path, *words: str, stdin: str = "", expect: int = 0) -> Ran:
        """Run a command in the folder; any other exit code than `expect` is an error."""
        events = folder / "events.ndjson"
        events.unlink(missing_ok=True)
        done = subprocess.run(
            [self.node, NODE_MODULES / "wrangler" / "bin" / "wrangler.js", *words],
            cwd=folder,
            env=self._environment(events),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = COLOURS.sub("", f"{done.stdout}\n{done.stderr}")
        assert done.returncode == expect, f"wrangler {' '.join(words)}: {done.returncode}\n{said}"
        lines = events.read_text().splitlines() if events.exists() else []
        return Ran(
            code=done.returncode,
            stdout=COLOURS.sub("", done.stdout),
            stderr=COLOURS.sub("", done.stderr),
            events=tuple(json.loads(line) for line in lines),
        )

    def _environment(self, events: Path) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": f"{self.node.parent}:/usr/bin:/bin",
            "CI": "true",
            "NO_COLOR": "1",
            "CLOUDFLARE_API_BASE_URL": self.api_url,
            "CLOUDFLARE_API_TOKEN": self.token,
            "CLOUDFLARE_ACCOUNT_ID": self.account_id,
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_WRITE_LOGS": "false",
            "WRANGLER_HIDE_BANNER": "true",
            "WRANGLER_OUTPUT_FILE_PATH": str(events),
        }


def emulate(**options: Any) -> EmulatorServer:
    """Return an emulator that runs scripts with the node modules of the tests."""
    return EmulatorServer(subdomain="acme", rate_limit=0, node_modules=NODE_MODULES, **options)


def install_wrangler(cloudflare: EmulatorServer, home: Path) -> Wrangler:
    """Return the wrangler that `make` installed, pointed at the emulator."""
    return Wrangler(
        node=find_node(None),
        api_url=cloudflare.url,
        account_id=cloudflare.account_id,
        token=cloudflare.token,
        home=home,
    )


def ask(cloudflare: EmulatorServer, script: str, path: str = "/", **headers: str) -> httpx.Response:
    """Ask the running script at the emulator's own address."""
    url = f"{cloudflare.origin}/__emulator__/run/{script}{path}"
    return httpx.get(url, headers=headers, timeout=PATIENCE)


def upload(
    cloudflare: EmulatorServer, script: str, text: str, *bindings: Binding, **metadata: Any
) -> str:
    """Leave a script that answers the text, as another client would; return its version's id."""
    answering = f'export default {{ fetch: () => new Response("{text}") }};'
    return upload_source(cloudflare, script, answering, *bindings, **metadata)


def upload_source(
    cloudflare: EmulatorServer, script: str, source: str, *bindings: Binding, **metadata: Any
) -> str:
    """Leave a script of this source, with workers.dev and previews on; return its version's id."""
    metadata |= {
        "main_module": "index.js",
        "bindings": bindings,
        "compatibility_date": "2026-11-01",
        "keep_bindings": ["secret_text"],
    }
    path = f"{cloudflare.url}/accounts/{cloudflare.account_id}/workers/scripts/{script}"
    token = {"Authorization": f"Bearer {cloudflare.token}"}
    httpx.put(
        path,
        headers=token,
        timeout=PATIENCE,
        files={
            "metadata": (None, json.dumps(metadata)),
            "index.js": ("index.js", source, "application/javascript+module"),
        },
    ).raise_for_status()
    addresses = {"enabled": True, "previews_enabled": True}
    httpx.post(
        f"{path}/subdomain", headers=token, json=addresses, timeout=PATIENCE
    ).raise_for_status()
    return str(cloudflare.state()["scripts"][script]["latest_version"])
