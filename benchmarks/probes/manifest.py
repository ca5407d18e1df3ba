"""Our manifest phase alone: walk, ignore rules, hashes, content types; prints seconds.

`python manifest.py SOURCE DIRECTORY`
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from workers_deploy.project.assets.directory import AssetDirectory
from workers_deploy.project.findings import Findings


def main() -> None:
    began = time.monotonic()
    assets = AssetDirectory(directory=Path(sys.argv[2]), shown="public", findings=Findings())
    assert assets.read_manifest({}) is not None
    print(time.monotonic() - began)


if __name__ == "__main__":
    main()
