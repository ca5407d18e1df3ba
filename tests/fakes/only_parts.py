"""What tests of `only` share."""

from typing import Any

from fakes.runs import Run, Runner


def only(runner: Runner, *scopes: str, **inputs: Any) -> Run:
    run = runner.fast("deploy", "--only", ",".join(scopes), **inputs)
    assert run.exit_code == 0, run.log
    return run


def not_built(runner: Runner) -> None:
    """Leave of the checkout what is there before a build."""
    (runner.checkout.root / "index.js").unlink()
    for file in (runner.checkout.root / "public").iterdir():
        file.unlink()
    (runner.checkout.root / "public").rmdir()
