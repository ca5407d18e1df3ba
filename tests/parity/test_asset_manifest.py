"""Asset manifests and parts of the recorded projects are those that wrangler 4.164.0 sent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from workers_deploy.core.manifest import AssetManifest
from workers_deploy.project.load import load_project
from workers_deploy.project.request import ProjectRequest

WIRE = Path(__file__).parents[1] / "data" / "wire"
# Every recording with an upload session; its first step is made from the project as it lies here.
RECORDED = (
    "c-assets",
    "d-worker-assets",
    "m-assets-versions-upload",
    "m-buckets-empty-list",
    "m-buckets-list-of-empty",
    "m-many-buckets",
    "m-padded-empty-buckets",
    "m-second-partial-2new",
    "m-single-asset-mode",
)


def recorded(name: str) -> tuple[str, list[Mapping[str, Any]]]:
    recording = json.loads((WIRE / "recordings" / f"{name}.json").read_text(encoding="utf-8"))
    return recording["project"], recording["steps"][0]["requests"]


def manifest_of(project: str) -> AssetManifest:
    loaded = load_project(ProjectRequest(workspace=WIRE / "projects" / project))
    assert loaded.project is not None, loaded.problems
    assert loaded.project.assets is not None
    return loaded.project.assets


@pytest.mark.parametrize("name", RECORDED)
def test_the_manifest_is_the_one_that_wrangler_sent(name: str):
    project, requests = recorded(name)
    sent = next(one for one in requests if one["path"].endswith("/assets-upload-session"))

    manifest = manifest_of(project)

    assert manifest.as_json() == sent["json"]["manifest"]


@pytest.mark.parametrize("name", RECORDED)
def test_each_part_has_the_content_type_that_wrangler_sent(name: str):
    project, requests = recorded(name)
    parts = {
        part["name"]: part["content_type"]
        for one in requests
        if one["path"].endswith("/assets/upload")
        for part in one["parts"]
    }

    by_hash = manifest_of(project).by_hash

    ours = {hash_: by_hash[hash_].content_type or "application/null" for hash_ in parts}
    assert ours == parts


def test_the_asset_options_are_those_that_wrangler_sent():
    project, requests = recorded("d-worker-assets")
    upload = next(one for one in requests if one["method"] == "PUT")
    metadata = json.loads(
        next(part["text"] for part in upload["parts"] if part["name"] == "metadata")
    )

    config = manifest_of(project).config

    assert config == metadata["assets"]["config"]
