"""Which of Node's built-in modules a script may import, by its compatibility date and flags.

What a project imports of `node:` stays an import: workerd has it. The table tells since which
date it does; it was measured with workerd 1.20261117.1 (each module imported under each date) and
agrees with the flags that the npm package @cloudflare/unenv-preset 2.16.2 looks at. wrangler puts
stand-ins that do little in the place of modules that are missing; we say so instead, and refuse a
bundle only where it would not load (`load_check`).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from workers_deploy.dataclass import dataclass

DEFAULT_ON_DATE = "2026-08-04"
V2_DATE = "2024-09-23"

# Module → the date since which workerd has it, and what the flags are called (see `switches`).
SINCE: Mapping[str, tuple[str, str]] = {
    "_http_agent": ("2025-08-15", "nodejs_http_modules"),
    "_http_client": ("2025-08-15", "nodejs_http_modules"),
    "_http_common": ("2025-08-15", "nodejs_http_modules"),
    "_http_incoming": ("2025-08-15", "nodejs_http_modules"),
    "_http_outgoing": ("2025-08-15", "nodejs_http_modules"),
    "_http_server": ("2025-09-01", "nodejs_http_server_modules"),
    "_stream_wrap": ("2026-01-29", "nodejs_stream_wrap_module"),
    "child_process": ("2026-03-17", "nodejs_child_process_module"),
    "cluster": ("2025-12-04", "nodejs_cluster_module"),
    "console": ("2025-09-21", "nodejs_console_module"),
    "dgram": ("2026-01-29", "nodejs_dgram_module"),
    "domain": ("2025-12-04", "nodejs_domain_module"),
    "fs": ("2025-09-15", "nodejs_fs_module"),
    "http": ("2025-08-15", "nodejs_http_modules"),
    "http2": ("2025-09-01", "nodejs_http2_module"),
    "https": ("2025-08-15", "nodejs_http_modules"),
    "inspector": ("2026-01-29", "nodejs_inspector_module"),
    "inspector/promises": ("2026-01-29", "nodejs_inspector_module"),
    "os": ("2025-09-15", "nodejs_os_module"),
    "perf_hooks": ("2026-03-17", "nodejs_perf_hooks_module"),
    "punycode": ("2025-12-04", "nodejs_punycode_module"),
    "readline": ("2026-03-17", "nodejs_readline_module"),
    "readline/promises": ("2026-03-17", "nodejs_readline_module"),
    "repl": ("2026-03-17", "nodejs_repl_module"),
    "sqlite": ("2026-01-29", "nodejs_sqlite_module"),
    "sys": (V2_DATE, "nodejs_compat_v2"),
    "trace_events": ("2025-12-04", "nodejs_trace_events_module"),
    "tty": ("2026-03-17", "nodejs_tty_module"),
    "v8": ("2026-03-17", "nodejs_v8_module"),
    "vm": ("2025-10-01", "nodejs_vm_module"),
    "wasi": ("2025-12-04", "nodejs_wasi_module"),
    "worker_threads": ("2026-03-17", "nodejs_worker_threads_module"),
}
NEVER = ("sea", "test/reporters")
ALWAYS = (
    "_stream_duplex",
    "_stream_passthrough",
    "_stream_readable",
    "_stream_transform",
    "_stream_writable",
    "_tls_common",
    "_tls_wrap",
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "constants",
    "crypto",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "events",
    "fs/promises",
    "module",
    "net",
    "path",
    "path/posix",
    "path/win32",
    "process",
    "querystring",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "timers",
    "timers/promises",
    "tls",
    "url",
    "util",
    "util/types",
    "zlib",
)


class NodeMode(StrEnum):
    """How much of Node the script's compatibility date and flags turn on."""

    NONE = "none"
    ASYNC_LOCAL_STORAGE = "als"
    V1 = "v1"  # built-in modules by `node:` names only
    V2 = "v2"  # by bare names too


@dataclass(frozen=True, slots=True)
class MissingBuiltin:
    """A built-in module that the script imports and workerd lacks, and the ways out."""

    name: str
    since: str | None  # a compatibility date
    flag: str | None


def node_mode(date: str, flags: Iterable[str]) -> NodeMode:
    """Return the mode by wrangler's rule (workers-utils `node-compat.ts`)."""
    said = set(flags)
    is_default = date >= DEFAULT_ON_DATE
    is_on = "nodejs_compat" in said or (is_default and "no_nodejs_compat" not in said)
    is_v2 = is_default or (is_on and date >= V2_DATE)
    if "nodejs_compat_v2" in said or (is_v2 and "no_nodejs_compat_v2" not in said):
        return NodeMode.V2
    if is_on:
        return NodeMode.V1
    return NodeMode.ASYNC_LOCAL_STORAGE if "nodejs_als" in said else NodeMode.NONE


def find_missing(names: Iterable[str], date: str, flags: Iterable[str]) -> list[MissingBuiltin]:
    """Return which of the imported built-in modules workerd lacks.

    >>> find_missing(["fs", "path"], "2024-09-23", ["nodejs_compat"])
    [MissingBuiltin(name='fs', since='2025-09-15', flag='enable_nodejs_fs_module')]
    """
    said = set(flags)
    missing = []
    for name in sorted(set(names)):
        if name in NEVER:
            missing.append(MissingBuiltin(name, None, None))
        elif name in SINCE:
            since, called = SINCE[name]
            on, off = switches(called)
            if (date < since and on not in said) or off in said:
                missing.append(MissingBuiltin(name, since, on))
    return missing


def switches(called: str) -> tuple[str, str]:
    """Return the flags that turn a module on and off.

    >>> switches("nodejs_os_module")
    ('enable_nodejs_os_module', 'disable_nodejs_os_module')
    >>> switches("nodejs_compat_v2")
    ('nodejs_compat_v2', 'no_nodejs_compat_v2')
    """
    if called == "nodejs_compat_v2":
        return called, f"no_{called}"
    return f"enable_{called}", f"disable_{called}"
