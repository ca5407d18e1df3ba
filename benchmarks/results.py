"""Writes what was measured into a folder, named with the date and the versions."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.environments import make_environment
from benchmarks.fresh import Fresh
from benchmarks.limits import Limit
from benchmarks.table import fresh_lines, growth_line, limit_lines, table_head, table_line
from benchmarks.works import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """One run of the benchmark."""

    rows: Sequence[Row]
    limits: Sequence[Limit]
    fresh: Fresh | None
    versions: Mapping[str, str]
    runs: int

    @property
    def name(self) -> str:
        """Return the files' name without an ending."""
        ours, wrangler = self.versions["workers-deploy"], self.versions["wrangler"]
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        # No dots: what follows the last one would be taken for the file's ending.
        return f"{today}-workers-deploy-{ours}-wrangler-{wrangler}".replace(".", "_")

    def lines(self) -> list[str]:
        """Return the whole report as Markdown."""
        found = [*describe(self.versions, self.runs), "", table_head()]
        found += [table_line(row) for row in self.rows]
        growth = growth_line(self.rows)
        found += ["", growth] if growth else []
        found += ["", *limit_lines(self.limits), "", *fresh_lines(self.fresh)]
        return found

    def as_json(self) -> dict[str, Any]:
        """Return every single run."""
        return {
            "versions": dict(self.versions),
            "rows": [row.as_json() for row in self.rows],
            "limits": [asdict(limit) | {"ratio": limit.ratio} for limit in self.limits],
            "fresh": asdict(self.fresh) if self.fresh else None,
        }

    def write(self, folder: Path, cache: Path) -> Path:
        """Write .json, .md, .png and .svg; return the path of the first."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{self.name}.json"
        target.write_text(f"{json.dumps(self.as_json(), indent=1)}\n", encoding="utf-8")
        report = "\n".join([*self.lines(), ""])
        (folder / f"{self.name}.md").write_text(report, encoding="utf-8")
        python = make_environment(cache / "plot", "bench.txt")
        plot = Path(__file__).with_name("plot.py")
        subprocess.run([python, "-I", plot, target], check=True)
        return target


def describe(versions: Mapping[str, str], runs: int) -> list[str]:
    """Return what was compared, and where."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    load = os.getloadavg()[0]
    return [
        f"{named}; {os.cpu_count()} cores ({_processor()}), load {load:.1f}.",
        "",
        f"Medians of {runs}, the tools in turns, against the same server process.",
        "Memory is the peak of the proportional set size of all processes of a tool, looked at",
        "every 20 ms in runs of their own, since looking takes time. ÷ is the other tool's number",
        "by ours; server CPU is what the server's process took for one of our deploys.",
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
