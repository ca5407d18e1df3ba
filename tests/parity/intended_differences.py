"""Where our requests are meant to differ from those of wrangler 4.164.0, and why."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from fakes.warm_wrangler import NODE_MODULES
from fakes.wire_difference import NOTHING, Difference
from workers_deploy.project.esbuild.program import find_esbuild


@dataclass(frozen=True, kw_only=True, slots=True)
class Intended:
    """A difference that is meant; `seen_in` is a deploy that shows it."""

    place: str  # a pattern
    we: Literal["leave it out", "add it", "differ"]
    because: str
    seen_in: str
    # What must be true besides, so that nothing else hides behind the entry.
    only_if: Callable[[Any, Any], bool] = lambda ours, theirs: True

    def covers(self, found: Difference) -> bool:
        return (
            self.we == way_of(found)
            and fnmatchcase(found.place, self.place)
            and self.only_if(found.ours, found.theirs)
        )


def way_of(found: Difference) -> str:
    if found.ours == NOTHING:
        return "leave it out"
    return "add it" if found.theirs == NOTHING else "differ"


_FILE_COMMENT = re.compile(r"^ *// .*\n", re.MULTILINE)
_BUNDLING = ["--bundle", "--target=es2024", "--keep-names"]


def is_bundle_of(ours: str, theirs: str) -> bool:
    """Tell whether wrangler's code is ours in a bundle that nothing was configured for."""
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert esbuild is not None
    format_ = "iife" if theirs.startswith("(() =>") else "esm"
    bundled = subprocess.run(
        [esbuild, *_BUNDLING, f"--format={format_}", "--supported:using=true", "--loader=js"],
        input=ours, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return _only_code(bundled, "stdin") == _only_code(theirs, "index")


def _only_code(bundled: str, name: str) -> str:
    """Leave out comments on files, and call the default export the same whatever the file."""
    code = _FILE_COMMENT.sub("", bundled.partition("//# sourceMappingURL=")[0])
    return code.replace(f"{name}_default", "default_export").strip()


INTENDED = (
    Intended(
        place="* metadata.annotations.workers/message",
        we="add it",
        because="it ends in the note by which the next deploy sees that nothing changed",
        seen_in="b-nobundle#0",
    ),
    Intended(
        place="POST versions metadata.annotations.workers/message",
        we="differ",
        because="what the user says is followed by that note",
        seen_in="i-versions#1",
        only_if=lambda ours, theirs: ours.startswith(f"{theirs} wd1:"),
    ),
    Intended(
        place="POST deployments body.annotations.workers/message",
        we="add it",
        because="the deployment is told by the same message as its version",
        seen_in="c-assets#1",
    ),
    Intended(
        place="POST deployments body.annotations",
        we="leave it out",
        because="the message stands there, where wrangler's annotations are empty",
        seen_in="c-assets#1",
        only_if=lambda _, theirs: theirs == {},
    ),
    Intended(
        place="POST versions metadata.annotations",
        we="leave it out",
        because="the message stands there, where wrangler's annotations are empty",
        seen_in="p-output-file#1",
        only_if=lambda _, theirs: theirs == {},
    ),
    Intended(
        place="PUT script metadata.code_update_strategy.*",
        we="leave it out",
        because="wrangler's own default, documented nowhere: sent where the configuration says it",
        seen_in="b-nobundle#0",
    ),
    Intended(
        place="PATCH script-settings",
        we="leave it out",
        because="sent only where live differs: wrangler resets what the configuration doesn't say",
        seen_in="c-assets#1",
        only_if=lambda _, theirs: (
            theirs.get("body.observability.enabled") is False
            and not any(name.startswith("body.logpush") for name in theirs)
        ),
    ),
    Intended(
        place="PATCH script-settings",
        we="leave it out",
        because="sent only where live differs",
        seen_in="a-bindings#1",
        only_if=lambda _, theirs: theirs.get("body.logpush") is True,
    ),
    Intended(
        place="POST subdomain",
        we="leave it out",
        because="sent only where live differs",
        seen_in="h1-workersdev-true#1",
    ),
    Intended(
        place="POST subdomain body.previews_enabled",
        we="add it",
        because="both fields are always said; it is what Cloudflare takes the missing one for",
        seen_in="b-nobundle#0",
        only_if=lambda ours, _: isinstance(ours, bool),
    ),
    Intended(
        place="PUT routes",
        we="leave it out",
        because="sent only where live differs",
        seen_in="h3-routes#1",
    ),
    Intended(
        place="PUT schedules",
        we="leave it out",
        because="sent only where live differs",
        seen_in="h5-crons#1",
    ),
    Intended(
        place="PUT workflows/*",
        we="leave it out",
        because="sent only where live differs",
        seen_in="a-bindings#1",
    ),
    Intended(
        # POST makes one; PUT sends one again that is there.
        place="P*T queues/{id}/consumers*",
        we="leave it out",
        because="sent only where live differs",
        seen_in="h6-queues#1",
        only_if=lambda _, theirs: isinstance(theirs, dict),
    ),
    Intended(
        place="POST queues/{id}/consumers header.content-type",
        we="differ",
        because="what is JSON is called so",
        seen_in="h6-queues#0",
        only_if=lambda ours, theirs: ours == "application/json" and theirs.startswith("text/plain"),
    ),
    Intended(
        place="* metadata.bindings.*",
        we="differ",
        because="what the configuration names is said by its name, not inherited",
        seen_in="h6-queues#1",
        only_if=lambda ours, theirs: (
            ours["type"] in {"queue", "dispatch_namespace"}
            and theirs == {"name": ours["name"], "type": "inherit"}
        ),
    ),
    # wrangler's way forces both overrides where nobody can be asked, so in every CI.
    Intended(
        place="POST domains/changeset",
        we="leave it out",
        because="nothing is taken over from something else unasked",
        seen_in="h4-custom-domain#0",
    ),
    Intended(
        place="PUT domains/records",
        we="leave it out",
        because="nothing is taken over from something else unasked",
        seen_in="h4-custom-domain#0",
        only_if=lambda _, theirs: theirs["body.override_existing_dns_record"] is True,
    ),
    Intended(
        place="PUT workers/domains*",
        we="add it",
        because="one request for each domain, in the place of those two",
        seen_in="h4-custom-domain#0",
        only_if=lambda ours, _: "body.hostname" in ours and "override" not in str(ours),
    ),
    Intended(
        place="* metadata.bindings.*",
        we="add it",
        because="secrets are kept from the live version by its id; keep_bindings takes the latest",
        seen_in="g-secrets#8",
        only_if=lambda ours, _: ours["type"] == "inherit" and len(ours["version_id"]) == 36,
    ),
    Intended(
        place="POST versions metadata.keep_bindings",
        we="differ",
        because="keep_bindings takes the latest version's: nothing, where another one is live",
        seen_in="i-versions#12",
        only_if=lambda ours, theirs: ours == [] and theirs == ["secret_text", "secret_key"],
    ),
    # `bundle: auto`: JavaScript that imports nothing goes up as it is written.
    Intended(
        place="* part names",
        we="differ",
        because="what needs no bundle has no source map of one",
        seen_in="a0-minimal#0",
        only_if=lambda ours, theirs: ours == [n for n in theirs if not n.endswith(".js.map")],
    ),
    Intended(
        place="* part *.js.map *",
        we="leave it out",
        because="what needs no bundle has no source map of one",
        seen_in="a0-minimal#0",
    ),
    Intended(
        place="* part *.js code",
        we="differ",
        because="what needs no bundle goes up as it is written",
        seen_in="a0-minimal#0",
        only_if=is_bundle_of,
    ),
    Intended(
        place="POST assets/upload of nothing*",
        we="leave it out",
        because="a bucket without files has nothing to send",
        seen_in="m-padded-empty-buckets#0",
        only_if=lambda _, theirs: theirs["part names"] == [],
    ),
    Intended(
        place="POST assets/upload/{hash}*",
        we="leave it out",
        because="buckets are always taken, and are fewer requests (compared further down)",
        seen_in="m-single-asset-mode#0",
    ),
    Intended(
        place="POST assets/upload of *",
        we="add it",
        because="the bucket in the place of single files",
        seen_in="m-single-asset-mode#0",
        only_if=lambda ours, _: len(ours["part names"]) == 52,
    ),
    Intended(
        place="PUT script header.metricsenabled",
        we="leave it out",
        because="there is no telemetry",
        seen_in="p-metrics#0",
    ),
)


def unexpected(found: list[Difference]) -> list[Difference]:
    """Return the differences that no entry covers."""
    return [one for one in found if not any(entry.covers(one) for entry in INTENDED)]
