"""What people get wrong first, and what they are told."""

from pathlib import Path

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner, annotations


@pytest.fixture
def nothing(cloudflare: Cloudflare, tmp_path: Path) -> Runner:
    """A runner in a repository without any configuration."""
    checkout = Checkout(tmp_path / "repository").write("README.md", "# A monorepo")
    return Runner(checkout, cloudflare, tmp_path / "files")


@pytest.mark.parametrize("command", ["deploy", "plan", "preview", "show", "rollback", "delete"])
def test_without_a_configuration_it_is_said_where_one_was_looked_for(nothing: Runner, command: str):
    run = nothing.fast(command)

    assert run.exit_code == 2
    assert "config" in run.log
    assert "no wrangler.json, wrangler.jsonc or wrangler.toml in this folder" in run.log
    assert "working-directory" in run.log
    assert run.log.count("config    ") == 1
    assert "script-name   " not in run.log


def test_a_configuration_further_down_is_named(nothing: Runner):
    nothing.checkout.write("apps/shop/wrangler.jsonc", "{}")
    nothing.checkout.write("apps/node_modules/wrangler.toml", "")

    run = nothing.fast("deploy")

    assert "the project's folder (apps/shop has one)" in run.log


def test_in_a_folder_of_a_repository_the_folders_above_count_too(nothing: Runner):
    nothing.checkout.commit("Begin")
    nothing.checkout.write("apps/shop/index.js", "")

    run = nothing.fast("deploy", working_directory="apps/shop")

    assert "wrangler.toml in apps/shop, nor in a folder above it" in run.log


def test_inputs_alone_need_no_configuration(nothing: Runner):
    nothing.checkout.module()

    run = nothing.fast(
        "deploy", script_name="shop", main="index.js", compatibility_date="2026-11-01"
    )

    assert run.exit_code == 0, run.log


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("deplyo", '"deplyo" is not one of deploy, plan'),
        ("publish-all", '"publish-all" is not one of deploy, plan'),
    ],
)
def test_a_wrong_command_is_named(runner: Runner, word: str, told: str):
    run = runner.fast(word)

    assert run.exit_code == 2
    assert told in run.log


def test_a_command_that_is_nearly_right_is_guessed(runner: Runner):
    assert "did you mean deploy?" in runner.fast("deplyo").log
    assert "did you mean rollback?" in runner.fast(command="roll-back").log
    assert "did you mean" not in runner.fast("publish-all").log


def test_a_wranglers_command_is_named(runner: Runner):
    run = runner.fast(command="d1 migrations apply DB --remote")

    assert 'the wrangler command line "d1 …" is not understood' in run.log
    assert "because of" not in run.log


def test_the_option_that_is_not_understood_is_named(runner: Runner):
    run = runner.fast(command="deploy --env x --minify=secret-value")

    assert run.exit_code == 2, run.log
    assert 'command line "deploy …" is not understood, because of --minify' in run.log
    assert "secret-value" not in run.log


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"dry_run": "ja"}, '"ja" is neither true nor false'),
        ({"deadline": "ten"}, '"ten" is not a whole number'),
        ({"deadline": "0"}, '"0" is not above 0'),
        ({"max_attempts": "99"}, '"99" is out of bounds: 1 to 20'),
        ({"script_name": "Shop"}, '"Shop": only small letters'),
        ({"compatibility_date": "2026-13-01"}, '"2026-13-01" is not a date'),
        ({"only": "code,secret"}, '"secret" is not one of'),
        ({"allow": "older-comit"}, "did you mean older-commit?"),
    ],
)
def test_a_wrong_input_is_told_with_its_value(runner: Runner, inputs: dict[str, str], told: str):
    run = runner.fast("deploy", **inputs)

    assert run.exit_code == 2
    assert told in run.log


def test_a_token_in_the_wrong_place_is_not_shown(runner: Runner):
    token = "Zk3nV_9aQ2rT7yU1iO5pL8sD4fG6hJ0xC-bN2mWq"

    for name in ("account_id", "dry_run", "command", "compatibility_date", "max_attempts"):
        run = runner.fast(**({} if name == "command" else {"command": "deploy"}), **{name: token})

        assert run.exit_code == 2
        assert token not in run.shown()
        assert "40 characters" in run.log


def test_a_name_that_is_nearly_an_inputs_is_a_warning(runner: Runner):
    run = runner.fast("deploy", ci="github", env={"INPUT_WORKER-DEV": "false", "INPUT_PATH": "x"})

    assert run.exit_code == 0, run.log
    (warning,) = annotations(run, "warning")
    assert warning == "INPUT_WORKER-DEV is not an input and is ignored; did you mean workers-dev?"
    assert warning in run.report["warnings"]


def test_environments_that_nobody_chose_are_one_warning(runner: Runner):
    runner.checkout.config(env={"staging": {}, "production": {}})

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 0, run.log
    (warning,) = annotations(run, "warning")
    assert "environments (staging, production) and none is chosen" in warning
    assert "CLOUDFLARE_ENV" in warning


@pytest.mark.parametrize("argv", [("--environment", ""), ("--environment=",), ()])
def test_who_means_the_top_level_can_say_so(runner: Runner, argv: tuple[str, ...]):
    runner.checkout.config(env={"staging": {}})
    env = {} if argv else {"CLOUDFLARE_ENV": ""}

    run = runner.fast("deploy", *argv, ci="github", env=env)

    assert run.exit_code == 0, run.log
    assert annotations(run, "warning") == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, "the public can reach the new script"),
        ({"workers_dev": False}, "no address leads to the new script"),
        ({"workers_dev": False, "preview_urls": True}, "the public can reach the new script"),
        (
            {"routes": [{"pattern": "shop.example.com/*", "zone_name": "example.com"}]},
            "the public can reach the new script",
        ),
    ],
)
def test_a_first_deploy_says_whether_the_public_reaches_it(
    runner: Runner, config: dict[str, object], told: str
):
    runner.checkout.config(**config)

    run = runner.fast("plan")

    assert told in run.log
