"""`make mutants`: change the code in small ways, and list which changes no test notices."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mutation.results import MUTANTS, read_mutants
from mutation.table import complaints, read_reasons, table_lines

LOG = MUTANTS / "mutmut.log"


def main(modules: Sequence[str]) -> int:
    """Try the mutants of some modules (`core.guards`), or of all; print the table."""
    prepare(whole=not modules)
    names = [f"workers_deploy.{module}.*" for module in modules]
    if run_mutmut(names) != 0:
        print("".join(LOG.read_text(encoding="utf-8").splitlines(keepends=True)[-40:]))
        return 1
    prefixes = tuple(name.removesuffix("*") for name in names) or ("",)
    mutants = [mutant for mutant in read_mutants() if mutant.name.startswith(prefixes)]
    print("\n".join(table_lines(mutants)))
    found = list(complaints(mutants, read_reasons(), whole=not modules))
    print("\n".join(["", *found]) if found else "")
    return 1 if found else 0


def prepare(*, whole: bool) -> None:
    """Remove what mutmut would take for current: results, or copies of what it does not change."""
    if whole:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    MUTANTS.mkdir(exist_ok=True)
    (MUTANTS / "mutmut-stats.json").unlink(missing_ok=True)
    shutil.rmtree(MUTANTS / "tests", ignore_errors=True)
    for copy in MUTANTS.rglob("*.py"):
        if not copy.with_name(f"{copy.name}.meta").exists():
            copy.unlink()


def run_mutmut(names: Sequence[str]) -> int:
    """Run mutmut with its output in a file: it redraws a line for every mutant."""
    scripts = Path(sys.prefix) / "bin"
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    children = os.environ.get("MUTANTS_AT_ONCE", str(os.cpu_count()))
    with LOG.open("w", encoding="utf-8") as log:
        return subprocess.run(
            [scripts / "mutmut", "run", "--max-children", children, *names],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
