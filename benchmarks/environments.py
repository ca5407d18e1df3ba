"""Environments of their own, made from lock files, kept between runs."""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements"


def make_environment(folder: Path, lock: str) -> Path:
    """Make `folder` hold exactly the packages of a lock file; return its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    uv = Path(sys.prefix) / "bin" / "uv"
    flags = ("--quiet", "--require-hashes", "--python", python)
    subprocess.run([uv, "pip", "sync", *flags, REQUIREMENTS / lock], check=True)
    return python
