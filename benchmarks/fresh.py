"""From nothing to deployed: install wrangler and deploy, or load our image and deploy.

npm fetches from the registry that it is set to, which is near; the image comes from this disk. So
what each has to fetch is told beside the seconds.
"""

import gzip
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Server
from benchmarks.measure import measure
from benchmarks.sites import Site, run_npm
from benchmarks.tools import ACCOUNT, ROOT, Tool, find_node

IMAGE = "workers-deploy:bench"
BASE_ARCHIVE = ROOT / ".cache" / "image-base.tar"
RUNS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """Medians of three, and what is fetched in bytes."""

    npm_seconds: float
    npm_bytes: int
    image_seconds: float
    image_bytes: int


def has_engine() -> bool:
    """Tell whether images can be built and run here."""
    made = BASE_ARCHIVE.exists() or shutil.which("mmdebstrap")
    return shutil.which("dockerd") is not None and bool(made)


def from_nothing(server: Server, site: Site, wrangler: Tool) -> Fresh | None:
    """Measure both ways; None where there is no container engine."""
    if not has_engine():
        return None
    installs = [_npm(server, site, wrangler) for _ in range(RUNS)]
    loads, image_bytes = _image(server, site)
    return Fresh(
        npm_seconds=statistics.median(seconds for seconds, _ in installs),
        npm_bytes=installs[0][1],
        image_seconds=statistics.median(loads),
        image_bytes=image_bytes,
    )


def _npm(server: Server, site: Site, wrangler: Tool) -> tuple[float, int]:
    version = _version_of(Path(wrangler.command[1]).parents[1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "package.json").write_text('{"private": true}', encoding="utf-8")
        server.reset()
        began = time.monotonic()
        run_npm(f"install --cache {home}/cache wrangler@{version}", home)
        installed = home / "node_modules" / "wrangler" / "bin" / "wrangler.js"
        command = (str(find_node()), str(installed), "deploy", "--name", "bench-fresh")
        measure(command, cwd=site.folder, env=wrangler.environment(home, server.api), look=False)
        seconds = time.monotonic() - began
        fetched = [path for path in (home / "cache").rglob("*") if path.is_file()]
        return seconds, sum(path.stat().st_size for path in fetched)


def _version_of(package: Path) -> str:
    import json  # noqa: PLC0415

    version: str = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    return version


def _image(server: Server, site: Site) -> tuple[list[float], int]:
    sys.path.append(str(ROOT / "tests"))
    from fakes.engine import BASE, import_base, running_engine  # noqa: PLC0415

    variables = {**ACCOUNT, "CLOUDFLARE_API_BASE_URL": server.api, "CI": "true"}
    options = ("--volume", f"{site.folder}:/project", "--workdir", "/project")
    seconds = []
    with running_engine() as engine, tempfile.TemporaryDirectory() as folder:
        import_base(engine, BASE_ARCHIVE)
        engine.docker(
            "build", "--network", "host", "--tag", IMAGE, "--build-arg", f"BASE={BASE}", ROOT
        )
        archive = _saved(engine, Path(folder))
        image_bytes = archive.stat().st_size
        for _ in range(RUNS):
            engine.docker("image", "rm", "--force", IMAGE, BASE)
            engine.docker("builder", "prune", "--all", "--force")
            server.reset()
            began = time.monotonic()
            engine.docker("load", "--input", archive)
            done = engine.run(IMAGE, "deploy", options=options, env=variables)
            seconds.append(time.monotonic() - began)
            if done.returncode != 0:
                raise RuntimeError(done.stdout + done.stderr)
    return seconds, image_bytes


def _saved(engine: object, folder: Path) -> Path:
    plain, packed = folder / "image.tar", folder / "image.tar.gz"
    engine.docker("save", "--output", plain, IMAGE)  # type: ignore[attr-defined]
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 2**20)
    plain.unlink()
    return packed
