"""The real wrangler, run against an emulator: the official client that knows nothing of us."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from fakes.patience import PATIENCE
from fakes.warm_wrangler import NODE_MODULES, environment_of, warm_wrangler
from workers_emulator.server.server import EmulatorServer

REPOSITORY = Path(__file__).parents[2]
PROJECTS = REPOSITORY / "tests" / "data" / "wire" / "projects"
Binding = Mapping[str, Any]
OTHER = """
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class X extends DurableObject {}
export class Ep extends WorkerEntrypoint {}
export default { fetch: () => new Response("other") };
"""
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
        said = warm_wrangler().run(folder, words, environment=self._environment(), stdin=stdin)
        ran = Ran(
            code=0 if said.error is None else 1,
            stdout=COLOURS.sub("", said.stdout),
            stderr=COLOURS.sub("", said.stderr),
            events=said.events,
        )
        assert ran.code == expect, f"wrangler {' '.join(words)}: {said.error}\n{ran.stdout}"
        return ran

    def _environment(self) -> dict[str, str]:
        return environment_of(
            self.home,
            CLOUDFLARE_API_BASE_URL=self.api_url,
            CLOUDFLARE_API_TOKEN=self.token,
            CLOUDFLARE_ACCOUNT_ID=self.account_id,
            WRANGLER_HIDE_BANNER="true",
        )


def emulate(**options: Any) -> EmulatorServer:
    """Return an emulator that runs scripts with the node modules of the tests."""
    return EmulatorServer(subdomain="acme", rate_limit=0, node_modules=NODE_MODULES, **options)


def install_wrangler(cloudflare: EmulatorServer, home: Path) -> Wrangler:
    """Return the wrangler that `make` installed, pointed at the emulator."""
    return Wrangler(
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


def upload_what_is_bound(cloudflare: EmulatorServer) -> None:
    """Leave the scripts that the recorded project a-bindings binds."""
    classes = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["X"]}]}
    upload_source(cloudflare, "other", OTHER, migrations=classes)
    upload(cloudflare, "tailer", "tailer")


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
