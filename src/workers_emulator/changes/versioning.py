"""Makes versions, from an upload or from the latest one with something changed; deploys them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workers_emulator.changes.bindings import Binding, Wanted, resolve
from workers_emulator.changes.checks import check_targets
from workers_emulator.changes.migrations import export_classes, migrate
from workers_emulator.changes.read_back import with_ids
from workers_emulator.changes.rule_files import check_rule_files
from workers_emulator.requests.call import Call
from workers_emulator.requests.shapes import AssetsIn, Metadata, Versioned, plain
from workers_emulator.requests.uploads import Upload
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    ANNOTATION_TOO_LONG,
    ASSETS_MISSING,
    ASSETS_ONLY_BINDINGS,
    COMPLETION_TOKEN,
    VALIDATION,
    WORKER_FIRST_WITHOUT_SCRIPT,
)
from workers_emulator.state import sources
from workers_emulator.state.model import Assets, Deployment, Module, Script, Version
from workers_emulator.state.tokens import Purpose, open_token, session_of

OLDEST_DATE = "2021-11-02"  # of an upload without compatibility_date (SDK 5.9.0)
# What is cut at so many bytes (rules: message-cut, tag-cut).
_CUT = {"workers/message": 1000, "workers/tag": 100}
# The most bytes of each (SDK 5.9.0); of an alias it does not say them.
_ANNOTATIONS = {
    "workers/alias": 100,
    "workers/commit_sha": 64,
    "workers/repository_url": 512,
    "workers/pull_request_number": 20,
    "workers/pull_request_title": 512,
    "workers/pull_request_url": 512,
}
_OTHER = ("exports", "cache_options", "containers", "package_dependencies", "capnp_schema")


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A version that can be stored, and what storing it changes about the script's classes."""

    version: Version
    classes: Mapping[str, str]
    migration_tag: str | None


def make_version(call: Call, script: Script | None, upload: Upload, cause: str) -> Made:
    """Return the version that this upload makes; nothing is stored yet.

    Raises:
        Refusal: for whatever Cloudflare refuses about it.

    """
    metadata = upload.metadata
    assets = _assets(call, script, metadata)
    _check_assets_only(upload, assets)
    bindings = _bindings(call, script, upload, assets)
    classes, tag = _classes(script, metadata)
    modules = upload.modules
    # by rule replace-versioned
    version = Version(
        id=call.account.new_uuid(),
        number=next_number(script),
        created_on=call.account.now(),
        source=call.source,
        annotations=make_annotations(metadata.annotations, cause),
        main_module=metadata.main_module,
        body_part=metadata.body_part,
        modules=modules,
        bindings=bindings,
        compatibility_date=_compatibility_date(call, metadata),
        compatibility_flags=tuple(metadata.compatibility_flags or ()),
        usage_model=metadata.usage_model or "standard",
        limits=plain(metadata.limits) if metadata.limits else {},
        placement=plain(metadata.placement) if metadata.placement else {},
        assets=assets,
        handlers=handlers_of(metadata.main_module, metadata.body_part, modules),
        migration_tag=tag,
        other=other_fields(metadata),
    )
    check_targets(call, version, classes)
    return Made(version=version, classes=classes, migration_tag=tag)


def next_number(script: Script | None) -> int:
    """Return the number of the script's next version."""
    return script.versions[-1].number + 1 if script is not None and script.versions else 1


def make_annotations(given: Mapping[str, str] | None, cause: str) -> dict[str, str]:
    """Return the annotations as Cloudflare limits them, and the cause (rule: triggered-by)."""
    annotations = {"workers/triggered_by": cause}
    for key, most in _CUT.items():
        text = (given or {}).get(key)
        if text:
            cut = text.encode(errors="replace")[:most]
            annotations[key] = cut.decode(errors="ignore")
    for key, most in _ANNOTATIONS.items():
        value = (given or {}).get(key)
        if value and len(value.encode(errors="replace")) > most:
            raise Refusal(ANNOTATION_TOO_LONG, f"Annotation {key} has more than {most} bytes.")
        if value:
            annotations[key] = value
    return annotations


def handlers_of(
    main_module: str | None, body_part: str | None, modules: tuple[Module, ...]
) -> tuple[str, ...]:
    """Return the events that the script handles (rule: handlers-from-text)."""
    if main_module is None and body_part is None:
        return ()
    return sources.find_handlers(modules, service_worker=body_part is not None)


def other_fields(metadata: Versioned) -> dict[str, Any]:
    """Return the versioned fields that the emulator keeps as they came."""
    sent = plain(metadata)
    return {key: sent[key] for key in _OTHER if sent.get(key) is not None}


def _compatibility_date(call: Call, metadata: Versioned) -> str:
    given = metadata.compatibility_date
    if given is None:
        return OLDEST_DATE
    return check_date(call, given)


def check_date(call: Call, given: str) -> str:
    """Return the date, or refuse (10021) one in the future."""
    # a day ahead is someone else's today
    latest = datetime.fromtimestamp(call.account.now(), UTC) + timedelta(days=1)
    if given > latest.date().isoformat():
        raise Refusal(VALIDATION, f"Can't set compatibility date in the future: {given}")
    return given


def _assets(call: Call, script: Script | None, metadata: Metadata) -> Assets | None:
    former = script.latest.assets if script is not None and script.latest else None
    if metadata.assets is not None:
        return _new_assets(call, metadata.assets, former if metadata.keep_assets else None)
    return former if metadata.keep_assets else None


def _new_assets(call: Call, given: AssetsIn, former: Assets | None) -> Assets:
    config = plain(given.config) if given.config is not None else None
    check_rule_files(config or {})
    if not given.jwt and former is not None:
        # by rule keep-assets-config
        return former if config is None else replace(former, config=config)
    if not given.jwt:
        raise Refusal(ASSETS_MISSING, "assets.jwt is missing.")
    claims = open_token(call.account, given.jwt, Purpose.COMPLETION, COMPLETION_TOKEN)
    session = session_of(call.account, claims, COMPLETION_TOKEN)
    if session.place != call.place or not call.account.assets.is_complete(session):
        raise Refusal(COMPLETION_TOKEN)
    return Assets(manifest=session.manifest, config=config or {})


def _check_assets_only(upload: Upload, assets: Assets | None) -> None:
    if upload.has_code:
        return
    if assets is None:
        raise Refusal(ASSETS_MISSING, "There are neither a script nor assets.")
    if any(b.get("type") != "inherit" for b in upload.metadata.bindings or ()):
        raise Refusal(ASSETS_ONLY_BINDINGS)
    if assets.config.get("run_worker_first"):
        raise Refusal(WORKER_FIRST_WITHOUT_SCRIPT)


def _bindings(
    call: Call, script: Script | None, upload: Upload, assets: Assets | None
) -> tuple[Binding, ...]:
    metadata = upload.metadata
    wanted = Wanted(
        given=metadata.bindings or (),
        keep=metadata.keep_bindings,
        strict=call.query.get("bindings_inherit") == "strict",
    )
    bindings = resolve(wanted, script, call.account.options)
    if not upload.has_code:  # assets alone have no bindings, not even kept ones
        return ()
    if assets is None and any(b["type"] == "assets" for b in bindings):
        raise Refusal(ASSETS_MISSING)
    return with_ids(bindings, call.state, call.place)


def _classes(script: Script | None, metadata: Versioned) -> tuple[Mapping[str, str], str | None]:
    if metadata.migrations is not None and metadata.exports is not None:
        raise Refusal(VALIDATION, "Only one of migrations and exports can be given.")
    if metadata.migrations is not None:
        return migrate(script, metadata.migrations)
    tag = script.migration_tag if script is not None else None
    if metadata.exports is not None:
        return export_classes(script, metadata.exports), tag
    return (script.classes if script is not None else {}), tag


def successor(
    call: Call, former: Version, cause: str, annotations: Mapping[str, str] | None = None
) -> Version:
    """Return a next version that is the former one but for identity and annotations.

    rule: annotations-not-inherited
    """
    return replace(
        former,
        id=call.account.new_uuid(),
        number=former.number + 1,
        created_on=call.account.now(),
        source=call.source,
        annotations=make_annotations(annotations, cause),
    )


def deploy(call: Call, script: Script, version: Version, cause: str) -> Script:
    """Return the script with this version added and getting all traffic (rule: put-deploys)."""
    deployment = Deployment(
        id=call.account.new_uuid(),
        created_on=call.account.now(),
        source=call.source,
        versions=((version.id, 100),),
        annotations=make_annotations(_message_only(version.annotations), cause),
    )
    return replace(
        script,
        versions=(*script.versions, version),
        deployments=(deployment, *script.deployments),
        last_deployed_from=call.source,
    )


def _message_only(annotations: Mapping[str, str]) -> dict[str, str]:
    message = annotations.get("workers/message")
    return {} if message is None else {"workers/message": message}
