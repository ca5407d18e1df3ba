"""Trees, configurations and inputs that are made to hang, fill or crash a run.

Each ends as the project's or an input's problem, by name, or deploys as if the odd thing weren't
there: never a traceback, never exit 1. To add one, write a row; `fakes/hostile.py` has the parts.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.hostile import (
    Hostile,
    configured,
    fifo,
    files,
    ignored,
    json,
    link,
    repository,
    sparse,
    toml,
    unknown,
    unreadable,
)
from fakes.patience import PATIENCE
from fakes.privileges import only_what_modes_allow
from fakes.runs import Runner

LONG = "has 20,000 bytes; a path has at most 4,095, and each name in it 255"
IS_A_FIFO = "can't be read: it is a FIFO"
DENIED = "can't be read: Permission denied"
PATHS = ("working_directory", "config", "main", "assets", "report_dir", "output_dir")

FILES = {
    "link to itself among the assets": Hostile(
        make=link("public/me", "me"), says="public/me can't be read: Too many levels of symbolic"
    ),
    "FIFO among the assets": Hostile(
        make=fifo("public/pipe"), says="public/pipe is no regular file"
    ),
    "FIFO as .assetsignore": Hostile(make=fifo("public/.assetsignore"), says=IS_A_FIFO),
    "FIFO as _headers": Hostile(make=fifo("public/_headers"), says=IS_A_FIFO),
    "FIFO as main": Hostile(make=fifo("index.js"), says=f"index.js {IS_A_FIFO}"),
    "FIFO as a module": Hostile(
        make=configured(fifo("x.txt"), find_additional_modules=True), says=f"x.txt {IS_A_FIFO}"
    ),
    "FIFO as package.json": Hostile(make=fifo("package.json"), exit_code=0),
    "main of 16 GB": Hostile(make=sparse("index.js"), says="it is larger than 64 MiB"),
    "configuration of 16 GB": Hostile(
        make=sparse("wrangler.json"), says="wrangler.json can't be read: it is larger than 1 MiB"
    ),
    ".assetsignore of 16 GB": Hostile(
        make=sparse("public/.assetsignore"), says="it is larger than 1 MiB"
    ),
    "_redirects of 16 GB": Hostile(make=sparse("public/_redirects"), says="larger than 8 MiB"),
    "asset of 16 GB": Hostile(make=sparse("public/a.bin"), says="an asset may have 25 MiB at most"),
    "device as main": Hostile(
        make=link("index.js", "/dev/zero"), says="index.js is outside the repository"
    ),
}
UNREADABLE = {
    "folder of assets": Hostile(make=unreadable("public/d"), says=f"public/d {DENIED}"),
    "asset directory": Hostile(make=unreadable("public"), says=f"public {DENIED}"),
    "main": Hostile(make=unreadable("index.js"), says=f"index.js {DENIED}"),
    "configuration": Hostile(make=unreadable("wrangler.json"), says=f"wrangler.json {DENIED}"),
    "folder of modules": Hostile(
        make=configured(unreadable("lib"), find_additional_modules=True), says=f"lib {DENIED}"
    ),
    "working directory": Hostile(
        make=unreadable("away"), exit_code=0, inputs={"working_directory": "away"}
    ),
    ".git": Hostile(make=repository(unreadable(".git")), exit_code=0),
    "node_modules": Hostile(make=unreadable("node_modules"), exit_code=0),
}
PATTERNS = {
    "stars in .assetsignore": Hostile(make=ignored("*a" * 40 + "b\n", "a" * 80), exit_code=0),
    "folders in .assetsignore": Hostile(
        make=ignored("**/a/" * 20 + "**/b\n", "a/" * 60 + "c"), exit_code=0
    ),
    "bad class in .assetsignore": Hostile(make=ignored("[b-a]\n", "c"), exit_code=0),
    "too many lines in .assetsignore": Hostile(
        make=ignored("a\n" * 10_000), says="has 10,001 lines; at most 10,000 are possible"
    ),
    "stars in rules": Hostile(
        make=configured(
            lambda checkout: checkout.write("a" * 100, "x"),
            rules=[{"type": "Text", "globs": ["*a" * 40 + "b"]}],
            find_additional_modules=True,
        ),
        exit_code=0,
    ),
    "folders in rules": Hostile(
        make=configured(
            lambda checkout: checkout.write("a/" * 60 + "c", "x"),
            rules=[{"type": "Text", "globs": ["**/a/" * 20 + "b"]}],
            find_additional_modules=True,
        ),
        exit_code=0,
    ),
}
CONFIGURATIONS = {
    "TOML integer of 5,000 digits": Hostile(
        make=toml(f"[vars]\nA = {'9' * 5000}\n"),
        says="wrangler.toml:5:5  wrangler.toml can't be parsed: integer value cannot be",
    ),
    "JSON integer of 5,000 digits": Hostile(
        make=json(f'"vars": {{"A": {"9" * 5000}}}}}'), exit_code=0
    ),
    "10,000 unknown keys": Hostile(
        make=configured(**{f"unknown-{number}": 1 for number in range(10_000)}),
        exit_code=0,
        says="9,800 more warnings are not shown",
    ),
    "10,000 mistakes": Hostile(
        make=configured(compatibility_flags=[1] * 10_000), says="9,800 more problems are not shown"
    ),
    "20,000 TOML tables": Hostile(
        make=toml("".join(f"[t{number}]\n" for number in range(20_000))),
        exit_code=0,
        says="19,800 more warnings are not shown",
    ),
    "comments that nothing ends": Hostile(
        make=json("/*" * 400_000), says="wrangler.json can't be parsed"
    ),
    "900 arrays in one another": Hostile(
        make=json(f'"vars": {{"A": {"[" * 900}{"]" * 900}}}}}'), says="nested too deeply"
    ),
    "variable of 2 MB": Hostile(
        make=configured(vars={"A": "x" * 2_000_000}), says="it is larger than 1 MiB"
    ),
}
REPOSITORIES = {
    "FIFO as HEAD": Hostile(make=repository(fifo(".git/HEAD")), exit_code=0),
    "FIFO as .git": Hostile(make=fifo(".git"), exit_code=0),
    "HEAD of 16 GB": Hostile(make=repository(sparse(".git/HEAD")), exit_code=0),
    "include of a device": Hostile(
        make=repository(
            lambda checkout: checkout.write(
                ".git/config",
                "[core]\n\trepositoryformatversion = 0\n[include]\n\tpath = /dev/zero\n",
            )
        ),
        exit_code=0,
    ),
    "HEAD that is a device": Hostile(make=repository(link(".git/HEAD", "/dev/zero")), exit_code=0),
    "FIFO as .gitignore": Hostile(make=repository(unknown(fifo(".gitignore"))), exit_code=0),
    "device as .gitignore": Hostile(
        make=repository(unknown(link(".gitignore", "/dev/zero"))), exit_code=0
    ),
    "FIFO as the user's .gitignore": Hostile(
        make=repository(
            unknown(fifo("pipe"), files(_git__config="[core]\n\texcludesfile = pipe\n"))
        ),
        exit_code=0,
    ),
    "stars in .gitignore": Hostile(
        make=repository(unknown(files(_gitignore="*a" * 40 + "b\n"), name="a" * 80)), exit_code=0
    ),
    "200,000 lines in .gitignore": Hostile(
        make=repository(unknown(files(_gitignore="x*y\n" * 200_000))), exit_code=0
    ),
    "endless loop of references": Hostile(
        make=repository(files(_git__refs__heads__main="ref: refs/heads/main\n")), exit_code=0
    ),
}
INPUTS = {
    f"{name} of 20,000 characters": Hostile(exit_code=2, says=LONG, inputs={name: "w" * 20_000})
    for name in PATHS
}
TREES = {
    **FILES,
    **PATTERNS,
    **CONFIGURATIONS,
    **REPOSITORIES,
    **INPUTS,
    "working directory of 10,000 folders": Hostile(
        exit_code=2, says=LONG, inputs={"working_directory": "w/" * 10_000}
    ),
}


@pytest.fixture(scope="module")
def cloudflare() -> Iterator[Cloudflare]:
    with Cloudflare() as server:
        yield server


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """End a run that hangs: it fails then, as a bug."""

    def give_up(*_: object) -> NoReturn:
        raise AssertionError(f"the run took longer than {PATIENCE:g} s")

    former = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, former)


def deploy(tree: Hostile, cloudflare: Cloudflare, folder: Path) -> None:
    runner = Runner(full(folder / "checkout"), cloudflare, folder / "files")
    tree.make(runner.checkout)

    run = runner.fast("deploy", **tree.inputs)

    assert run.exit_code == tree.exit_code, run.log
    assert tree.says in run.log


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_a_hostile_tree_is_a_problem_by_name_or_none(
    tree: Hostile, cloudflare: Cloudflare, tmp_path: Path
):
    deploy(tree, cloudflare, tmp_path)


@pytest.mark.parametrize("tree", UNREADABLE.values(), ids=UNREADABLE)
def test_what_may_not_be_read_is_a_problem_by_name_or_none(
    tree: Hostile, cloudflare: Cloudflare, tmp_path: Path
):
    with only_what_modes_allow():
        deploy(tree, cloudflare, tmp_path)


def test_a_file_that_becomes_a_fifo_before_it_goes_up_is_not_waited_for(
    cloudflare: Cloudflare, tmp_path: Path
):
    runner = Runner(full(tmp_path / "checkout"), cloudflare, tmp_path / "files")
    asset = runner.checkout.write("public/late.txt", "to be a pipe").root / "public/late.txt"

    def replace() -> None:
        asset.unlink(missing_ok=True)
        os.mkfifo(asset)

    cloudflare.when("POST assets-upload-session", replace)

    run = runner.fast("deploy")

    assert run.exit_code == 3, run.log
    assert "the asset /late.txt has shrunk since its hash was taken" in run.log
