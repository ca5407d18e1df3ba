"""What the endpoints of triggers answer, as pydantic models; lenient as `http/models.py` says."""

from typing import Any

from pydantic import Field

from workers_deploy.api.http.models import JsonObject, MaybeObject, Objects, WireModel


class ZoneResult(WireModel):
    """An item of GET zones."""

    id: str
    name: str


class RouteResult(WireModel):
    """An item of GET zones/{id}/workers/routes; without a script no Worker runs there."""

    id: str | None = None
    pattern: str
    script: str | None = None
    zone_name: str | None = None  # only where it was asked for


class DnsRecordResult(WireModel):
    """An item of GET zones/{id}/dns_records."""

    type: str
    name: str | None = None


class SchedulesResult(WireModel):
    """GET and PUT schedules."""

    schedules: Objects = Field(default_factory=list)

    @property
    def crons(self) -> tuple[str, ...]:
        """Return the cron expressions in their order."""
        return tuple(one["cron"] for one in self.schedules if isinstance(one.get("cron"), str))


class DomainResult(WireModel):
    """GET and PUT workers/domains; the switches are reported where the account has them."""

    id: str | None = None
    hostname: str
    service: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None
    enabled: bool | None = None
    previews_enabled: bool | None = None

    def as_core(self, hostname: str) -> JsonObject:
        """Return it under the hostname as the configuration writes it; what is null is left out."""
        return {**_said(self), "hostname": hostname, "service": self.service}


class ConsumerResult(WireModel):
    """A consumer of a queue: a script, or a client that pulls over HTTP."""

    consumer_id: str | None = None
    type: str | None = None
    script_name: str | None = None
    script: str | None = None  # what older answers and wrangler call it
    service: str | None = None
    settings: MaybeObject = Field(default_factory=dict)
    dead_letter_queue: str | None = None

    @property
    def consumer(self) -> str | None:
        """Return the script that consumes; None for a client that pulls."""
        return self.script_name or self.script or self.service


class QueueResult(WireModel):
    """An item of GET queues."""

    queue_id: str
    queue_name: str
    consumers: Objects = Field(default_factory=list)


class WorkflowResult(WireModel):
    """GET and PUT workflows/{name}."""

    name: str
    class_name: str | None = None
    script_name: str | None = None
    schedules: Objects | None = None
    script_deleted: bool | None = None

    def as_core(self) -> JsonObject:
        """Return what the answer says."""
        return _said(self)


class WorkflowVersionResult(WireModel):
    """An item of GET workflows/{name}/versions: the settings that GET workflows does not tell."""

    limits: JsonObject | None = None
    concurrency: JsonObject | None = None
    default_retention: JsonObject | None = None

    def as_core(self) -> JsonObject:
        """Return what the answer says."""
        return _said(self)


def _said(model: WireModel) -> dict[str, Any]:
    return model.model_dump(exclude_none=True)
