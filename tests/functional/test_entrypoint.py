"""`./entrypoint` runs from a checkout as it stands: from any folder, with any environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fakes.terminal import at_a_terminal

ROOT = Path(__file__).parents[2]
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"


def run_entrypoint(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "entrypoint", *arguments],
        cwd=cwd,
        env={"PATH": PATH, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_is_told_from_any_folder(tmp_path: Path):
    result = run_entrypoint("--help", cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert "deploy" in result.stdout


def test_the_name_alone_at_a_terminal_shows_the_help(tmp_path: Path):
    exit_code, shown = at_a_terminal(cwd=tmp_path, env={"PATH": PATH})

    assert exit_code == 0
    assert "usage: workers-deploy" in shown
    assert "✗" not in shown
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


@pytest.mark.parametrize("env", [{"CI": "true"}, {"INPUT_COMMAND": "deploy"}])
def test_where_something_is_asked_for_the_name_alone_deploys(tmp_path: Path, env: dict[str, str]):
    exit_code, shown = at_a_terminal(cwd=tmp_path, env={"PATH": PATH, **env})

    assert exit_code == 2
    assert "api-token" in shown
    assert "usage:" not in shown


def test_without_a_terminal_the_name_alone_deploys(tmp_path: Path):
    result = run_entrypoint(cwd=tmp_path)

    assert result.returncode == 2
    assert "api-token" in result.stdout + result.stderr


def test_a_variable_with_a_hyphen_in_its_name_reaches_the_inputs(tmp_path: Path):
    result = run_entrypoint("plan", cwd=tmp_path, env={"INPUT_WORKERS-DEV": "perhaps"})

    assert result.returncode == 2
    assert "workers-dev" in result.stdout + result.stderr


def test_modules_of_the_checkout_or_of_pythonpath_are_not_taken_up(tmp_path: Path):
    for name in ("json.py", "httpx.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken over')\n", encoding="utf-8")

    result = run_entrypoint("--help", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})

    assert result.returncode == 0, result.stderr
    assert "taken over" not in result.stderr


def test_a_locale_that_is_not_utf_8_does_not_break_the_log(tmp_path: Path):
    result = run_entrypoint("plan", cwd=tmp_path, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})

    assert result.returncode == 2
    assert "✗" in result.stdout + result.stderr
