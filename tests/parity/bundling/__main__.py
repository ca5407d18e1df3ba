"""Shows which bundles differ from wrangler's; words are a part of the names of the cases.

Usage: PYTHONPATH=tests .venv/bin/python -m parity.bundling [WORD…]
"""

import json
import sys
import tempfile
from pathlib import Path

from parity.bundling.all_projects import PROJECTS
from parity.bundling.compare import differences, made_by_us, made_by_wrangler
from parity.bundling.suite import cases


def show(part: str) -> None:
    """Compare the cases in whose name the words stand."""
    asked = [case for case in cases(PROJECTS) if part in case.name]
    with tempfile.TemporaryDirectory() as home:
        theirs = made_by_wrangler(asked, Path(home))
    equal = refused = 0
    for case, ours, other in zip(asked, made_by_us(asked), theirs, strict=True):
        if found := differences(ours, other):
            print(f"{case.name}: {json.dumps(found, indent=1, ensure_ascii=False)}")  # noqa: T201
        else:
            equal += 1
            refused += other.modules is None
    print(f"{equal} of {len(asked)} are equal, {refused} of them refused by both")  # noqa: T201


show(" ".join(sys.argv[1:]))
