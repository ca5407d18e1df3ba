"""Recorded deploys, done by us: same project, same account before, the same answers."""

import json
import os
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakes.entrypoint import run_entrypoint
from fakes.recording_emulator import RecordingEmulator
from fakes.recordings import Exchange, Recording, Step, all_recordings, read_recording
from fakes.replay import Replay
from fakes.warm_wrangler import NODE_MODULES
from fakes.wire_difference import label_of
from fakes.wrangler import upload_what_is_bound

# What wrangler does unasked and we only when told to.
_ALLOWED = "end-rollout"
# esbuild's own program, as a terminal has it on its path; and the interpreter of the tests.
ESBUILD = (str(Path(sys.executable).parent), *map(str, NODE_MODULES.glob("@esbuild/*/bin")))


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
    """Yield every deploy, and every upload of a version, that a recording holds."""
    for recording in all_recordings():
        for index, step in enumerate(recording.steps):
            if step.is_deploy or step.is_preview:
                yield RecordedDeploy(case=recording.case, index=index)


def deploy_as_recorded(which: RecordedDeploy, folder: Path, *words: str) -> SameDeploy:
    """Deploy what wrangler deployed, to an account that wrangler left as it was then.

    `words` are further options for our runner.

    Raises:
        AssertionError: our deploy failed.

    """
    recording = read_recording(which.case)
    step = recording.steps[which.index]
    with account_for_recordings() as cloudflare:
        place = Place.after(cloudflare, recording, recording.steps[: which.index], folder)
        ours = place.deploy(step, *words)
    return SameDeploy(ours=ours, theirs=step.exchanges)


def account_for_recordings() -> RecordingEmulator:
    """Return an account with the names that the recorded projects use."""
    return RecordingEmulator(subdomain="acme", dispatch_namespaces=("my-ns", "ns"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A recorded project in an account that came to be as the recorded one."""

    cloudflare: RecordingEmulator
    recording: Recording
    checkout: Path
    replay: Replay

    @classmethod
    def after(
        cls,
        cloudflare: RecordingEmulator,
        recording: Recording,
        steps: tuple[Step, ...],
        folder: Path,
    ) -> "Place":
        """Do to an account what wrangler did in these steps."""
        checkout = Path(shutil.copytree(recording.project, folder / recording.project.name))
        assets = (file for file in (checkout / "public").rglob("*") if file.is_file())
        place = cls(
            cloudflare=cloudflare,
            recording=recording,
            checkout=checkout,
            replay=Replay(cloudflare, (b64encode(file.read_bytes()) for file in assets)),
        )
        upload_what_is_bound(cloudflare)
        for exchange in (exchange for step in steps for exchange in step.exchanges):
            place._prepare(exchange)
            if exchange.writes:
                place.replay.send(exchange)
        return place

    def deploy(self, step: Step, *words: str) -> tuple[Exchange, ...]:
        """Run our deploy, or preview, as wrangler was run in a step; return what was asked."""
        for exchange in step.exchanges:
            self._prepare(exchange)
        self.cloudflare.take()
        secrets = dict(_secrets(step))
        env = {
            "PATH": os.pathsep.join((*ESBUILD, os.defpath)),
            "CLOUDFLARE_API_TOKEN": self.cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": self.cloudflare.account_id,
            "CLOUDFLARE_API_BASE_URL": self.cloudflare.url,
            "INPUT_SECRETS": "\n".join(secrets),
            "INPUT_ALLOW": _ALLOWED,
            **secrets,
        }
        said = (*_words(step, self.recording), *words)
        command = "preview" if step.is_preview else "deploy"
        run = run_entrypoint(self.checkout, command, *said, env=env)
        assert run.code == 0, run.log
        return self.cloudflare.take()

    def _prepare(self, exchange: Exchange) -> None:
        """Let the account have, and the next session ask for, what it was in the recording."""
        if exchange.path == "/queues" and not exchange.writes:
            self.replay.create_queues(exchange)
        if exchange.path.endswith("/assets-upload-session"):
            manifest = {
                entry["hash"]: (self.checkout / "public" / path.removeprefix("/")).read_bytes()
                for path, entry in exchange.json["manifest"].items()
            }
            self.cloudflare.prepare_session(manifest, exchange.answer["result"]["buckets"])


def _words(step: Step, recording: Recording) -> Iterator[str]:
    environment = step.word_after("--env")
    namespace = step.word_after("--dispatch-namespace")
    if environment is not None:
        yield f"--environment={environment}"
    elif (name := _script_name(step)) != recording.project.name:
        yield f"--script-name={name}"  # it came from a variable, WRANGLER_CI_OVERRIDE_NAME
    if namespace is not None:
        yield f"--dispatch-namespace={namespace}"
    for option in ("--message", "--tag", "--preview-alias"):
        if (said := step.word_after(option)) is not None:
            yield f"{option}={said}"


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
