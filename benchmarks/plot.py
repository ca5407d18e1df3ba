"""Time and memory over the number of files, for each tool."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.works import OURS, Row

STYLES: Mapping[str, tuple[str, str, str]] = {
    "wrangler": ("wrangler", "#b45309", "-"),
    "wrangler-no-log": ("wrangler, log off", "#d9a066", "--"),
    OURS: ("workers-deploy", "#1d4ed8", "-"),
}


def draw(rows: Sequence[Row], title: str, target: Path) -> None:
    """Write `target`.png and `target`.svg."""
    import matplotlib as mpl  # noqa: PLC0415 - only the full run needs it

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for number, axes, label, scale in (
        ("seconds", left, "seconds", 1),
        ("memory", right, "MiB, all processes together", 2**20),
    ):
        for tool, (name, colour, line) in STYLES.items():
            points = _points(rows, tool, number)
            axes.plot(
                [files for files, _ in points],
                [value / scale for _, value in points],
                line,
                color=colour,
                marker="o",
                label=name,
            )
        axes.set(xscale="log", xlabel="assets, all new", ylabel=label)
        axes.grid(visible=True, which="major", alpha=0.3)
    left.set_yscale("log")
    right.set_ylim(bottom=0)
    left.legend()
    figure.suptitle(title)
    for ending in ("png", "svg"):
        figure.savefig(target.with_suffix(f".{ending}"), dpi=120)


def _points(rows: Sequence[Row], tool: str, number: str) -> list[tuple[int, float]]:
    found = {
        row.work.site.files: row.median(tool, number)
        for row in rows
        if tool in row.runs
        and row.work.site.files
        and not row.work.unchanged
        and not row.work.latency
        and row.work.site.is_generated
    }
    return sorted(found.items())
