"""What is run, and what it answers: the values between the emulator's account and its runtime."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class RuntimeUnavailable(Exception):  # noqa: N818 - a state of the machine that the caller reports
    """Scripts can't be run here; says why and what to install."""


class ScriptFailed(Exception):  # noqa: N818 - the script's failure, not ours
    """A script did not start; says why. `is_final`: it will not, however often it is tried."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a script upload, as it was sent."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetFile:
    """An asset's bytes and the content type of its upload; None is served without one."""

    content: bytes = field(repr=False)
    content_type: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Runnable:
    """One version of a script, whole.

    `key` is unique to the version (account, script, version, namespace): two runnables of one key
    are the same. `main_module` and `body_part` name parts; with neither the script is assets only.
    `bindings` are Cloudflare's, with secret values; a `version_metadata` binding may carry `id`,
    `tag` and `timestamp`. `assets` maps "/path" to a file, None where there are none;
    `asset_config` is `metadata.assets.config`. `tails` names the scripts that get its events.

    `others` are the versions that this one and they call, by script: the live ones, without
    `others` of their own. The script itself is among them where another version of it is live.
    """

    key: str
    script_name: str
    main_module: str | None
    body_part: str | None
    modules: tuple[Part, ...]
    bindings: tuple[Mapping[str, Any], ...] = field(repr=False)
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    assets: Mapping[str, AssetFile] | None
    asset_config: Mapping[str, Any]
    tails: tuple[str, ...] = ()
    others: Mapping[str, "Runnable"] = field(default_factory=dict)

    @property
    def composition(self) -> str:
        """What runs in one process: the version, the others, and whose events go where."""
        members = (self, *(other for _, other in sorted(self.others.items())))
        return "\n".join(" ".join((member.key, *member.tails)) for member in members)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAnswer:
    """The script's answer; the body is as encoded as `Content-Encoding` says."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
