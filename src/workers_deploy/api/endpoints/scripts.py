"""Endpoints of a script as a whole: upload, search, download, delete."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workers_deploy.api.endpoints.caller import (
    UNKNOWN_SCRIPT,
    Caller,
    Options,
    ScriptPath,
    as_model,
    as_models,
    as_nothing,
    segment,
)
from workers_deploy.api.endpoints.results import (
    DispatchedScriptResult,
    FoundScriptResult,
    ListedScriptResult,
    ServiceResult,
    UploadedScriptResult,
    WorkerResult,
)
from workers_deploy.api.http.answer import Answer
from workers_deploy.api.http.body import FormBody, Part, compact_json, new_boundary
from workers_deploy.api.http.retry import Watch
from workers_deploy.core.project import Module, SubdomainState
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError

UPLOAD_QUERY = {"bindings_inherit": "strict"}
# What wrangler 4.164.0 sends with an upload whose `exports` declare a workflow.
WORKFLOW_EXPORTS_HEADERS = {"Cloudflare-Workers-Script-Api-Date": "2026-11-09"}


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedScript:
    """What PUT script made: a version that serves already."""

    version_id: str | None
    tag: str | None = None
    etag: str | None = None
    startup_time_ms: int | None = None
    migration_tag: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerInfo:
    """GET workers/workers/{name}: the script's id and its URLs as Cloudflare answers them."""

    id: str | None
    url: str | None
    preview_url_suffix: str | None
    subdomain: SubdomainState


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedScript:
    """One of the account's scripts."""

    name: str
    tag: str | None = None
    modified_on: str | None = None
    created_on: str | None = None
    handlers: tuple[str, ...] = ()
    last_deployed_from: str | None = None
    has_assets: bool | None = None
    has_modules: bool | None = None
    usage_model: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RawScript:
    """A script's code as Cloudflare answers it; `content_type` says how to take it apart."""

    file: Path
    size: int  # bytes
    content_type: str
    main_module: str | None


def upload_form(
    metadata: Mapping[str, Any],
    modules: Sequence[Module],
    *,
    boundary: str | None = None,
) -> FormBody:
    """Return the form that PUT script, POST versions and PUT content take, as wrangler writes it.

    `metadata` is a plain field; each module is a part whose name and file name are its own name.
    What a service worker is bound to has a file name of its own, and comes first.
    """
    parts = [
        *(_module_part(module) for module in modules if module.filename is not None),
        Part(name="metadata", content=compact_json(metadata)),
        *(_module_part(module) for module in modules if module.filename is None),
    ]
    return FormBody(boundary or new_boundary(), parts)


def upload_options(metadata: Mapping[str, Any], **query: str) -> Options:
    """Return how an upload of this metadata is sent."""
    exports = metadata.get("exports") or {}
    has_workflow = any(export.get("type") == "workflow" for export in exports.values())
    headers = WORKFLOW_EXPORTS_HEADERS if has_workflow else {}
    return Options(query={**query, **UPLOAD_QUERY}, headers=headers)


def _module_part(module: Module) -> Part:
    return Part(
        name=module.name,
        filename=module.filename or module.name,
        content_type=module.type.value,
        content=module.content,
    )


class Scripts(Caller):
    """`workers/scripts/{name}` and what lists scripts."""

    def put_script(
        self,
        script: ScriptPath,
        metadata: Mapping[str, Any],
        modules: Sequence[Module],
        *,
        look: Callable[[], UploadedScript | None] | None = None,
        watch: Watch | None = None,
    ) -> UploadedScript:
        """PUT script: make a version and give it all traffic. Ambiguous: give `look`."""
        return self._call(
            "PUT",
            str(script),
            f"PUT scripts/{script.name}",
            lambda answer: _uploaded(as_model(UploadedScriptResult)(answer)),
            body=upload_form(metadata, modules),
            look=look,
            watch=watch,
            options=upload_options(metadata, excludeScript="true"),
        )

    def read_service_tag(self, script_name: str) -> str | None:
        """GET services/{name}: return the immutable tag of a script."""
        return self._call(
            "GET",
            f"/workers/services/{segment(script_name)}",
            f"GET services/{script_name}",
            lambda answer: as_model(ServiceResult)(answer).tag,
        )

    def put_content(
        self,
        script: ScriptPath,
        metadata: Mapping[str, Any],
        modules: Sequence[Module],
        *,
        look: Callable[[], UploadedScript | None] | None = None,
        watch: Watch | None = None,
    ) -> UploadedScript:
        """PUT content: the code only; `metadata` names the main module. Ambiguous: give `look`."""
        return self._call(
            "PUT",
            f"{script}/content",
            "PUT content",
            lambda answer: _uploaded(as_model(UploadedScriptResult)(answer)),
            body=upload_form(metadata, modules),
            look=look,
            watch=watch,
        )

    def download_script(self, script: ScriptPath, to: Path) -> RawScript:
        """GET content/v2: modules as a form, a service worker as text, empty for assets only."""
        options = Options(download_to=to)
        return self._call("GET", f"{script}/content/v2", "GET content/v2", _raw, options=options)

    def read_script(self, script: ScriptPath, to: Path) -> RawScript:
        """GET script: as `download_script`, by the older endpoint."""
        return self._call(
            "GET",
            str(script),
            f"GET scripts/{script.name}",
            _raw,
            options=Options(download_to=to, headers={"Accept": "application/javascript"}),
        )

    def read_dispatched_content(self, script: ScriptPath, to: Path) -> RawScript:
        """GET content of a script in a dispatch namespace: as `download_script`."""
        options = Options(download_to=to)
        return self._call("GET", f"{script}/content", "GET content", _raw, options=options)

    def read_dispatched_migration_tag(self, script: ScriptPath) -> str | None:
        """GET script of a dispatch namespace: the tag of its last Durable Object migration.

        On the account this path answers the code; in a namespace what is known of the script.
        """
        found = self._call(
            "GET", str(script), f"GET scripts/{script.name}", as_model(DispatchedScriptResult)
        )
        return found.migration_tag

    def delete_script(self, script: ScriptPath, *, force: bool = False) -> bool:
        """DELETE script; `force` also where others bind to it. False where it was gone already."""
        try:
            self._call(
                "DELETE",
                str(script),
                f"DELETE scripts/{script.name}",
                as_nothing,
                options=Options(query={"force": "true"} if force else {}),
            )
        except RefusedError as refused:
            if refused.code in UNKNOWN_SCRIPT:
                return False
            raise
        return True

    def read_references(self, script: ScriptPath) -> Mapping[str, Any]:
        """GET references: what else on the account refers to the script."""
        return self._call("GET", f"{script}/references", "GET references", _mapping)

    def list_scripts(self) -> tuple[ListedScript, ...]:
        """GET scripts: all of the account's; not paginated."""
        listed = as_models(ListedScriptResult, leaves_out_odd=True)
        found = self._call("GET", "/workers/scripts", "GET scripts", listed)
        return tuple(
            ListedScript(
                name=one.id,
                tag=one.tag,
                modified_on=one.modified_on,
                created_on=one.created_on,
                handlers=tuple(one.handlers),
                last_deployed_from=one.last_deployed_from,
                has_assets=one.has_assets,
                has_modules=one.has_modules,
                usage_model=one.usage_model,
                tags=tuple(one.tags),
            )
            for one in found
        )

    def search_scripts(self, name: str, *, per_page: int = 100) -> tuple[ListedScript, ...]:
        """GET scripts-search: those whose name contains `name`, from all pages."""
        found: list[ListedScript] = []
        page = 1
        while True:
            items = self._call(
                "GET",
                "/workers/scripts-search",
                "GET scripts-search",
                as_models(FoundScriptResult, leaves_out_odd=True),
                options=Options(query={"name": name, "page": str(page), "per_page": str(per_page)}),
            )
            found += (
                ListedScript(
                    name=one.script_name,
                    tag=one.id,
                    created_on=one.created_on,
                    modified_on=one.modified_on,
                )
                for one in items
            )
            if len(items) < per_page:
                return tuple(found)
            page += 1

    def read_worker(self, script_name: str) -> WorkerInfo:
        """GET workers/workers/{name}: the script's id and URLs (how wrangler learns the URL)."""
        found = self._call(
            "GET",
            f"/workers/workers/{segment(script_name)}",
            f"GET workers/{script_name}",
            as_model(WorkerResult),
        )
        return WorkerInfo(
            id=found.id,
            url=found.subdomain.url,
            preview_url_suffix=found.subdomain.preview_url_suffix,
            subdomain=found.subdomain.as_core(),
        )


def _uploaded(result: UploadedScriptResult) -> UploadedScript:
    return UploadedScript(
        version_id=with_hyphens(result.deployment_id),
        tag=result.tag,
        etag=result.etag,
        startup_time_ms=result.startup_time_ms,
        migration_tag=result.migration_tag,
    )


def with_hyphens(id_: str | None) -> str | None:
    """Return a version id as the versions endpoints write it.

    >>> with_hyphens("f5915c741cd148028e0ce197ff822c03")
    'f5915c74-1cd1-4802-8e0c-e197ff822c03'
    """
    if id_ is None or len(id_) != 32:
        return id_
    return "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))


def _raw(answer: Answer) -> RawScript:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    file = answer.call.download_to
    assert file is not None
    size = file.stat().st_size
    # Assets alone are 204; what gateways answer in a script's place is no script.
    if not size and answer.status != 204:
        raise answer.malformed("an empty body instead of a script")
    if kind in ("text/html", "application/json"):
        raise answer.malformed(f"{kind} instead of a script")
    return RawScript(
        file=file,
        size=size,
        content_type=answer.headers.get("content-type", ""),
        main_module=answer.headers.get("cf-entrypoint"),
    )


def _mapping(answer: Answer) -> Mapping[str, Any]:
    return answer.result if isinstance(answer.result, dict) else {}
