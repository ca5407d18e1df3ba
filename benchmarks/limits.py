"""How far we are from what the machine can do: hashing, sending, starting."""

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.client import Server
from benchmarks.sites import Site
from benchmarks.tools import ACCOUNT, Tool
from benchmarks.works import Run

PROBES = Path(__file__).parent / "probes"
AT_ONCE = 8  # buckets, as we send them


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """Ours against the least that it could take; medians of the same number of runs, in turns."""

    title: str
    ours: float  # seconds
    least: float
    wanted: float  # the largest ratio that is good enough

    @property
    def ratio(self) -> float:
        """Return how many times the least ours takes."""
        return self.ours / self.least


def hashing(python: str, site: Site, runs: int) -> Iterator[Limit]:
    """Compare our manifest phase with a bare loop over the same files on all cores.

    Once with the standard library's base64, and once with the same one that we use.
    """
    for encoder, name in (("base64", "the standard base64"), ("pybase64", "our base64")):
        ours, least = _in_turns(
            lambda: _probe(python, "manifest.py", site),
            lambda encoder=encoder: _probe(python, "bare_loop.py", site, encoder),  # type: ignore[misc]
            runs,
        )
        title = f"hashing, {site.title}, bare loop with {name}"
        yield Limit(title=title, ours=ours, least=least, wanted=1.3)


def starting(python: str, first_request: float, runs: int) -> Limit:
    """Compare the time until the first request with what our two largest libraries take."""
    seconds = []
    for _ in range(runs):
        began = time.monotonic()
        subprocess.run([python, "-I", "-c", "import httpx, pydantic_settings"], check=True)
        seconds.append(time.monotonic() - began)
    least = statistics.median(seconds)
    return Limit(
        title="start, until the first request", ours=first_request, least=least, wanted=1.5
    )


def bundling(python: str, site: Site, runs: int) -> Limit:
    """Compare reading and bundling a project with esbuild's command line for the same files.

    That writes the bundle and its map to disk, as ours leaves them in memory.
    """
    command = json.loads(_bundle(python, site, "esbuild"))
    ours, least = _in_turns(
        lambda: float(_bundle(python, site, "ours")), lambda: _alone(command, site), runs
    )
    return Limit(title=f"bundling, {site.title}, esbuild alone", ours=ours, least=least, wanted=1.5)


def _bundle(python: str, site: Site, word: str) -> str:
    return _run_probe(python, "bundle.py", str(site.folder), word)


def _alone(command: list[str], site: Site) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        words = (f"--outdir={folder}", f"--metafile={folder}/meta.json")
        flags = [flag for flag in command if flag != "--metafile"]
        subprocess.run([*flags, *words], cwd=site.folder, check=True)
        return time.monotonic() - began


def sending(server: Server, site: Site, ours: list[Run], latency: float, tool: Tool) -> Limit:
    """Compare our upload phase with curl sending the same bodies, ready on disk.

    Just as many go at once. Both times are the server's: from the first byte of the first
    bucket to the last answer.
    """
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in ours:
            server.reset()
            prepare_bodies(tool, server, site, Path(folder))
            server.be_late(latency)
            server.forget()
            _curl(Path(folder) / "curl.txt")
            heard = server.heard()
            if {one.status for one in heard.uploads} > {201, 202}:
                raise RuntimeError("curl's bodies were refused")
            seconds.append(heard.upload_seconds)
            server.be_late(0)
    late = f", {latency * 1000:.0f} ms" if latency else ""
    return Limit(
        title=f"upload phase, {site.title}{late}",
        ours=statistics.median(run.upload_seconds for run in ours),
        least=statistics.median(seconds),
        wanted=1.3,
    )


def prepare_bodies(tool: Tool, server: Server, site: Site, folder: Path) -> None:
    """Open a session as we do, and write each bucket's body into a file, with curl's orders."""
    manifest = folder / "manifest.json"
    _run_probe(tool.command[0], "bodies.py", str(site.folder / "public"), "manifest", str(manifest))
    account = ACCOUNT["CLOUDFLARE_ACCOUNT_ID"]
    answer = httpx.post(
        f"{server.api}/accounts/{account}/workers/scripts/bench-curl/assets-upload-session",
        headers={"Authorization": f"Bearer {ACCOUNT['CLOUDFLARE_API_TOKEN']}"},
        content=manifest.read_bytes(),
        timeout=60,
    ).raise_for_status()
    session = folder / "session.json"
    session.write_text(json.dumps(answer.json()["result"]), encoding="utf-8")
    url = f"{server.api}/accounts/{account}/workers/assets/upload?base64=true"
    words = (str(site.folder / "public"), "bodies", str(session), url, str(folder))
    _run_probe(tool.command[0], "bodies.py", *words)


def _curl(orders: Path) -> None:
    command = [
        "curl",
        "-q",
        "-sS",
        "--no-progress-meter",
        "--parallel",
        "--parallel-max",
        str(AT_ONCE),
        "-K",
        str(orders),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _in_turns(
    first: Callable[[], float], second: Callable[[], float], runs: int
) -> tuple[float, float]:
    pairs = [(first(), second()) for _ in range(runs)]
    ours, least = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(least)


def _probe(python: str, name: str, site: Site, *words: str) -> float:
    return float(_run_probe(python, name, str(site.folder / "public"), *words))


def _run_probe(python: str, name: str, *words: str) -> str:
    source = Path(python).parents[1] / "src"
    command = [python, "-I", str(PROBES / name), str(source), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def all_limits(
    server: Server, tool: Tool, site: Site, uploads: dict[float, list[Run]], first_request: float
) -> Iterator[Limit]:
    """Measure the three limits; `uploads` are our runs of the site by latency."""
    runs = max(len(found) for found in uploads.values())
    python = tool.command[0]
    yield from hashing(python, site, runs)
    for latency, ours in uploads.items():
        yield sending(server, site, ours, latency, tool)
    yield starting(python, first_request, runs)
