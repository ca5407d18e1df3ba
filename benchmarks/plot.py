"""Draws results: time and memory over the number of files, for each tool.

`python plot.py RESULTS.json` writes .png and .svg beside it. It runs in an environment of its own,
which has matplotlib and nothing else.
"""

import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

TOOLS = (
    ("wrangler", "wrangler", "#b45309", "-"),
    ("wrangler-no-log", "wrangler, log off", "#d9a066", "--"),
    ("ours", "workers-deploy", "#1d4ed8", "-"),
)
MEBIBYTE = 2**20


def main() -> None:
    source = Path(sys.argv[1])
    results = json.loads(source.read_text(encoding="utf-8"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    draw(left, results, "seconds", 1)
    left.set(yscale="log", ylabel="seconds")
    draw(right, results, "memory", MEBIBYTE)
    right.set(ylabel="MiB, all processes together")
    right.set_ylim(bottom=0)
    left.legend()
    figure.suptitle(", ".join(f"{name} {version}" for name, version in results["versions"].items()))
    for ending in ("png", "svg"):
        figure.savefig(source.with_suffix(f".{ending}"), dpi=120)


def draw(axes: Any, results: Any, number: str, scale: int) -> None:
    for tool, name, colour, line in TOOLS:
        points = sorted(points_of(results, tool, number))
        files, values = [files for files, _ in points], [value / scale for _, value in points]
        axes.plot(files, values, line, color=colour, marker="o", label=name)
    axes.set(xscale="log", xlabel="assets, all new")
    axes.grid(visible=True, which="major", alpha=0.3)


def points_of(results: Any, tool: str, number: str) -> Iterator[tuple[int, float]]:
    for row in results["rows"]:
        is_plain = row["is_generated"] and not row["unchanged"] and not row["latency"]
        if is_plain and row["files"] and tool in row["runs"]:
            of_runs = [run[number] for run in row["runs"][tool] if number in run]
            yield row["files"], statistics.median(of_runs or row["memory"][tool])


if __name__ == "__main__":
    main()
