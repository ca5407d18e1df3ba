"""ARCHITECTURE's table of layers holds, and each contract in pyproject.toml can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_point_down_the_layers():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "workers_deploy/core/intruder.py", "import workers_deploy.report"),
        ("layers", "workers_deploy/errors.py", "import workers_deploy.core.steps"),
        ("layers", "workers_deploy/project/intruder.py", "import workers_deploy.api"),
        ("layers", "workers_deploy/ci/intruder.py", "import workers_deploy.executor"),
        ("layers", "workers_deploy/commands.py", "import workers_deploy.__main__"),
        ("layers", "workers_deploy/helpers.py", ""),
        ("executor", "workers_deploy/executor/intruder.py", "import workers_deploy.project"),
        ("executor", "workers_deploy/executor/intruder.py", "import workers_deploy.ci.detect"),
        ("pure", "workers_deploy/core/intruder.py", "import os"),
        ("pure", "workers_deploy/report/intruder.py", "from time import monotonic"),
        ("httpx", "workers_deploy/project/intruder.py", "import httpx"),
        ("tenacity", "workers_deploy/api/http/intruder.py", "import tenacity"),
        ("two-readings", "workers_emulator/intruder.py", "import workers_deploy.core"),
        ("two-readings", "workers_deploy/api/intruder.py", "import workers_emulator"),
        ("no-cycle", "workers_emulator/state/clock.py", "import workers_emulator.intruder"),
    ],
)
def test_an_import_against_the_layers_breaks_its_contract(
    tmp_path: Path, contract: str, module: str, line: str
):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src/workers_emulator/intruder.py").write_text(
        "import workers_emulator.state.clock\n"
    )
    with (tmp_path / "src" / module).open("a") as file:
        file.write(f"{line}\n")

    result = lint_imports(tmp_path, "--contract", contract)

    assert result.returncode == 1
    assert "Contracts: 0 kept, 1 broken." in result.stdout, result.stdout + result.stderr
