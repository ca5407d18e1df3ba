"""The JSON bodies of the smaller endpoints, checked at the border like those in `wire`."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from workers_emulator.requests.shapes import (
    AssetsIn,
    Observability,
    Text,
    UsageModelName,
    Versioned,
    Wire,
)


class UserLimits(Wire):
    """user_limits of usage-model."""

    cpu_ms: Annotated[int, Field(ge=0)] | None = None


class UsageModel(Wire):
    """The body of PUT usage-model."""

    usage_model: UsageModelName | None = None
    user_limits: UserLimits | None = None


class SubdomainState(Wire):
    """The body of POST subdomain of a script."""

    enabled: bool
    previews_enabled: bool | None = None


class SubdomainPatch(Wire):
    """subdomain of workers/workers."""

    enabled: bool | None = None
    previews_enabled: bool | None = None


class NamedConsumer(Wire):
    """One of tail_consumers of workers/workers."""

    name: Text


class WorkerBody(Wire):
    """The body of POST, PUT and PATCH workers/workers."""

    name: str | None = None
    logpush: bool | None = None
    observability: Observability | None = None
    tags: list[str] | None = None
    tail_consumers: list[NamedConsumer] | None = None
    subdomain: SubdomainPatch | None = None


class JsonModule(Wire):
    """One of modules of a version in JSON."""

    name: Text
    content_type: Text
    content_base64: str


class JsonUpload(Versioned):
    """The body of POST workers/workers/{id}/versions."""

    main_module: str | None = None
    modules: list[JsonModule] | None = None
    assets: AssetsIn | None = None


class EnvPatch(Wire):
    """The merge patch of a version: bindings by name, null for those that go."""

    env: dict[str, dict[str, Any] | None] | None = None
    annotations: dict[str, str | None] | None = None


class AccountSettings(Wire):
    """The body of PUT account-settings."""

    default_usage_model: str | None = None
    green_compute: bool | None = None


class Cron(Wire):
    """One of the schedules of a script."""

    cron: Text


class Schedules(RootModel[list[Cron]]):
    """The body of PUT schedules."""


class RouteIn(Wire):
    """A route as it is sent."""

    pattern: Text
    script: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None


class Routes(RootModel[list[RouteIn]]):
    """The body of PUT routes of a script."""


class DomainIn(Wire):
    """A custom domain as it is sent."""

    hostname: str = ""
    service: str | None = None
    environment: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None
    enabled: bool | None = None
    previews_enabled: bool | None = None
    override_existing_origin: bool = False
    override_existing_dns_record: bool = False


class Origins(RootModel[list[DomainIn]]):
    """The body of POST domains/changeset of a script."""


class Records(Wire):
    """The body of PUT domains/records of a script."""

    override_existing_origin: bool = False
    override_existing_dns_record: bool = False
    origins: list[DomainIn]


class DnsRecordIn(Wire):
    """The body of POST dns_records."""

    name: Text
    type: Text
    content: str | None = None


class QueueIn(Wire):
    """The body of POST and PATCH queues."""

    queue_name: Text | None = None
    settings: dict[str, Any] | None = None


class ConsumerIn(Wire):
    """A queue's consumer as it is sent."""

    type: Literal["worker", "http_pull"]
    script_name: str | None = None
    dead_letter_queue: str | None = None
    settings: dict[str, Any] | None = None


class WorkflowIn(Wire):
    """The body of PUT workflows/{name}."""

    script_name: Text
    class_name: Text
    schedules: list[Cron] | None = None
    limits: dict[str, Any] | None = None
    concurrency: dict[str, Any] | None = None
    default_retention: dict[str, Any] | None = None
