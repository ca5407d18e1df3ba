"""What a plan says of assets: Cloudflare never answers which files a version serves, git may."""

from typing import Any

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, committed and deployed."""
    full_runner.checkout.commit("Begin")
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


def asset_changes(run: Run) -> list[dict[str, Any]]:
    steps = run.report["plan"]["steps"]
    return [c for step in steps for c in step["changes"] if c["kind"] in ("asset", "assets")]


def test_a_plan_names_the_files_that_are_new_changed_and_removed(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.assets(app_js="console.log(2, 'longer')", new_css="body {}")
    (live.checkout.root / "public" / "a.txt").unlink()

    run = live.process("plan")

    assert run.exit_code == 0, run.log
    assert "~ assets      3 files, 1 new, 1 changed, 1 removed since version" in run.stdout
    files = {(c["action"], c["name"]) for c in asset_changes(run) if c["kind"] == "asset"}
    assert files == {("create", "/new.css"), ("update", "/app.js"), ("delete", "/a.txt")}
    assert "\n- asset /a.txt 1 B\n" in run.summary
    assert "1 file: /index.html" in run.summary.partition("unchanged</summary>")[2]
    assert cloudflare.writes == []


def test_files_that_git_ignores_are_not_guessed(full_runner: Runner):
    """Built files are in no commit: what it has is not what was deployed, as its digest shows."""
    full_runner.checkout.write(".gitignore", "public/built.js\n").commit("Begin")
    full_runner.checkout.assets(built_js="console.log('built')")
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.assets(built_js="console.log('built again, and larger')")

    run = full_runner.fast("plan")

    assert "changed since version" in run.stdout
    assert "largest: /built.js 38 B, " in run.stdout
    assert {c["kind"] for c in asset_changes(run)} == {"assets"}


def test_many_files_are_counted_and_the_largest_named(live: Runner):
    for number in range(60):
        live.checkout.write(f"public/{number}.bin", "x" * (number + 1))

    run = live.fast("deploy", dry_run=True)

    named = [c["name"] for c in asset_changes(run) if c["kind"] == "asset" and c["name"]]
    assert named == [f"/{number}.bin" for number in range(59, 39, -1)]
    assert "60 new" in run.stdout
    assert "and 40 more, none larger" in run.stdout


def test_a_first_plan_names_the_largest_files(full_runner: Runner):
    run = full_runner.fast("plan")

    told = "+ assets      3 files; largest: /app.js 14 B, /index.html 12 B, /a.txt 1 B"
    assert told in run.stdout


def test_a_change_of_the_rules_alone_is_said_to_be_one(live: Runner):
    live.checkout.write("public/_headers", "/*\n  X-Robots-Tag: noindex\n")

    run = live.fast("plan")

    assert "~ assets      3 files, their rules changed since version" in run.stdout
