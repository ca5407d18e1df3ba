"""What a configuration may say and a deploy of ours does not do: nobody is left to believe it.

What changes how the Worker behaves is refused by name, with the way out. What belongs to another
step or another command is warned of. What `wrangler deploy` itself does nothing with (`dev`,
`access`, `cloudchamber`, `send_metrics`, fields for local development) is silently left alone. All
of it stands in docs/configuration.md.
"""

from collections.abc import Collection
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.project.config.checks import Spot
from workers_deploy.project.config.fold import Config

PUBLIC_API = "https://api.cloudflare.com/client/v4"
FEDRAMP_API = "https://api.fed.cloudflare.com/client/v4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """A key, by its path, and what to do instead."""

    path: tuple[str, ...]
    instead: str
    is_trigger: bool = False

    @property
    def name(self) -> str:
        """Return the key as people write it."""
        return ".".join(self.path)


UNSUPPORTED: tuple[Unsupported, ...] = (
    Unsupported(
        path=("pages_build_output_dir",),
        instead="use `wrangler pages deploy`, or move the project to Workers with static assets",
    ),
    Unsupported(
        path=("containers",),
        instead="container images are built and pushed by `wrangler deploy` only",
    ),
    Unsupported(
        path=("site",),
        instead="move the project from Workers Sites to static assets (`assets.directory`)",
    ),
    Unsupported(
        path=("addresses",),
        instead="write the Email Routing rules in the dashboard, and take the key out",
        is_trigger=True,
    ),
    Unsupported(
        path=("triggers", "events"),
        instead="set them with `wrangler triggers deploy`, from a configuration of its own",
        is_trigger=True,
    ),
    Unsupported(
        path=("unsafe", "capnp", "source_schemas"),
        instead="compile them in a step before this one (capnp compile -o- --src-prefix=BASE "
        "FILES > schema.compiled) and name the result by unsafe.capnp.compiled_schema",
    ),
    Unsupported(
        path=("first_party_worker",),
        instead="only Cloudflare's own Workers have it: take the key out",
    ),
)

IGNORED: tuple[Unsupported, ...] = (
    Unsupported(
        path=("build", "command"), instead="run the command in a step before this one, if it is due"
    ),
    Unsupported(path=("connect",), instead="`wrangler dev` alone opens the sockets"),
    Unsupported(
        path=("previews",),
        instead="`wrangler preview` alone reads it; the command `preview` uploads a version with "
        "the settings of a deploy",
    ),
)


def refuse_unsupported(
    config: Config, *, api_base_url: str | None, only_triggers: bool = False
) -> None:
    """Report what we don't deploy, by name."""
    for one in UNSUPPORTED:
        if _value_at(config, one.path) and (one.is_trigger or not only_triggers):
            spot = _spot_at(config, one.path)
            spot.error(f'"{one.name}" is not supported', hint=one.instead, key=True)
    if config.get("compliance_region") == "fedramp_high" and api_base_url == PUBLIC_API:
        config.spot("compliance_region").error(
            '"compliance_region" asks for another API than the one that this run talks to',
            hint=f"set the input `api-base-url` to {FEDRAMP_API}",
        )


def warn_of_ignored(config: Config) -> None:
    """Warn of what a deploy leaves alone although it might be taken for done."""
    for one in IGNORED:
        if _value_at(config, one.path):
            _spot_at(config, one.path).warn(f'"{one.name}" is not carried out: {one.instead}')
    databases = config.spot("d1_databases")
    for index, database in enumerate(config.items("d1_databases")):
        if database.get("migrations_dir"):
            databases.at(index).at("migrations_dir").warn(
                "a deploy applies no D1 migrations: run `wrangler d1 migrations apply` in a step "
                "before this one, if some are due"
            )


def _value_at(config: Config, path: Collection[str]) -> Any:
    first, *further = path
    value = config.get(first)
    for step in further:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _spot_at(config: Config, path: Collection[str]) -> Spot:
    first, *further = path
    spot = config.spot(first)
    for step in further:
        spot = spot.at(step)
    return spot
