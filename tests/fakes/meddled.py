"""A run in whose midst someone else deploys: what was there, and what each step sends."""

from dataclasses import replace
from typing import Any

from fakes.builders import LIVE_ID, deployment, module, note_of, project, variable, version_of
from workers_deploy.core.attribution.judge import Before, MovingStep
from workers_deploy.core.digest import write_message
from workers_deploy.core.live import LiveDeployment, LiveVersion, TrafficShare
from workers_deploy.core.project import Binding, Secret
from workers_deploy.core.steps import (
    Action,
    CreateDeployment,
    PatchSettings,
    PutContent,
    PutSecrets,
    ScriptUpload,
    UploadScript,
)

FORMER_PROJECT = project(bindings=(variable(),))
NEW_PROJECT = project(
    modules=(module(content="export default {a: 1}"),), bindings=(variable("GREETING", "salve"),)
)
OLD_KEY = Binding(name="OLD_KEY", type="secret_text")
FORMER = replace(version_of(FORMER_PROJECT), bindings=(variable(), OLD_KEY))
SHARES = (TrafficShare(version_id="ours", percentage=100),)
BEFORE = Before(
    known_ids=frozenset({"d-before"}),
    former=(
        replace(deployment(LIVE_ID), id="d-before"),
        replace(deployment("older"), id="d-older"),
    ),
    version=FORMER,
    shares=SHARES,
)
WRITE: dict[str, Any] = {"action": Action.UPDATE, "title": "Step"}
UPLOAD = ScriptUpload(
    project=NEW_PROJECT,
    inherited=(),
    keep_bindings=(),
    message=write_message("Go", note_of(NEW_PROJECT)),
    note=str(note_of(NEW_PROJECT)),
)
NEW_KEY = Secret(name="NEW_KEY", value="a-value")
KEPT = {"type": "inherit", "name": "OLD_KEY"}
SETTINGS = {
    "bindings": [{"type": "plain_text", "name": "GREETING", "text": "salve"}, KEPT],
    "compatibility_date": "2026-11-01",
    "annotations": {"workers/message": UPLOAD.message},
}
STEPS: dict[str, MovingStep] = {
    "deployment": CreateDeployment(**WRITE, message="", former=BEFORE.former[0]),
    "script": UploadScript(**WRITE, upload=UPLOAD, former=None),
    "content": PutContent(**WRITE, project=NEW_PROJECT, former=None),
    "secrets": PutSecrets(**WRITE, secrets=(NEW_KEY,), gone=(), former=None),
    "settings": PatchSettings(**WRITE, settings=SETTINGS, former=None),
}
CODE = frozenset({("index.js", b"export default {a: 1}")})
OTHER_CODE = frozenset({("index.js", b"export default {b: 1}")})
WITH_KEY = (*FORMER.bindings, Binding(name="NEW_KEY", type="secret_text"))
SALVE = (variable("GREETING", "salve"), OLD_KEY)


def version(id_: str, **changes: Any) -> LiveVersion:
    bare = LiveVersion(id=id_, compatibility_date="2026-11-01", bindings=FORMER.bindings)
    return replace(bare, **changes)


def deployed(*version_ids: str) -> tuple[LiveDeployment, ...]:
    """Deployments newest first, on top of those that were there."""
    new = (replace(deployment(one), id=f"d-{number}") for number, one in enumerate(version_ids))
    return (*new, *BEFORE.former)
