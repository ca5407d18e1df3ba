"""The lock files hold what pyproject.toml asks for, by hash, and no address of a registry."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from workers_deploy.project.bundle.node_compat import read_node_table

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
PYTHON_LOCKS = sorted(set(REQUIREMENTS.glob("*.txt")) - {REQUIREMENTS / "image-excludes.txt"})
TESTS_NODE = ROOT / "tests/node/package-lock.json"
ESBUILD = REQUIREMENTS / "esbuild/package-lock.json"
NODE_LOCKS = [TESTS_NODE, ESBUILD, ROOT / "benchmarks/npm/package-lock.json"]
LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;]+)", re.MULTILINE)


def locked_in(path: Path) -> dict[str, str]:
    """Return the versions that a lock file holds, by name."""
    return {
        found["name"].lower().replace("_", "-"): found["version"]
        for found in LOCKED.finditer(path.read_text(encoding="utf-8"))
    }


def node_packages(path: Path) -> dict[str, dict[str, str]]:
    packages: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return {name: package for name, package in packages.items() if name}


def declared() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for: by the lock file that holds it."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = pyproject["project"]["dependencies"]
    more = pyproject["project"]["optional-dependencies"]["emulator"]
    groups = pyproject["dependency-groups"]
    development = [line for name in ("test", "lint", "image") for line in groups[name]]
    return {
        "image.txt": [Requirement(line) for line in needed],
        "dev.txt": [Requirement(line) for line in (*needed, *more, *development)],
        "bench.txt": [Requirement(line) for line in groups["bench"]],
        "mutants.txt": [Requirement(line) for line in groups["mutants"]],
    }


@pytest.mark.parametrize("name", ["image.txt", "dev.txt", "bench.txt", "mutants.txt"])
def test_a_lock_file_satisfies_every_declared_dependency(name: str):
    locked = locked_in(REQUIREMENTS / name)

    unmet = [
        str(requirement)
        for requirement in declared()[name]
        if not requirement.specifier.contains(locked.get(requirement.name.lower(), "0"))
    ]

    assert unmet == []


def test_the_image_runs_on_the_versions_that_are_tested():
    tested = locked_in(REQUIREMENTS / "dev.txt")

    in_image = locked_in(REQUIREMENTS / "image.txt")

    assert {name: tested.get(name) for name in in_image} == in_image


@pytest.mark.parametrize("path", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_locked_by_hash(path: Path):
    text = path.read_text(encoding="utf-8")

    packages = re.findall(r"^[\w.-]+==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)

    assert len(packages) == len(LOCKED.findall(text)) > 0
    assert "://" not in text


@pytest.mark.parametrize("path", NODE_LOCKS, ids=lambda path: path.parent.name)
def test_every_node_package_is_locked_by_hash(path: Path):
    packages = node_packages(path)

    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


@pytest.mark.parametrize("package", ["@esbuild/linux-x64", "@cloudflare/unenv-preset", "unenv"])
def test_the_image_bundles_with_what_wrangler_has(package: str):
    tests, image = node_packages(TESTS_NODE), node_packages(ESBUILD)

    name = f"node_modules/{package}"

    assert image[name]["integrity"] == tests[name]["integrity"]


def test_nodes_table_is_learned_from_the_packages_that_the_image_has():
    image = node_packages(ESBUILD)

    versions = read_node_table().versions

    assert {name: image[f"node_modules/{name}"]["version"] for name in versions} == versions
