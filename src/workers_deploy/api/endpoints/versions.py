"""Endpoints of versions and deployments: what was uploaded, and which of it serves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workers_deploy.api.endpoints.caller import (
    Caller,
    Options,
    ScriptPath,
    as_model,
    as_models,
    segment,
)
from workers_deploy.api.endpoints.results import DeploymentResult, VersionResult
from workers_deploy.api.endpoints.scripts import upload_form, upload_options
from workers_deploy.api.http.body import json_body
from workers_deploy.api.http.retry import Watch
from workers_deploy.core.live import LiveDeployment, LiveVersion, TrafficShare
from workers_deploy.core.project import Module
from workers_deploy.dataclass import dataclass

# What wrangler 4.164.0 sends with each deployment: how long Durable Objects may go on with the
# code that they have.
CODE_UPDATE_STRATEGY = {"mode": "deferred", "max_delay": 300}


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedVersion:
    """What POST versions made: a version without traffic."""

    id: str
    number: int | None = None
    startup_time_ms: int | None = None
    etag: str | None = None
    has_preview: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadVersion:
    """GET versions/{id}: the version, and what its answer says of the script."""

    version: LiveVersion
    migration_tag: str | None = None
    last_deployed_from: str | None = None


class Versions(Caller):
    """`versions` and `deployments` of a script."""

    def create_version(
        self,
        script_name: str,
        metadata: Mapping[str, Any],
        modules: Sequence[Module],
        *,
        look: Callable[[], UploadedVersion | None] | None = None,
    ) -> UploadedVersion:
        """POST versions: upload without traffic. Ambiguous: give `look`."""
        return self._call(
            "POST",
            f"{ScriptPath(name=script_name)}/versions",
            "POST versions",
            lambda answer: _uploaded(as_model(VersionResult)(answer)),
            body=upload_form(metadata, modules),
            look=look,
            options=upload_options(metadata),
        )

    def list_versions(
        self, script_name: str, *, deployable: bool = False, per_page: int | None = None
    ) -> tuple[LiveVersion, ...]:
        """GET versions, newest first; `deployable` are those that a deployment may name."""
        query = {"deployable": "true"} if deployable else {}
        if per_page is not None:
            query["per_page"] = str(per_page)
        found = self._call(
            "GET",
            f"{ScriptPath(name=script_name)}/versions",
            "GET versions",
            as_models(VersionResult, key="items"),
            options=Options(query=query),
        )
        return tuple(one.as_live() for one in found)

    def read_version(
        self, script_name: str, version_id: str, *, is_new: bool = False
    ) -> ReadVersion:
        """GET versions/{id}; one that `is_new` may not be found at once, and is asked for again."""
        found = self._call(
            "GET",
            f"{ScriptPath(name=script_name)}/versions/{segment(version_id)}",
            f"GET versions/{version_id[:8]}",
            as_model(VersionResult),
            options=Options(lags=is_new),
        )
        return ReadVersion(
            version=found.as_live(),
            migration_tag=found.migration_tag,
            last_deployed_from=found.last_deployed_from,
        )

    def create_deployment(
        self,
        script_name: str,
        shares: Sequence[TrafficShare],
        *,
        message: str = "",
        force: bool = False,
        code_update_strategy: Mapping[str, Any] | None = None,
        look: Callable[[], LiveDeployment | None] | None = None,
        watch: Watch | None = None,
    ) -> LiveDeployment:
        """POST deployments: move traffic. Ambiguous: give `look`."""
        annotations = {"workers/message": message} if message else {}
        body = {
            "strategy": "percentage",
            "versions": [
                {"version_id": share.version_id, "percentage": _number(share.percentage)}
                for share in shares
            ],
            "annotations": annotations,
            "code_update_strategy": code_update_strategy or CODE_UPDATE_STRATEGY,
        }
        return self._call(
            "POST",
            f"{ScriptPath(name=script_name)}/deployments",
            "POST deployments",
            lambda answer: as_model(DeploymentResult)(answer).as_live(),
            body=json_body(body),
            look=look,
            watch=watch,
            options=Options(query={"force": "true"} if force else {}, lags=True),
        )

    def list_deployments(self, script_name: str) -> tuple[LiveDeployment, ...]:
        """GET deployments, newest first: the first one is active."""
        found = self._call(
            "GET",
            f"{ScriptPath(name=script_name)}/deployments",
            "GET deployments",
            as_models(DeploymentResult, key="deployments"),
        )
        return tuple(one.as_live() for one in found)


def _uploaded(result: VersionResult) -> UploadedVersion:
    return UploadedVersion(
        id=result.id,
        number=result.number,
        startup_time_ms=result.startup_time_ms,
        etag=result.as_live().etag,
        has_preview=result.has_preview,
    )


def _number(percentage: float) -> float:
    """Return 100 rather than 100.0, as other clients write it."""
    return int(percentage) if float(percentage).is_integer() else percentage
