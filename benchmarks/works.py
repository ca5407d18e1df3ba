"""The works of the table, and how they are measured: the tools in turns, against one server."""

import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.client import Server
from benchmarks.measure import Measurement, measure
from benchmarks.sites import Site
from benchmarks.tools import Tool

OURS = "ours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One row: what is deployed, how late the server answers, and what is to be reached.

    `wanted` are least ratios, other tool ÷ ours: seconds of wrangler, seconds of wrangler without
    its log, memory; where only ours is run, the most `megabytes` that it may take.
    """

    site: Site
    unchanged: bool = False
    latency: float = 0.0  # seconds per answer
    wanted: Mapping[str, float] = field(default_factory=dict)
    only_ours: bool = False

    @property
    def title(self) -> str:
        """Return what stands in the first column."""
        late = f", {self.latency * 1000:.0f} ms" if self.latency else ""
        return f"{self.site.title}, {'unchanged' if self.unchanged else 'all new'}{late}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One deploy of one tool."""

    seconds: float
    cpu: float
    server_cpu: float
    first_request: float  # seconds from the start
    upload_seconds: float
    writes: int
    reads: int
    confirming: int
    sent: int  # bytes
    stored: int  # files that the account has afterwards


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A work with the runs of each tool, and the peaks of memory, in bytes, of further runs.

    Looking at the memory of a process holds it up, a large one more than a small one: what is
    timed is not looked at.
    """

    work: Work
    runs: Mapping[str, Sequence[Run]]
    memory: Mapping[str, Sequence[int]]

    def median(self, tool: str, number: str) -> float:
        """Return the median of one number of a tool's runs, or of its memory."""
        if number == "memory":
            return float(statistics.median(self.memory[tool]))
        return float(statistics.median(getattr(run, number) for run in self.runs[tool]))

    def ratio(self, tool: str, number: str) -> float:
        """Return how many times as much another tool needs."""
        return self.median(tool, number) / self.median(OURS, number)

    def as_json(self) -> dict[str, Any]:
        """Return everything that was measured."""
        return {
            "work": self.work.title,
            "files": self.work.site.files,
            "bytes": self.work.site.size,
            "is_generated": self.work.site.is_generated,
            "unchanged": self.work.unchanged,
            "latency": self.work.latency,
            "wanted": dict(self.work.wanted),
            "memory": {tool: list(peaks) for tool, peaks in self.memory.items()},
            "runs": {tool: [asdict(run) for run in runs] for tool, runs in self.runs.items()},
        }


class Bench:
    """Measures works one after the other."""

    def __init__(self, server: Server, tools: Sequence[Tool], runs: int) -> None:
        self._server = server
        self._tools = tools
        self._runs = runs

    def rows(self, works: Iterable[Work], tell: Callable[[Row], None]) -> Iterator[Row]:
        """Measure each work."""
        for work in works:
            row = self._row(work)
            tell(row)
            yield row

    def _row(self, work: Work) -> Row:
        tools = [tool for tool in self._tools if tool.key == OURS or not work.only_ours]
        runs: dict[str, list[Run]] = {tool.key: [] for tool in tools}
        memory: dict[str, list[int]] = {tool.key: [] for tool in tools}
        self._server.be_late(work.latency)
        if work.unchanged:
            self._server.reset()
            for tool in tools:
                self._deploy(work, tool)
        for turn in range(self._runs):
            for tool in tools:
                runs[tool.key].append(self._run(work, tool))
                if turn % 2 == 0:
                    self._prepare(work)
                    memory[tool.key].append(self._deploy(work, tool, look=True).memory)
        self._server.reset()
        return Row(work=work, runs=runs, memory=memory)

    def _prepare(self, work: Work) -> None:
        if work.unchanged:
            self._server.forget()
        else:
            self._server.reset()

    def _deploy(self, work: Work, tool: Tool, *, look: bool = False) -> Measurement:
        with tempfile.TemporaryDirectory() as home:
            env = tool.environment(Path(home), self._server.api)
            # A script of its own: what one tool deployed is not unchanged for another.
            command = tool.deploy(f"bench-{tool.key}")
            return measure(command, cwd=work.site.folder, env=env, look=look)

    def _run(self, work: Work, tool: Tool) -> Run:
        self._prepare(work)
        before = self._server.heard().cpu
        done = self._deploy(work, tool)
        heard = self._server.heard()
        if heard.stored < (1 if work.site.files else 0):
            raise RuntimeError(f"{tool.key} stored no assets")
        return Run(
            seconds=done.seconds,
            cpu=done.cpu,
            server_cpu=heard.cpu - before,
            first_request=heard.requests[0].began - done.began,
            upload_seconds=heard.upload_seconds,
            writes=heard.writes,
            reads=heard.reads,
            confirming=heard.confirming,
            sent=heard.sent,
            stored=heard.stored,
        )
