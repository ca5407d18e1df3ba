"""The official client against the emulator: what wrangler leaves there, and that it runs.

wrangler is the one installed with the test tools; it takes the emulator for Cloudflare.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes.wrangler import NODE_MODULES, Ran, Wrangler, install_wrangler

from workers_emulator.server import EmulatorServer

State = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deploys:
    """Two deploys of the same checkout: what each left of the script, and what was asked."""

    first: State
    second: State
    runs: tuple[Ran, Ran]
    requests: tuple[tuple[str, ...], tuple[str, ...]]


def emulate(**options: Any) -> EmulatorServer:
    return EmulatorServer(
        subdomain="acme", rate_limit=0, node_modules=NODE_MODULES, **options
    )


def wrangler_for(cloudflare: EmulatorServer, home: Path) -> Wrangler:
    return install_wrangler(
        api_url=cloudflare.url,
        account_id=cloudflare.account_id,
        token=cloudflare.token,
        home=home,
    )


@pytest.fixture(scope="module")
def account() -> Iterator[EmulatorServer]:
    """One account for all projects that are deployed twice."""
    with emulate(dispatch_namespaces=("ns",)) as cloudflare:
        yield cloudflare


@pytest.fixture
def cloudflare() -> Iterator[EmulatorServer]:
    with emulate() as server:
        yield server


@pytest.fixture
def wrangler(cloudflare: EmulatorServer, tmp_path: Path) -> Wrangler:
    return wrangler_for(cloudflare, tmp_path)


@pytest.fixture(scope="module")
def deploy_twice(
    account: EmulatorServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Deploys]:
    """Return a function that deploys a project twice, once per module."""
    made: dict[str, Deploys] = {}
    wrangler = wrangler_for(account, tmp_path_factory.mktemp("wrangler"))

    def deploy(project: str, script: str, *words: str) -> Deploys:
        if project not in made:
            folder = wrangler.copy_of(project)
            runs, scripts, requests = [], [], []
            for _ in range(2):
                before = account.state()["requests"]["total"]
                runs.append(wrangler.run(folder, "deploy", *words))
                state = account.state()
                scripts.append(state["scripts"][script])
                requests.append(writes(state, after=before))
            made[project] = Deploys(
                first=scripts[0],
                second=scripts[1],
                runs=(runs[0], runs[1]),
                requests=(requests[0], requests[1]),
            )
        return made[project]

    return deploy


def writes(state: State, *, after: int = 0) -> tuple[str, ...]:
    """Return the requests that are no GET, without the account and its script's name."""
    return tuple(
        f"{one['method']} {one['path'].partition('/workers/')[2]}"
        for one in state["requests"]["requests"][after:]
        if one["method"] != "GET"
    )


def bindings_of(version: State) -> dict[str, State]:
    return {one["name"]: one for one in version["resources"]["bindings"]}


def live_ids(script: State) -> list[str]:
    return [version_id for version_id, _ in script["live_versions"]]


def ask(cloudflare: EmulatorServer, script: str, path: str = "/", **headers: str) -> httpx.Response:
    return httpx.get(f"{cloudflare.origin}/__emulator__/run/{script}{path}", headers=headers)


def upload(cloudflare: EmulatorServer, script: str, text: str, *bindings: State) -> None:
    """Put a script there as another client left it, by one upload."""
    source = f'export default {{ fetch: () => new Response("{text}") }};'
    metadata = {
        "main_module": "index.js",
        "bindings": bindings,
        "compatibility_date": "2026-11-01",
        "keep_bindings": ["secret_text"],
    }
    httpx.put(
        f"{cloudflare.url}/accounts/{cloudflare.account_id}/workers/scripts/{script}",
        headers={"Authorization": f"Bearer {cloudflare.token}"},
        files={
            "metadata": (None, json.dumps(metadata)),
            "index.js": ("index.js", source, "application/javascript+module"),
        },
    ).raise_for_status()


def projects(deploy_twice: Callable[..., Deploys]) -> dict[str, Deploys]:
    return {
        "a-bindings": deploy_twice("a-bindings", "a-bindings"),
        "c-assets": deploy_twice("c-assets", "c-assets"),
        "d-worker-assets": deploy_twice("d-worker-assets", "d-worker-assets"),
        "e-python": deploy_twice("e-python", "e-python"),
        "j-env-staging": deploy_twice("j-env", "j-env-staging", "--env", "staging"),
    }


PROJECTS = ("a-bindings", "c-assets", "d-worker-assets", "e-python", "j-env-staging")


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest, deploy_twice: Callable[..., Deploys]) -> Deploys:
    words = ("--env", "staging") if request.param == "j-env-staging" else ()
    return deploy_twice(request.param.removesuffix("-staging"), request.param, *words)
