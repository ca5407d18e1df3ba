"""`make bench`: the same deploys with wrangler and with us, against the same server process."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.bundles import bundled_projects
from benchmarks.client import Server, running_server
from benchmarks.fresh import from_nothing
from benchmarks.limits import Limit, all_limits, bundling
from benchmarks.results import Results, describe
from benchmarks.sites import generated_site, npm_sites, site_of_large_files
from benchmarks.table import fresh_lines, growth_line, limit_lines, table_head, table_line
from benchmarks.tools import ROOT, WRANGLER, Tool, all_tools, find_node
from benchmarks.works import OURS, Bench, Row, Work

CACHE = ROOT / ".cache" / "bench"
LATE = 0.05
SMALL = {"wall": 3.0, "wall-no-log": 3.0, "memory": 4.0}
THOUSAND = {"wall": 4.0, "wall-no-log": 3.0, "memory": 4.0}
TEN_THOUSAND = {"wall": 8.0, "wall-no-log": 5.0, "memory": 4.0}
TWENTY_THOUSAND = {"wall": 10.0, "wall-no-log": 7.0, "memory": 5.0}
LARGE = {"megabytes": 200.0}
BUNDLED = {"wall": 3.0, "wall-no-log": 3.0}
UNCHANGED = {"wall": 6.0, "wall-no-log": 3.0, "memory": 5.0}


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write the results of a full run."""
    options = parse(arguments)
    CACHE.mkdir(parents=True, exist_ok=True)
    tools = all_tools(CACHE)
    versions = versions_of(tools)
    print("\n".join([*describe(versions, options.runs), "", table_head()]), flush=True)
    every = small_works() if options.small else full_works()
    works = (work for work in every if (options.only or "") in work.title)
    with running_server() as server:
        bench = Bench(server, tools, options.runs)
        rows = list(bench.rows(works, lambda row: print(table_line(row), flush=True)))
        growth = growth_line(rows)
        print(f"\n{growth}\n" if growth else "")
        limits = list(limits_of(server, tools[-1], rows))
        print("\n".join(limit_lines(limits)), end="\n\n", flush=True)
        if options.small or options.only:
            return 0
        results = Results(
            rows=rows, limits=limits, fresh=None, versions=versions, runs=options.runs
        )
        results.write(options.results, CACHE)  # half an hour's work stays, whatever comes now
        fresh = from_nothing(server, generated_site(CACHE, 0), tools[0])
    print("\n".join(fresh_lines(fresh)))
    written = replace(results, fresh=fresh).write(options.results, CACHE)
    print(f"\nwritten: {written} and its .md, .png, .svg")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="1 and 1,000 assets, three runs each")
    parser.add_argument("--runs", type=int, help="runs of each tool (default: 5; small: 3)")
    parser.add_argument("--only", help="works whose title contains this; writes no results")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args(arguments)
    options.runs = options.runs or (3 if options.small else 5)
    return options


def small_works() -> Iterator[Work]:
    """Yield what fits into three minutes."""
    yield Work(site=generated_site(CACHE, 0), wanted=SMALL)
    yield Work(site=generated_site(CACHE, 1), wanted=SMALL)
    yield Work(site=generated_site(CACHE, 1_000), wanted=THOUSAND)


def full_works() -> Iterator[Work]:
    """Yield the whole table."""
    nothing, one, thousand, ten_thousand, twenty_thousand = (
        generated_site(CACHE, files) for files in (0, 1, 1_000, 10_000, 20_000)
    )
    yield Work(site=nothing, wanted=SMALL)
    yield Work(site=nothing, latency=LATE, wanted=SMALL)
    yield Work(site=nothing, unchanged=True)
    yield Work(site=one, wanted=SMALL)
    yield Work(site=thousand, wanted=THOUSAND)
    yield Work(site=ten_thousand, wanted=TEN_THOUSAND)
    yield Work(site=ten_thousand, latency=LATE, wanted=TEN_THOUSAND)
    yield Work(site=twenty_thousand, wanted=TWENTY_THOUSAND)
    yield Work(site=twenty_thousand, unchanged=True, wanted=UNCHANGED)
    for site in npm_sites(CACHE):
        yield Work(site=site)
    for project in bundled_projects(CACHE):
        yield Work(site=project, wanted=BUNDLED)
    yield Work(site=generated_site(CACHE, 100_000), only_ours=True, wanted=LARGE)
    yield Work(site=site_of_large_files(CACHE, 100), only_ours=True, wanted=LARGE)


def limits_of(server: Server, ours: Tool, rows: Sequence[Row]) -> Iterator[Limit]:
    """Yield the limits: for bundles, and for the largest site at every latency it has."""
    for row in rows:
        if row.work.wanted is BUNDLED:
            yield bundling(ours.command[0], row.work.site, len(row.runs[OURS]))
    new = [row for row in rows if not row.work.unchanged and row.work.site.is_generated]
    late = [row for row in new if row.work.latency and row.work.site.files]
    found = [row for row in new if row.work.site.files and not row.work.only_ours]
    if not found:
        return
    site = late[-1].work.site if late else found[-1].work.site
    uploads = {row.work.latency: list(row.runs[OURS]) for row in new if row.work.site == site}
    yield from all_limits(server, ours, site, uploads, new[0].median(OURS, "first_request"))


def versions_of(tools: Sequence[Tool]) -> dict[str, str]:
    """Return the versions of everything that takes part."""
    wrangler = json.loads((WRANGLER / "package.json").read_text(encoding="utf-8"))["version"]
    return {
        "workers-deploy": _said(*tools[-1].command, "--version").split()[-1],
        "Python": _said(tools[-1].command[0], "--version").split()[-1],
        "wrangler": wrangler,
        "Node": _said(str(find_node()), "--version").strip().removeprefix("v"),
    }


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
