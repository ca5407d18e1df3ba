"""The largest manifest that Cloudflare takes, against the hash function that wrangler uses."""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.core.manifest import MAX_ASSET_COUNT, AssetManifest
from workers_deploy.project.assets.directory import AssetDirectory
from workers_deploy.project.findings import Findings
from workers_emulator.runtime.tools import find_node

FILES_PER_FOLDER = 1_000
SAMPLE = 300
ENDINGS = ("html", "JS", "tar.gz", "")
# As wrangler 4.164.0's hashFile (cli.js:170330).
HASH = """
const { hash } = require(process.argv[1]);
const { readFileSync } = require("node:fs");
const { extname } = require("node:path");
const files = JSON.parse(readFileSync(0, "utf8"));
const hashFile = (file) =>
  hash(readFileSync(file).toString("base64") + extname(file).substring(1)).toString("hex");
process.stdout.write(JSON.stringify(files.map((file) => hashFile(file).slice(0, 32))));
"""


def make_site(root: Path, files: int) -> None:
    """Write files that all differ, most of them small."""
    for number in range(files):
        folder = root / f"{number // FILES_PER_FOLDER}"
        if number % FILES_PER_FOLDER == 0:
            folder.mkdir(parents=True)
        name = f"{number}.{ENDINGS[number % len(ENDINGS)]}".rstrip(".")
        content = b"%d " % number * ((number % 1_000 == 7 and 60_000) or number % 30)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, content)
        os.close(descriptor)


def hashes_of_wrangler(files: list[str]) -> list[str]:
    done = subprocess.run(
        [find_node(None), "-e", HASH, NODE_MODULES / "blake3-wasm"],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
    )
    hashes: list[str] = json.loads(done.stdout)
    return hashes


def read_manifest(root: Path) -> AssetManifest:
    findings = Findings()
    manifest = AssetDirectory(root, "public", findings).read_manifest({})
    assert manifest is not None, findings.problems
    return manifest


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that goes away at once: pytest keeps its own for a while."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_hundred_thousand_files_are_hashed_as_wrangler_hashes_them(public):
    make_site(public, MAX_ASSET_COUNT)

    manifest = read_manifest(public)

    paths = [entry.path for entry in manifest.entries]
    assert len(paths) == MAX_ASSET_COUNT
    assert paths == sorted(paths)
    assert all(entry.file == f"{public}{entry.path}" for entry in manifest.entries)
    sample = random.Random(7).sample(manifest.entries, SAMPLE)
    sample += [entry for entry in manifest.entries if entry.size > 100_000][:10]
    assert [entry.hash for entry in sample] == hashes_of_wrangler([e.file for e in sample])
    assert [entry.size for entry in sample] == [Path(e.file).stat().st_size for e in sample]
