"""The shapes of what clients send, checked once at the border (SDK 5.9.0, wrangler 4.164.0).

Unknown fields are let through: Cloudflare ignores what it does not know, and newer clients send
more than is documented.
"""

from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workers_emulator.rules.rules import Refusal, Rule

Text = Annotated[str, Field(min_length=1)]
UsageModelName = Literal["standard", "bundled", "unbound"]
Rate = Annotated[float, Field(ge=0, le=1)]


class Wire(BaseModel):
    """A shape from outside; numbers are not text and text is not a number."""

    model_config = ConfigDict(strict=True, extra="allow", hide_input_in_errors=True)


class Consumer(Wire):
    """A script that receives the logs of another."""

    service: Text
    environment: str | None = None
    namespace: str | None = None


class Logs(Wire):
    """observability.logs."""

    enabled: bool | None = None
    invocation_logs: bool | None = None
    head_sampling_rate: Rate | None = None
    destinations: list[str] | None = None
    persist: bool | None = None


class Traces(Wire):
    """observability.traces."""

    enabled: bool | None = None
    head_sampling_rate: Rate | None = None
    destinations: list[str] | None = None
    persist: bool | None = None
    propagation_policy: Literal["authenticated", "accept"] | None = None


class Issues(Wire):
    """observability.issues."""

    enabled: bool


class Observability(Wire):
    """observability of a script (rule: observability-parts)."""

    enabled: bool | None = None
    head_sampling_rate: Rate | None = None
    redact_query_string: bool | None = None
    issues: Issues | None = None
    logs: Logs | None = None
    traces: Traces | None = None


class Unversioned(Wire):
    """What belongs to the script; the body of PATCH script-settings."""

    logpush: bool | None = None
    observability: Observability | None = None
    tags: list[str] | None = None
    tail_consumers: list[Consumer] | None = None
    streaming_tail_consumers: list[Consumer] | None = None


class Limits(Wire):
    """limits of a version."""

    cpu_ms: Annotated[int, Field(ge=0)] | None = None
    subrequests: Annotated[int, Field(ge=0)] | None = None


class Target(Wire):
    """The one item of placement.target."""

    region: str | None = None
    hostname: str | None = None
    host: str | None = None


class Placement(Wire):
    """placement in any of its forms."""

    mode: Literal["smart", "targeted"] | None = None
    region: str | None = None
    hostname: str | None = None
    host: str | None = None
    hint: str | None = None
    target: Annotated[list[Target], Field(max_length=1)] | None = None


class RenamedClass(Wire):
    """One of renamed_classes."""

    from_: Text = Field(alias="from")
    to: Text


class TransferredClass(RenamedClass):
    """One of transferred_classes."""

    from_script: Text


class MigrationStep(Wire):
    """What one migration does."""

    new_classes: list[str] = []
    new_sqlite_classes: list[str] = []
    deleted_classes: list[str] = []
    renamed_classes: list[RenamedClass] = []
    transferred_classes: list[TransferredClass] = []


class Migrations(MigrationStep):
    """migrations: one step, or several under `steps`."""

    old_tag: str | None = None
    new_tag: str | None = None
    steps: list[MigrationStep] | None = None

    def all_steps(self) -> list[MigrationStep]:
        """Return the steps in their order, whichever form was sent."""
        return [self] if self.steps is None else self.steps


class AssetsConfig(Wire):
    """assets.config."""

    html_handling: (
        Literal["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] | None
    ) = None
    not_found_handling: Literal["none", "404-page", "single-page-application"] | None = None
    run_worker_first: bool | list[str] | None = None
    serve_directly: bool | None = None
    base_path: str | None = None
    headers: str | None = Field(default=None, alias="_headers")
    redirects: str | None = Field(default=None, alias="_redirects")


class AssetsIn(Wire):
    """assets of an upload."""

    jwt: str | None = None
    config: AssetsConfig | None = None


class CacheOptions(Wire):
    """cache_options of a version."""

    enabled: bool
    cross_version_cache: bool | None = None


class Versioned(Wire):
    """What a version has beside its code and assets."""

    annotations: dict[str, str] | None = None
    bindings: list[dict[str, Any]] | None = None
    keep_bindings: list[str] | None = None
    compatibility_date: str | None = None
    compatibility_flags: list[str] | None = None
    usage_model: UsageModelName | None = None
    limits: Limits | None = None
    placement: Placement | None = None
    migrations: Migrations | None = None
    exports: dict[str, dict[str, Any]] | None = None
    cache_options: CacheOptions | None = None

    @field_validator("compatibility_date")
    @classmethod
    def _is_date(cls, value: str | None) -> str | None:
        if value is not None and date.fromisoformat(value).isoformat() != value:
            raise ValueError("is not written YYYY-MM-DD")
        return value


class Settings(Versioned, Unversioned):
    """The `settings` part of PATCH settings."""


class Metadata(Settings):
    """The `metadata` part of an upload."""

    main_module: Text | None = None
    body_part: Text | None = None
    assets: AssetsIn | None = None
    keep_assets: bool = False


W = TypeVar("W", bound=BaseModel)


def read(model: type[W], value: Any, rule: Rule, what: str) -> W:
    """Return the value as this shape.

    Raises:
        Refusal: `rule`, with every field that does not fit; values are not repeated.

    """
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        faults = (
            f"{'.'.join([what, *map(str, error['loc'])])}: {error['msg']}"
            for error in exc.errors(include_url=False, include_input=False)
        )
        raise Refusal(rule, "; ".join(faults)) from exc


def plain(value: BaseModel) -> dict[str, Any]:
    """Return what the client sent; it came from JSON and is no more than that."""
    return value.model_dump(by_alias=True, exclude_unset=True)
