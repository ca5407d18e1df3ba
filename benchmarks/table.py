"""What was measured, as a table for a terminal, which is Markdown as well."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.fresh import Fresh
from benchmarks.limits import Limit
from benchmarks.works import OURS, Row

MEBIBYTE = 2**20
NONE = "-"  # not measured
# what is compared, with which tool, and the key of Work.wanted
RATIOS = (
    ("wrangler", "seconds", "wall"),
    ("wrangler-no-log", "seconds", "wall-no-log"),
    ("wrangler", "memory", "memory"),
)
HEAD = (
    "| work | wrangler | wrangler, log off | workers-deploy | time ÷ | time ÷, log off | memory ÷ |"
    " requests: writes + reads (+ confirming), wrangler / ours | server CPU |"
)


def table_head() -> str:
    """Return the table's first two lines."""
    return f"{HEAD}\n|---|---|---|---|---|---|---|---|---|"


def table_line(row: Row) -> str:
    """Return one work's line; a ratio that falls short is marked with ✗ and what was wanted."""
    tools = [_cell(row, tool) for tool in ("wrangler", "wrangler-no-log", OURS)]
    ratios = [_ratio(row, *which) for which in RATIOS]
    requests = " / ".join(_requests(row, tool) for tool in ("wrangler", OURS) if tool in row.runs)
    server = f"{row.median(OURS, 'server_cpu'):.2f} s"
    cells = [row.work.title, *tools, *ratios, requests, server]
    return f"| {' | '.join(cells)} |"


def _cell(row: Row, tool: str) -> str:
    if tool not in row.runs:
        return NONE
    memory = row.median(tool, "memory") / MEBIBYTE
    return f"{row.median(tool, 'seconds'):.2f} s, {memory:.0f} MiB"


def _ratio(row: Row, tool: str, number: str, wanted: str) -> str:
    if tool not in row.runs:
        return _bounded(row) if number == "memory" else NONE
    least = row.work.wanted.get(wanted)
    ratio = row.ratio(tool, number)
    if least is None:
        return f"{ratio:.1f}"
    return f"{ratio:.1f} ✓" if ratio >= least else f"{ratio:.1f} ✗ (≥ {least:g})"


def _bounded(row: Row) -> str:
    most = row.work.wanted.get("megabytes")
    if most is None:
        return NONE
    megabytes = row.median(OURS, "memory") / 1_000_000
    verdict = "✓" if megabytes <= most else "✗"
    return f"{megabytes:.0f} MB {verdict} (≤ {most:g})"


def _requests(row: Row, tool: str) -> str:
    writes, reads, confirming = (
        round(row.median(tool, number)) for number in ("writes", "reads", "confirming")
    )
    return f"{writes} + {reads}" + (f" (+ {confirming})" if confirming else "")


def limit_lines(limits: Iterable[Limit]) -> Iterator[str]:
    """Yield the table of limits."""
    yield "| limit | workers-deploy | the least | ÷ |"
    yield "|---|---|---|---|"
    for limit in limits:
        verdict = "✓" if limit.ratio <= limit.wanted else f"✗ (≤ {limit.wanted:g})"
        yield (
            f"| {limit.title} | {limit.ours:.3f} s | {limit.least:.3f} s "
            f"| {limit.ratio:.2f} {verdict} |"
        )


def fresh_lines(fresh: Fresh | None) -> Iterator[str]:
    """Yield the comparison from nothing to deployed, or why there is none."""
    if fresh is None:
        yield "From nothing to deployed: not measured, there is no container engine here."
        return
    yield "| from nothing to deployed | seconds | fetched |"
    yield "|---|---|---|"
    yield (
        f"| `npm install wrangler`, deploy | {fresh.npm_seconds:.1f} s "
        f"| {fresh.npm_bytes / MEBIBYTE:.0f} MiB of packages |"
    )
    yield (
        f"| load the image, deploy | {fresh.image_seconds:.1f} s "
        f"| {fresh.image_bytes / MEBIBYTE:.0f} MiB, the image compressed |"
    )


def growth_line(rows: Sequence[Row]) -> str | None:
    """Return how our time grows from 10,000 files to 100,000; None where one was not measured."""
    seconds = {
        row.work.site.files: row.median(OURS, "seconds")
        for row in rows
        if not row.work.unchanged and not row.work.latency
    }
    few, many = seconds.get(10_000), seconds.get(100_000)
    if few is None or many is None:
        return None
    return f"10 times as many files, from 10,000 to 100,000: {many / few:.1f} times the time."
