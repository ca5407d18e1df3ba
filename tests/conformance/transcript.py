"""The transcript of a run: one file of JSON lines, and what the document says of the last one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "transcripts"
REAL = "a real account"
EMULATED = "the emulator"
NEVER = (
    "Never, so far: nobody has run these scenarios on a real account. What stands here has been "
    "run on\nthe emulator only, and shows that the runner fits our reading of the API.\n"
)


@dataclass(kw_only=True)
class Transcript:
    """Notes exchanges line by line, so that a run that is killed leaves what it saw."""

    file: Path
    scenario: str | None = None
    results: dict[str, str] = field(default_factory=dict)

    def begin(self, *, on: str, began: datetime, version: str, left_out: tuple[str, ...]) -> None:
        """Write the first line; `left_out` are scenarios that the account has no means for."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        said = {"began": began.isoformat(timespec="seconds"), "on": on, "version": version}
        self._write(said | {"left_out": sorted(left_out)})

    def note(self, exchange: Mapping[str, Any]) -> None:
        """Write a request with its answer; both are redacted already."""
        self._write({"scenario": self.scenario, **exchange})

    def end(self) -> None:
        """Write the last line: how each scenario ended."""
        self._write({"results": self.results})

    def _write(self, line: Mapping[str, Any]) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def render_last_run(folder: Path) -> str:
    """Return what the transcripts in a folder say of the last run on a real account."""
    runs = [run for file in folder.glob("*.jsonl") if (run := _read(file))["on"] == REAL]
    if not runs:
        return NEVER
    last = max(runs, key=lambda run: str(run["began"]))
    results: Mapping[str, str] = last.get("results", {})
    passed = sorted(name for name, result in results.items() if result == "passed")
    others = sorted(set(results) - set(passed))
    lines = [
        f"On {last['began']}, with version {last['version']}:",
        f"{len(passed)} passed, {len(others)} failed, {len(last['left_out'])} were left out.",
        *([] if "results" in last else ["The run did not come to its end."]),
        *(f"\n- failed: {name.replace('_', ' ')}" for name in others),
        *(f"\n- left out: {name.replace('_', ' ')}" for name in last["left_out"]),
        f"\nIts transcript is `{last['file']}`.",
    ]
    return "\n".join(lines) + "\n"


def _read(file: Path) -> dict[str, Any]:
    """Return the first and the last line of a transcript as one, with the name of the file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    return {
        **first,
        **({"results": last["results"]} if "results" in last else {}),
        "file": file.name,
    }
