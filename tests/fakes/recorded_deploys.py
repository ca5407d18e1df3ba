"""Recorded deploys, done by us: same project, same account before, the same answers."""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakes.entrypoint import Run, run_entrypoint
from fakes.recording_emulator import RecordingEmulator
from fakes.recordings import Exchange, Recording, Step, all_recordings, read_recording
from fakes.replay import Replay
from fakes.wire_difference import label_of

# What wrangler does unasked and we only when told to.
_ALLOWED = "end-rollout"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedDeploy:
    """One `wrangler deploy` of a recording; `index` counts the recording's runs from 0."""

    case: str
    index: int

    def __str__(self) -> str:
        return f"{self.case}#{self.index}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SameDeploy:
    """Both runners' requests for one deploy."""

    ours: tuple[Exchange, ...]
    theirs: tuple[Exchange, ...]


def all_deploys() -> Iterator[RecordedDeploy]:
    """Yield every deploy that a recording holds and that went well."""
    for recording in all_recordings():
        for index, step in enumerate(recording.steps):
            if step.is_deploy:
                yield RecordedDeploy(case=recording.case, index=index)


def deploy_as_recorded(which: RecordedDeploy, folder: Path) -> SameDeploy:
    """Deploy what wrangler deployed, to an account that wrangler left as it was then.

    Raises:
        AssertionError: our deploy failed.

    """
    recording = read_recording(which.case)
    step = recording.steps[which.index]
    with RecordingEmulator(subdomain="acme", dispatch_namespaces=("my-ns",)) as cloudflare:
        checkout = bring_about(cloudflare, recording, recording.steps[: which.index], folder)
        for exchange in step.exchanges:
            _prepare(cloudflare, exchange, checkout)
        ours = deploy(cloudflare, recording, step, checkout)
    return SameDeploy(ours=ours, theirs=step.exchanges)


def bring_about(
    cloudflare: RecordingEmulator, recording: Recording, steps: tuple[Step, ...], folder: Path
) -> Path:
    """Do to an account what wrangler did in these steps; return a copy of the project."""
    checkout = Path(shutil.copytree(recording.project, folder / recording.project.name))
    assets = (file for file in (checkout / "public").rglob("*") if file.is_file())
    replay = Replay(cloudflare, (b64encode(file.read_bytes()) for file in assets))
    for exchange in (exchange for step in steps for exchange in step.exchanges):
        _prepare(cloudflare, exchange, checkout)
        if exchange.writes:
            replay.send(exchange)
    cloudflare.take()
    return checkout


def deploy(
    cloudflare: RecordingEmulator, recording: Recording, step: Step, checkout: Path
) -> tuple[Exchange, ...]:
    """Run our deploy as wrangler was run in a step; return what was asked."""
    secrets = dict(_secrets(step))
    env = {
        "CLOUDFLARE_API_TOKEN": cloudflare.token,
        "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
        "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        "INPUT_SECRETS": "\n".join(secrets),
        "INPUT_ALLOW": _ALLOWED,
        **secrets,
    }
    run: Run = run_entrypoint(checkout, "deploy", *_words(step, recording), env=env)
    assert run.code == 0, run.log
    return cloudflare.take()


def _prepare(cloudflare: RecordingEmulator, exchange: Exchange, checkout: Path) -> None:
    """Let a session ask for the files that the recording's server asked for."""
    if not exchange.path.endswith("/assets-upload-session"):
        return
    manifest = {
        entry["hash"]: (checkout / "public" / path.removeprefix("/")).read_bytes()
        for path, entry in exchange.json["manifest"].items()
    }
    cloudflare.prepare_session(manifest, exchange.answer["result"]["buckets"])


def _words(step: Step, recording: Recording) -> Iterator[str]:
    environment = step.word_after("--env")
    namespace = step.word_after("--dispatch-namespace")
    if environment is not None:
        yield f"--environment={environment}"
    elif (name := _script_name(step)) != recording.project.name:
        yield f"--script-name={name}"  # it came from a variable, WRANGLER_CI_OVERRIDE_NAME
    if namespace is not None:
        yield f"--dispatch-namespace={namespace}"


def _script_name(step: Step) -> str:
    upload = next(one for one in step.exchanges if label_of(one) in ("PUT script", "POST versions"))
    return upload.path.partition("/scripts/")[2].partition("/")[0]


def _secrets(step: Step) -> Iterator[tuple[str, str]]:
    """Yield the secrets of `--secrets-file`, which lay outside the project, from what was sent."""
    for part in (part for exchange in step.exchanges for part in exchange.parts):
        if part.name == "metadata" and part.content is not None:
            for binding in json.loads(part.content).get("bindings", ()):
                if binding["type"] == "secret_text":
                    yield binding["name"], binding["text"]
