"""Stands in for `buildkite-agent`: keeps what it is given in a folder, and fails on request."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python}
import json, os, sys, uuid
call = {{"arguments": sys.argv[1:], "text": sys.stdin.read(), "environment": dict(os.environ)}}
with open(os.path.join({folder!r}, uuid.uuid4().hex + ".json"), "w") as file:
    json.dump(call, file)
sys.exit({status})
"""


class BuildkiteAgent:
    """A program to put into PATH."""

    def __init__(self, folder: Path, *, status: int = 0) -> None:
        self.bin = folder / "bin"
        self._calls = folder / "calls"
        self.bin.mkdir(parents=True)
        self._calls.mkdir()
        program = self.bin / "buildkite-agent"
        program.write_text(
            _PROGRAM.format(python=sys.executable, folder=str(self._calls), status=status)
        )
        program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What it was called with: arguments, standard input, environment."""
        return [json.loads(file.read_text()) for file in sorted(self._calls.iterdir())]

    @property
    def meta_data(self) -> Mapping[str, str]:
        """What later steps read with `buildkite-agent meta-data get`."""
        return {
            call["arguments"][2]: call["text"]
            for call in self.calls
            if call["arguments"][:2] == ["meta-data", "set"]
        }

    @property
    def annotations(self) -> list[dict[str, Any]]:
        """The calls that annotate the build."""
        return [call for call in self.calls if call["arguments"][0] == "annotate"]
