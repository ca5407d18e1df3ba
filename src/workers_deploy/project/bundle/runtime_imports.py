"""Plugins that leave the runtime's own modules external: `cloudflare:*`, and `node:*` before v2.

A service worker can't import these, and without nodejs_compat `node:*` may be missing at run time.
Both are reported when the build is done, so the plugins record what they leave external.
"""

from collections.abc import Callable, Generator
from pathlib import Path

from workers_deploy.errors import Place
from workers_deploy.project.esbuild.plugins import (
    Answer,
    Import,
    OnResolve,
    Plugin,
    Question,
    Resolved,
)
from workers_deploy.project.findings import Findings

_OF_RUNTIME = "^(cloudflare|workerd):.*"
_OF_NODE = "node:.*"
_ASYNC_HOOKS = "^node:async_hooks(/|$)"


class RuntimeImports:
    """The plugins of one build, and the imports that they left external."""

    def __init__(self) -> None:
        self.of_runtime: set[str] = set()
        self.of_node: dict[str, set[str]] = {}
        self._seen: set[tuple[str, str, str, str]] = set()

    @property
    def names(self) -> set[str]:
        """Return every module that was left external."""
        return {*self.of_runtime, *self.of_node}

    def cloudflare(self) -> Plugin:
        """Return the plugin for Cloudflare's modules."""
        resolves = OnResolve(filter=_OF_RUNTIME, callback=self._take)
        return Plugin(name="cloudflare-internal-imports", on_resolve=(resolves,))

    def async_hooks(self) -> Plugin:
        """Return the plugin of the flag nodejs_als."""
        resolves = OnResolve(filter=_ASYNC_HOOKS, callback=lambda _: Resolved(is_external=True))
        return Plugin(name="async-local-storage-imports", on_resolve=(resolves,))

    def node(self) -> Plugin:
        """Return the plugin that leaves `node:*` external unless the project resolves it."""
        resolves = OnResolve(filter=_OF_NODE, callback=self._take_where_missing)
        return Plugin(name="nodejs_compat-imports", on_resolve=(resolves,))

    def _take(self, imported: Import) -> Resolved:
        self.of_runtime.add(imported.path)
        return Resolved(is_external=True)

    def _take_where_missing(self, imported: Import) -> Generator[Question, Answer, Resolved | None]:
        place = (imported.path, imported.kind, imported.resolve_dir, imported.importer)
        if place in self._seen:
            return None
        self._seen.add(place)
        answer = yield Question(
            path=imported.path,
            importer=imported.importer,
            resolve_dir=imported.resolve_dir,
            kind=imported.kind,
        )
        if answer.has_errors:
            self.of_node.setdefault(imported.path, set()).add(imported.importer)
            return Resolved(is_external=True)
        return Resolved(
            path=answer.path,
            namespace=answer.namespace,
            suffix=answer.suffix,
            is_external=answer.is_external,
            has_side_effects=answer.has_side_effects,
        )


def refuse_in_service_worker(names: set[str], place: Place, findings: Findings) -> None:
    """Report the runtime's modules that a service worker imports: it can't."""
    if names:
        listed = ", ".join(f'"{name}"' for name in sorted(names))
        findings.problem(
            place.file,
            f"Unexpected external import of {listed}: without a default export it is a service "
            "worker.",
            hint="add `export default { … }` to the entry point",
            place=place,
        )


def warn_of_node(
    importers: dict[str, set[str]], show: Callable[[Path], str], findings: Findings
) -> None:
    """Warn about built-in modules that need the compatibility flag."""
    for name in sorted(importers):
        first, *others = sorted(importers[name])
        more = f" (also from {', '.join(show(Path(one)) for one in others)})" if others else ""
        findings.notice(
            f'it imports "{name}", which may fail at run time without the compatibility flag '
            f"nodejs_compat{more}",
            Place(file=show(Path(first))),
        )
