"""What is deployed: generated sites, the same in every run, and real ones from npm."""

import random
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.tools import find_node

SCRIPT = 'export default { fetch() { return new Response("hello"); } };\n'
CONFIG = '{"name": "bench", "main": "index.js", "compatibility_date": "2026-01-01"%s}\n'
KIBIBYTE, MEBIBYTE = 2**10, 2**20
PACKAGES = ("@tabler/icons", "monaco-editor", "mathjax")
ENDINGS = ("html", "js", "css", "svg", "json", "png")


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A project on disk: one module, and so many assets of so many bytes together."""

    title: str
    folder: Path
    files: int
    size: int
    is_generated: bool = False  # of files of 2 to 20 KB


def generated_site(cache: Path, files: int) -> Site:
    """Make assets of 2 to 20 KB of random bytes, so that nothing can be saved by compression."""
    folder = cache / "sites" / f"{files}"
    if not (folder / "wrangler.jsonc").exists():
        numbers = random.Random(files)
        for number in range(files):
            path = folder / "public" / f"{number % 100:02}" / f"{number}.{ENDINGS[number % 6]}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(numbers.randbytes(numbers.randrange(2_000, 20_000)))
        _write_project(folder, "public" if files else None)
    title = f"{files:,} asset{'s' if files > 1 else ''}" if files else "1 module, no assets"
    return replace(_site(title, folder, folder / "public"), is_generated=True)


def site_of_large_files(cache: Path, files: int) -> Site:
    """Make assets of 25 MiB each, the largest that Cloudflare takes."""
    folder = cache / "sites" / f"{files}-large"
    if not (folder / "wrangler.jsonc").exists():
        (folder / "public").mkdir(parents=True, exist_ok=True)
        numbers = random.Random(files)
        for number in range(files):
            (folder / "public" / f"{number}.bin").write_bytes(numbers.randbytes(25 * MEBIBYTE))
        _write_project(folder, "public")
    return _site(f"{files} assets of 25 MiB", folder, folder / "public")


def npm_sites(cache: Path) -> tuple[Site, ...]:
    """Install the locked packages, and make a project around the folder of each."""
    installed = _install(cache / "npm")
    sites = []
    for package in PACKAGES:
        folder = cache / "sites" / package.replace("/", "-").removeprefix("@")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(installed / package, folder / "public")
        _write_project(folder, "public")
        sites.append(_site(package, folder, folder / "public"))
    return tuple(sites)


def _install(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).parent / "npm" / name, folder)
    run_npm("install --no-save", folder)
    return folder / "node_modules"


def run_npm(words: str, folder: Path) -> None:
    """Run the npm that the venv brings; no install script of a package runs."""
    node = find_node()
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    flags = (
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--no-update-notifier",
    )
    subprocess.run(
        [node, npm, *words.split(), *flags], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )


def _write_project(folder: Path, assets: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.js").write_text(SCRIPT, encoding="utf-8")
    more = f', "assets": {{"directory": "{assets}"}}' if assets else ""
    (folder / "wrangler.jsonc").write_text(CONFIG % more, encoding="utf-8")


def _site(title: str, folder: Path, assets: Path) -> Site:
    found = [path for path in assets.rglob("*") if path.is_file()] if assets.exists() else []
    size = sum(path.stat().st_size for path in found)
    return Site(title=title, folder=folder, files=len(found), size=size)
