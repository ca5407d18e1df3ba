"""wrangler and our report say the same of what is live, whatever happened before."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner
from fakes.wrangler import Wrangler, install_wrangler


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One script, our runner and the official one."""

    runner: Runner
    cloudflare: Cloudflare
    wrangler: Wrangler

    def code(self, number: int) -> None:
        self.runner.checkout.module(f"export default {{ fetch() {{ return {number} }} }};\n")

    def ask_wrangler(self, *words: str) -> Any:
        ran = self.wrangler.run(self.runner.checkout.root, *words, "--name", "shop", "--json")
        return json.loads(ran.stdout)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Cloudflare() as cloudflare:
        runner = Runner(full(tmp_path / "checkout"), cloudflare, tmp_path / "files")
        runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
        scene = Scene(
            runner=runner, cloudflare=cloudflare, wrangler=install_wrangler(cloudflare, tmp_path)
        )
        for number in (1, 2):
            scene.code(number)
            assert runner.fast("deploy").exit_code == 0
        yield scene


def nothing_more(scene: Scene) -> Run:
    return scene.runner.fast("deploy")


def a_preview(scene: Scene) -> Run:
    scene.code(3)
    return scene.runner.fast("preview")


def a_rollback(scene: Scene) -> Run:
    return scene.runner.fast("rollback")


def a_failed_probe(scene: Scene) -> Run:
    scene.code(3)
    return scene.runner.fast("deploy", probe="http://127.0.0.1:9/", probe_timeout=3)


def a_refused_deployment(scene: Scene) -> Run:
    scene.code(3)
    scene.cloudflare.fail("POST deployments", "status", status=403, code=10023, message="No.")
    return scene.runner.fast("deploy")


def secrets_alone(scene: Scene) -> Run:
    scene.runner.knows(STRIPE_KEY="sk_live_another")
    return scene.runner.fast("deploy", only="secrets")


@pytest.mark.parametrize(
    "happens",
    [nothing_more, a_preview, a_rollback, a_failed_probe, a_refused_deployment, secrets_alone],
)
def test_wrangler_reports_the_live_version_that_we_report(
    scene: Scene, happens: Callable[[Scene], Run]
):
    run = happens(scene)

    status = scene.ask_wrangler("deployments", "status")
    versions = scene.ask_wrangler("versions", "list")

    assert status["versions"] == [{"version_id": run.outputs["live-version-id"], "percentage": 100}]
    shown = scene.runner.fast("show").report["details"]
    assert shown["live_version"]["id"] == run.outputs["live-version-id"]
    newest_first = [version["id"] for version in shown["versions"]]
    assert sorted(newest_first) == sorted(version["id"] for version in versions)
    assert newest_first[0] == shown["latest_version_id"]
    if "version-id" in run.outputs:
        assert run.outputs["version-id"] in newest_first


def test_wrangler_reports_the_rollout_that_we_report(scene: Scene):
    one, two = (version["id"] for version in scene.cloudflare.versions())
    scene.cloudflare.deploy_version(two, one)

    status = scene.ask_wrangler("deployments", "status")

    shown = scene.runner.fast("show").report["details"]["deployments"][0]
    told = {share["version_id"]: share["percentage"] for share in shown["versions"]}
    assert told == {share["version_id"]: share["percentage"] for share in status["versions"]}
    assert set(told) == {one, two}
