"""What of Node workerd has only in part before a date, where wrangler's bundles bring the rest.

Measured with workerd 1.20261117.1: the exports of each built-in module and the members of these
globals under each date of `node_builtins`. No other module changes once it is there. It agrees with
the "hybrid" modules and polyfills of @cloudflare/unenv-preset 2.16.2, but for two: of `console` no
more is whole after its date than before, and `process` is so from its date on, though wrangler
brings its own until 2026-02-19. What begins with an underscore is left out.
"""

from collections.abc import Iterable

from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.node_builtins import switches


@dataclass(frozen=True, slots=True)
class Partial:
    """A global: the date since which it is whole, what the flags are called, what it lacks before.

    `exports` are the named exports that the module of this name has before; none: no such module.
    """

    name: str
    since: str
    called: str
    lacks: frozenset[str]
    exports: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Return the flag that makes it whole before the date."""
        return switches(self.called)[0]


PARTIAL = (
    Partial(
        "process",
        "2025-09-15",
        "nodejs_process_v2",
        lacks=frozenset(
            (
                *("abort", "allowedNodeEnvironmentFlags", "arch", "argv", "argv0", "assert"),
                *("availableMemory", "binding", "channel", "chdir", "config", "connected"),
                *("constrainedMemory", "cpuUsage", "cwd", "debugPort", "dlopen", "emitWarning"),
                *("execArgv", "execPath", "execve", "finalization", "getActiveResourcesInfo"),
                *("getSourceMapsSupport", "getegid", "geteuid", "getgid", "getgroups", "getuid"),
                *("hasUncaughtExceptionCaptureCallback", "hrtime", "initgroups", "kill"),
                *("loadEnvFile", "memoryUsage", "noDeprecation", "permission", "pid", "ppid"),
                *("ref", "release", "report", "resourceUsage", "send", "setSourceMapsEnabled"),
                *("setUncaughtExceptionCaptureCallback", "setegid", "seteuid", "setgid"),
                *("setgroups", "setuid", "sourceMapsEnabled", "stderr", "stdin", "stdout"),
                *("threadCpuUsage", "throwDeprecation", "title", "traceDeprecation", "umask"),
                *("unref", "uptime", "version", "versions"),
                *("addListener", "emit", "eventNames", "getMaxListeners", "listenerCount"),
                *("listeners", "off", "on", "once", "prependListener", "prependOnceListener"),
                *("rawListeners", "removeAllListeners", "removeListener", "setMaxListeners"),
            )
        ),
        exports=("env", "exit", "features", "getBuiltinModule", "nextTick", "platform"),
    ),
    Partial(
        "performance",
        "2026-03-17",
        "nodejs_perf_hooks_module",
        lacks=frozenset(
            (
                *("addEventListener", "clearMarks", "clearMeasures", "clearResourceTimings"),
                *("dispatchEvent", "eventCounts", "eventLoopUtilization", "getEntries"),
                *("getEntriesByName", "getEntriesByType", "mark", "markResourceTiming", "measure"),
                *("nodeTiming", "removeEventListener", "setResourceTimingBufferSize", "timerify"),
                "toJSON",
            )
        ),
    ),
)


def find_partial(date: str, flags: Iterable[str]) -> tuple[Partial, ...]:
    """Return what workerd has only in part under this date and these flags.

    >>> [one.name for one in find_partial("2025-12-01", ["nodejs_compat"])]
    ['performance']
    """
    said = set(flags)
    found = []
    for one in PARTIAL:
        on, off = switches(one.called)
        if (date < one.since and on not in said) or off in said:
            found.append(one)
    return tuple(found)
