"""`make demo`: a whole deploy that needs no account, in a minute.

Starts the emulator, plans and deploys `examples/hello` to it with `./entrypoint`, shows what the
run tells, asks the deployed script, and deploys again: nothing is sent twice.
"""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "examples" / "hello"
SIGNING_KEY = "a demo's key, known to everyone who reads this file"  # gitleaks:allow
# What the emulator takes where nothing else is said.
ACCOUNT = {
    "CLOUDFLARE_API_TOKEN": "emulator-token",
    "CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef0123456789abcdef",
}


class DemoError(Exception):
    """The demo did not see what it promises to show."""


def main(env: Mapping[str, str], stream: TextIO) -> int:
    """Show everything; return 0 when all of it was as promised."""
    started = time.monotonic()
    try:
        with running_emulator(stream) as api, tempfile.TemporaryDirectory() as home:
            show(env, stream, api, Path(home))
    except DemoError as exc:
        stream.write(f"\n✗ {exc}\n")
        return 1
    stream.write(f"\nAll of this took {time.monotonic() - started:.0f} s.\n")
    return 0


def show(env: Mapping[str, str], stream: TextIO, api: str, home: Path) -> None:
    """Run the runner three times as a job would and look at what it made."""
    job = {
        **ACCOUNT,
        "PATH": env.get("PATH", os.defpath),
        "HOME": str(home),
        "CLOUDFLARE_API_BASE_URL": api,
        "INPUT_SECRETS": "SIGNING_KEY",
        "SIGNING_KEY": SIGNING_KEY,
    }
    heading(stream, "What would change")
    expect(run_command("plan", job, stream), "planned")

    heading(stream, "Deploy")
    outputs = run_command("deploy", job, stream)
    expect(outputs, "deployed")
    heading(stream, "The job summary (workers-deploy-report/summary.md)")
    stream.write((report_folder() / "summary.md").read_text(encoding="utf-8"))

    heading(stream, "What was deployed answers")
    ask(outputs["deployment-url"], stream)

    heading(stream, "Deploy again: nothing is sent twice")
    expect(run_command("deploy", job, stream), "unchanged")


@contextmanager
def running_emulator(stream: TextIO) -> Iterator[str]:
    """Start the emulator as a process on a free port; give the API's base URL."""
    command = [sys.executable, "-m", "workers_emulator", "--port", "0"]
    heading(stream, "The emulator: Cloudflare's API of Workers scripts on this machine")
    stream.write(f"$ python {' '.join(command[1:])}\n")
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield wait_for_url(process, log, stream)
        finally:
            process.terminate()


def wait_for_url(process: subprocess.Popen[str], log: TextIO, stream: TextIO) -> str:
    """Return the base URL that the emulator tells once it listens."""
    for line in process.stdout or ():
        stream.write(line)
        for word in line.split():
            if word.startswith("http://") and "/client/v4" in word:
                return word
    log.seek(0)
    raise DemoError(f"the emulator did not start:\n{log.read()}")


def run_command(command: str, job: Mapping[str, str], stream: TextIO) -> dict[str, str]:
    """Run one command on the example, with its log shown as it comes; return its outputs."""
    words = ["./entrypoint", command, "--working-directory", "examples/hello"]
    stream.write(f"$ {' '.join(words)}\n\n")
    stream.flush()
    with subprocess.Popen(  # noqa: S603 - our own entry point
        words, cwd=ROOT, env=dict(job), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            stream.write(line)
            stream.flush()
    if process.returncode != 0:
        raise DemoError(f"{command} ended with exit code {process.returncode}")
    outputs: dict[str, str] = json.loads((report_folder() / "outputs.json").read_bytes())
    return outputs


def report_folder() -> Path:
    """Return where a run of the example writes its report."""
    return PROJECT / "workers-deploy-report"


def ask(url: str, stream: TextIO) -> None:
    """Fetch the page and the API route of the deployed script, and check what they say."""
    with httpx.Client(base_url=url.rstrip("/") + "/", timeout=60, trust_env=False) as client:
        page = client.get("")
        stream.write(f"GET {page.url} → {page.status_code} {page.headers.get('content-type')}\n")
        answer = client.get("api/hello")
        stream.write(f"GET {answer.url} → {answer.status_code} {answer.text}\n")
    if page.status_code != 200 or "This page is a static asset" not in page.text:
        raise DemoError("the page is not the example's")
    if answer.status_code != 200 or answer.json() != expected_answer():
        raise DemoError("the script does not answer as the example's")
    stream.write("The signature is right: the script has its secret.\n")


def expected_answer() -> dict[str, str]:
    """Return what src/index.js makes of its variable and its secret."""
    greeting = "Hello from a Worker"
    signature = hmac.new(SIGNING_KEY.encode(), greeting.encode(), hashlib.sha256).hexdigest()
    return {"greeting": greeting, "signature": signature}


def expect(outputs: Mapping[str, str], outcome: str) -> None:
    """Raise DemoError where a run ended otherwise."""
    if outputs.get("outcome") != outcome:
        raise DemoError(f"the outcome is {outputs.get('outcome')}, not {outcome}")


def heading(stream: TextIO, text: str) -> None:
    """Write a heading."""
    stream.write(f"\n\033[1m── {text}\033[0m\n" if stream.isatty() else f"\n── {text}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.stdout))
