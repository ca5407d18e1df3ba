"""`make demo` shows what it promises."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_plans_deploys_asks_the_script_and_deploys_nothing_again(tmp_path: Path):
    result = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    shown = [line for line in result.stdout.splitlines() if line.startswith("── ")]
    assert len(shown) == 6
    assert "The signature is right: the script has its secret." in result.stdout
    assert "a demo's key" not in result.stdout
