"""Every key of a configuration: how it is checked, and whether an environment inherits it.

Source: wrangler 4.164.0's published `config-schema.json` and what `wrangler deploy --dry-run`
refuses.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workers_deploy.dataclass import dataclass
from workers_deploy.project.config import checks, container_checks, export_checks, key_checks
from workers_deploy.project.config.binding_kinds import KINDS
from workers_deploy.project.config.checks import Check


@dataclass(frozen=True, slots=True)
class Key:
    """A key; one that is not inherited counts only where it stands, top level or environment."""

    check: Check
    inherited: bool
    top_level_only: bool = False


_texts = checks.list_of(checks.text)
_tail = checks.list_of(
    checks.record(
        {"service": checks.text, "environment": checks.text}, required=["service"], closed=False
    )
)
_streaming_tail = checks.list_of(
    checks.record({"service": checks.text}, required=["service"], closed=False)
)
_consumer = checks.record(
    {
        "queue": checks.text,
        "type": checks.one_of("worker"),
        "max_batch_size": checks.number,
        "max_batch_timeout": checks.number,
        "max_retries": checks.number,
        "dead_letter_queue": checks.text,
        "max_concurrency": checks.unless_null(checks.number),
        "visibility_timeout_ms": checks.number,
        "retry_delay": checks.number,
    },
    required=["queue"],
)
_rule = checks.record(
    {
        "type": checks.one_of("ESModule", "CommonJS", "CompiledWasm", "Text", "Data"),
        "globs": _texts,
        "fallthrough": checks.boolean,
    },
    required=["type", "globs"],
    closed=False,
)
_limits = checks.record({"cpu_ms": checks.number, "subrequests": checks.number}, closed=False)
_access = checks.record(
    {"dev": checks.record({"aud": checks.text, "identity": checks.mapping}, required=["aud"])}
)
_cache = checks.record(
    {"enabled": checks.boolean, "cross_version_cache": checks.boolean}, required=["enabled"]
)

_INHERITED: Mapping[str, Check] = {
    "name": key_checks.script_name,
    "main": checks.text,
    "account_id": checks.text,
    "compatibility_date": key_checks.compatibility_date,
    "compatibility_flags": _texts,
    "jsx_factory": checks.text,
    "jsx_fragment": checks.text,
    "tsconfig": checks.text,
    "rules": checks.unless_null(checks.list_of(_rule)),
    "find_additional_modules": checks.boolean,
    "preserve_file_names": checks.boolean,
    "base_dir": checks.text,
    "route": key_checks.route,
    "routes": checks.list_of(key_checks.route),
    "triggers": checks.unless_null(key_checks.triggers),
    "assets": key_checks.assets,
    "limits": checks.unless_null(_limits),
    "placement": key_checks.placement,
    "build": checks.unless_null(key_checks.build_command),
    "workers_dev": checks.boolean,
    "preview_urls": checks.boolean,
    "migrations": checks.unless_null(key_checks.migrations),
    "exports": checks.unless_null(export_checks.exports),
    "no_bundle": checks.boolean,
    "minify": checks.boolean,
    "keep_names": checks.boolean,
    "first_party_worker": checks.boolean,
    "logpush": checks.boolean,
    "upload_source_maps": checks.boolean,
    "observability": key_checks.observability,
    "access": _access,
    "cache": _cache,
    "compliance_region": checks.one_of("public", "fedramp_high"),
    "python_modules": checks.record({"exclude": _texts}, required=["exclude"], closed=False),
    "previews": checks.mapping,
}

_PER_ENVIRONMENT: Mapping[str, Check] = {
    "vars": key_checks.variables,
    "secrets": checks.record({"required": _texts}),
    "define": checks.dict_of(checks.text),
    "cloudchamber": checks.mapping,
    "containers": checks.unless_null(container_checks.containers),
    "connect": key_checks.connect,
    "tail_consumers": checks.unless_null(_tail),
    "streaming_tail_consumers": checks.unless_null(_streaming_tail),
    "unsafe": key_checks.unsafe,
}

_dev = checks.record(
    {
        "ip": checks.text,
        "port": checks.number,
        "inspector_port": checks.number,
        "inspector_ip": checks.text,
        "local_protocol": checks.one_of("http", "https"),
        "upstream_protocol": checks.one_of("http", "https"),
        "host": checks.text,
        "enable_containers": checks.boolean,
        "container_engine": checks.text,
        "generate_types": checks.boolean,
    }
)
_site = checks.record(
    {"bucket": checks.text, "include": _texts, "exclude": _texts, "entry-point": checks.text},
    required=["bucket"],
)

_TOP_LEVEL_ONLY: Mapping[str, Check] = {
    "$schema": checks.text,
    "keep_vars": checks.boolean,
    "send_metrics": checks.boolean,
    "dependencies_instrumentation": checks.record(
        {"enabled": checks.boolean, "exclude_packages": _texts}
    ),
    "addresses": _texts,
    "pages_build_output_dir": checks.text,
    "dev": checks.unless_null(_dev),
    "site": _site,
    "alias": checks.dict_of(checks.text),
    "wasm_modules": checks.dict_of(checks.text),
    "text_blobs": checks.dict_of(checks.text),
    "data_blobs": checks.dict_of(checks.text),
    "env": checks.anything,  # checked where one is chosen
    # What build tools write into a redirected configuration.
    "topLevelName": checks.anything,
    "definedEnvironments": checks.anything,
    "targetEnvironment": checks.anything,
    "configPath": checks.anything,
    "userConfigPath": checks.anything,
}


def _binding_keys() -> dict[str, Check]:
    """Return the checks of the keys that hold bindings; three of them hold more beside."""
    found = {kind.key[0]: kind.check() for kind in KINDS if len(kind.key) == 1}
    nested = {kind.key: kind.check() for kind in KINDS if len(kind.key) > 1}
    found["durable_objects"] = checks.record(
        {
            "bindings": nested["durable_objects", "bindings"],
            "code_update_strategy": key_checks.code_update_strategy,
        }
    )
    found["queues"] = checks.record(
        {"producers": nested["queues", "producers"], "consumers": checks.list_of(_consumer)}
    )
    return found


def _logfwdr() -> Check:
    bindings = next(kind.check() for kind in KINDS if kind.key[0] == "logfwdr")
    fields = {"bindings": bindings, "schema": key_checks.former_schema}
    return checks.record(fields, required=["bindings"], closed=False)


def _all_keys() -> dict[str, Key]:
    keys = {name: Key(check, inherited=True) for name, check in _INHERITED.items()}
    own = {**_PER_ENVIRONMENT, **_binding_keys()}
    keys |= {name: Key(check, inherited=False) for name, check in own.items()}
    keys["logfwdr"] = Key(_logfwdr(), inherited=True)
    for name, check in _TOP_LEVEL_ONLY.items():
        keys[name] = Key(check, inherited=True, top_level_only=True)
    return keys


KEYS: Mapping[str, Key] = MappingProxyType(_all_keys())
