"""What is in the image, and what is not."""

import json
from pathlib import Path

from fakes.engine import BASE, Engine
from workers_deploy import __version__

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
AT_MOST = 90 * MEGABYTE

FIND_PACKAGES = """
import importlib.metadata, json
print(json.dumps(sorted(d.name.lower() for d in importlib.metadata.distributions())))
"""
# A .pyc starts with a magic number and flags: 1 = it holds a hash of its source, 2 = that is
# checked at each import. We want 1 without 2.
FIND_SOURCES_WITHOUT_BYTECODE = """
import importlib.util, json, pathlib
root = pathlib.Path("/opt/workers-deploy")
def is_compiled(source):
    cache = pathlib.Path(importlib.util.cache_from_source(str(source)))
    return cache.exists() and cache.read_bytes()[4:8] == bytes((1, 0, 0, 0))
sources = [p for folder in ("lib", "src") for p in (root / folder).rglob("*.py")]
print(json.dumps([len(sources), [str(p) for p in sources if not is_compiled(p)]]))
"""


def size_of(engine: Engine, image: str) -> int:
    """Return an image's unpacked size in bytes."""
    return int(engine.docker("image", "inspect", "--format", "{{.Size}}", image).stdout)


def python_in(engine: Engine, image: str, script: str) -> object:
    """Run a script with the image's interpreter and return the JSON that it prints."""
    options = ("--entrypoint", "/opt/workers-deploy/bin/python")
    result = engine.run(image, "-I", "-c", script, options=options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_image_adds_at_most_90_megabytes_to_its_base(engine: Engine, image: str, capsys):
    added = size_of(engine, image) - size_of(engine, BASE)

    with capsys.disabled():
        print(f"\nimage: {added / MEGABYTE:.1f} MB unpacked above its base")  # noqa: T201
    assert 0 < added <= AT_MOST


def test_there_is_no_compiler_no_node_and_no_git(engine: Engine, image: str):
    names = "gcc cc g++ make node npm git cargo rustc"

    result = engine.run(image, "-c", f"command -v {names}", options=("--entrypoint", "sh"))

    assert result.stdout == ""


def test_only_what_a_run_needs_is_installed(engine: Engine, image: str):
    packages = python_in(engine, image, FIND_PACKAGES)

    assert isinstance(packages, list)
    assert "httpx" in packages
    assert not {"pip", "requests", "pygithub", "cryptography", "starlette"} & set(packages)


def test_the_bundler_is_the_one_that_wrangler_has(engine: Engine, image: str):
    lock = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text(encoding="utf-8"))

    options = ("--entrypoint", "/opt/workers-deploy/esbuild/bin/esbuild")
    result = engine.run(image, "--version", options=options)

    assert result.stdout.strip() == lock["packages"]["node_modules/esbuild"]["version"]


def test_every_source_has_bytecode_that_is_trusted_unchecked(engine: Engine, image: str):
    count, missing = python_in(engine, image, FIND_SOURCES_WITHOUT_BYTECODE)  # type: ignore[misc]

    assert count > 100
    assert missing == []


def test_the_labels_tell_name_version_and_licence(engine: Engine, image: str):
    inspected = engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", image)

    labels = {
        name.removeprefix("org.opencontainers.image."): value
        for name, value in json.loads(inspected.stdout).items()
    }
    assert (labels["title"], labels["version"], labels["licenses"]) == (
        "workers-deploy",
        __version__,
        "MIT",
    )


def test_neither_user_nor_folder_is_set_since_github_mounts_as_root(engine: Engine, image: str):
    inspected = engine.docker("image", "inspect", "--format", "{{json .Config}}", image)

    config = json.loads(inspected.stdout)
    assert (config["User"], config["WorkingDir"]) in {("", ""), ("", "/")}


def test_nothing_of_the_checkout_gets_in_that_is_not_listed(engine: Engine, image: str):
    result = engine.run(
        image,
        "-c",
        "ls -A /opt/workers-deploy /opt/workers-deploy/src",
        options=("--entrypoint", "sh"),
    )

    names = {line for line in result.stdout.split() if ":" not in line}
    assert names <= {
        *("bin", "lib", "lib64", "include", "pyvenv.cfg", "LICENSE", "entrypoint", "src"),
        "workers_deploy",
        *("esbuild", "node_modules"),  # what bundling takes: a program, and files that it reads
        ".gitignore",  # venv's own, from Python 3.13
    }
