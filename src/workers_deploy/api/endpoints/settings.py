"""Endpoints of what is set: script settings, versioned settings, workers.dev, usage model."""

from collections.abc import Callable, Mapping
from typing import Any

from workers_deploy.api.endpoints.caller import (
    Caller,
    Options,
    ScriptPath,
    as_model,
    as_models,
    as_nothing,
)
from workers_deploy.api.endpoints.results import (
    AccountResult,
    AccountSubdomainResult,
    ScriptSettingsResult,
    SubdomainResult,
    UsageModelResult,
    VersionedSettingsResult,
    bindings_of,
)
from workers_deploy.api.http.answer import Answer
from workers_deploy.api.http.body import FormBody, Part, compact_json, json_body, new_boundary
from workers_deploy.api.http.retry import Watch
from workers_deploy.core.compare_settings import without_nulls
from workers_deploy.core.project import Binding, ScriptSettings, SubdomainState, UsageModel
from workers_deploy.dataclass import dataclass

# The official client sends this date with POST subdomain: with it, the server derives a missing
# `previews_enabled` from `enabled`. Both fields are always sent here, so it changes nothing but
# which rules answer.
SUBDOMAIN_HEADERS = {"Cloudflare-Workers-Script-Api-Date": "2025-08-01"}


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionedSettings:
    """GET settings: those of the latest version, which need not be the live one."""

    bindings: tuple[Binding, ...]
    compatibility_date: str | None
    compatibility_flags: tuple[str, ...]
    usage_model: str | None
    limits: Mapping[str, Any] | None
    placement: Mapping[str, Any] | None
    script_settings: ScriptSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account that the token sees."""

    id: str
    name: str


class Settings(Caller):
    """Settings of a script and of the account."""

    def read_script_settings(self, script: ScriptPath) -> ScriptSettings:
        """GET script-settings: the unversioned ones."""
        path = f"{script}/script-settings"
        found = self._call("GET", path, "GET script-settings", as_model(ScriptSettingsResult))
        return found.as_core()

    def patch_script_settings(self, script: ScriptPath, settings: ScriptSettings) -> ScriptSettings:
        """PATCH script-settings with the fields that are not None; takes effect at once.

        Lists and observability are replaced as a whole; an empty `observability` sends null.
        """
        found = self._call(
            "PATCH",
            f"{script}/script-settings",
            "PATCH script-settings",
            as_model(ScriptSettingsResult),
            body=json_body(script_settings_json(settings)),
        )
        return found.as_core()

    def read_settings(self, script: ScriptPath) -> VersionedSettings:
        """GET settings: bindings and runtime of the latest version."""
        found = self._call(
            "GET", f"{script}/settings", "GET settings", as_model(VersionedSettingsResult)
        )
        return VersionedSettings(
            bindings=bindings_of(found.bindings),
            compatibility_date=found.compatibility_date,
            compatibility_flags=tuple(found.compatibility_flags),
            usage_model=found.usage_model,
            limits=found.limits,
            placement=found.placement,
            script_settings=found.as_core(),
        )

    def patch_settings(
        self,
        script: ScriptPath,
        settings: Mapping[str, Any],
        *,
        look: Callable[[], bool | None] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """PATCH settings: makes and deploys a version. Takes a form, JSON is refused (10001).

        Ambiguous: give `look`.
        """
        part = Part(name="settings", content=compact_json(settings))
        self._call(
            "PATCH",
            f"{script}/settings",
            "PATCH settings",
            _taken,
            body=FormBody(new_boundary(), (part,)),
            look=look,
            watch=watch,
        )

    def read_subdomain(self, script_name: str) -> SubdomainState:
        """GET subdomain: whether the script answers on workers.dev."""
        path = f"{ScriptPath(name=script_name)}/subdomain"
        return self._call("GET", path, "GET subdomain", as_model(SubdomainResult)).as_core()

    def set_subdomain(
        self, script_name: str, *, enabled: bool, previews_enabled: bool
    ) -> SubdomainState:
        """POST subdomain, both fields."""
        found = self._call(
            "POST",
            f"{ScriptPath(name=script_name)}/subdomain",
            "POST subdomain",
            as_model(SubdomainResult),
            body=json_body({"enabled": enabled, "previews_enabled": previews_enabled}),
            options=Options(headers=SUBDOMAIN_HEADERS),
        )
        return found.as_core()

    def delete_subdomain(self, script_name: str) -> None:
        """DELETE subdomain: both off."""
        path = f"{ScriptPath(name=script_name)}/subdomain"
        self._call("DELETE", path, "DELETE subdomain", as_nothing)

    def read_account_subdomain(self) -> str:
        """GET workers/subdomain: the account's part of workers.dev; refused where it has none."""
        found = self._call(
            "GET", "/workers/subdomain", "GET workers/subdomain", as_model(AccountSubdomainResult)
        )
        return found.subdomain

    def read_usage_model(self, script_name: str) -> UsageModel:
        """GET usage-model; refused where the plan has no choice."""
        path = f"{ScriptPath(name=script_name)}/usage-model"
        return self._call("GET", path, "GET usage-model", as_model(UsageModelResult)).as_core()

    def put_usage_model(
        self, script_name: str, usage_model: UsageModel, *, lifts_limit: bool = False
    ) -> UsageModel:
        """PUT usage-model with the fields that are not None.

        `lifts_limit`: a `cpu_ms` that is None is sent as well, and means no limit.
        """
        body: dict[str, Any] = {}
        if usage_model.usage_model is not None:
            body["usage_model"] = usage_model.usage_model
        if usage_model.cpu_ms is not None or lifts_limit:
            body["user_limits"] = {"cpu_ms": usage_model.cpu_ms}
        found = self._call(
            "PUT",
            f"{ScriptPath(name=script_name)}/usage-model",
            "PUT usage-model",
            as_model(UsageModelResult),
            body=json_body(body),
        )
        return found.as_core()

    def list_accounts(self) -> tuple[Account, ...]:
        """GET accounts: those that the token sees, the first 50."""
        found = self._send_bare(
            "GET", "/accounts", "GET accounts", as_models(AccountResult, may_be_null=False)
        )
        return tuple(Account(id=one.id, name=one.name or "") for one in found)


def _taken(answer: Answer) -> bool:
    """Take an answer of the right shape; what it says is read back elsewhere."""
    as_model(VersionedSettingsResult)(answer)
    return True


def script_settings_json(settings: ScriptSettings) -> dict[str, Any]:
    """Return the fields that are said, as PATCH script-settings takes them."""
    fields = {
        "logpush": settings.logpush,
        "observability": settings.observability,
        "tags": settings.tags,
        "tail_consumers": settings.tail_consumers,
        "streaming_tail_consumers": settings.streaming_tail_consumers,
    }
    return {
        # No field takes an empty object: null is how one becomes as if it was never set.
        name: list(value) if isinstance(value, tuple) else _said(value)
        for name, value in fields.items()
        if value is not None
    }


def _said(value: Any) -> Any:
    """Return a value without nulls inside: that is how Cloudflare answers what was never set."""
    return without_nulls(value) or None if isinstance(value, Mapping) else value
