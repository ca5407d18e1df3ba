"""Writes what an upload sends into files, for curl.

`python bodies.py SOURCE DIRECTORY manifest FILE` and, with what the session answered,
`python bodies.py SOURCE DIRECTORY bodies SESSION URL FOLDER`
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from workers_deploy.api.assets.bucket import BucketBody
from workers_deploy.api.http.body import new_boundary
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.project.assets.directory import AssetDirectory
from workers_deploy.project.findings import Findings


def main() -> None:
    assets = AssetDirectory(directory=Path(sys.argv[2]), shown="public", findings=Findings())
    manifest = assets.read_manifest({})
    assert manifest is not None
    if sys.argv[3] == "manifest":
        Path(sys.argv[4]).write_text(json.dumps({"manifest": manifest.as_json()}))
    else:
        write_bodies(manifest, Path(sys.argv[4]), sys.argv[5], Path(sys.argv[6]))


def write_bodies(manifest: AssetManifest, session: Path, url: str, folder: Path) -> None:
    """Write bodies and curl's configuration: one transfer each, on connections that are kept."""
    answer = json.loads(session.read_text())
    orders = []
    for number, bucket in enumerate(answer["buckets"]):
        entries = tuple(manifest.by_hash[hash_] for hash_ in bucket)
        body = BucketBody(new_boundary(), entries)
        file = folder / f"{number}.body"
        with file.open("wb") as target:
            target.writelines(body)
        lines = (
            f'url = "{url}"',
            'request = "POST"',
            f'upload-file = "{file}"',
            'header = "Expect:"',
            f'header = "Content-Type: {body.content_type}"',
            f'header = "Authorization: Bearer {answer["jwt"]}"',
        )
        orders.append("\n".join(lines))
    (folder / "curl.txt").write_text("\nnext\n".join(orders) + "\n")


if __name__ == "__main__":
    main()
