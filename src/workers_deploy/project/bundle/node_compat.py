"""What of Node a script gets by its compatibility date and flags, as wrangler decides it.

How much is a rule of wrangler's own (`node_mode`). Under `v2` the npm packages unenv and
@cloudflare/unenv-preset decide which modules stay imports for workerd, which ones get a stand-in,
and which globals are set. At run time there is no Node to ask them, so their answers are the table
beside this file. `make lock` learns it from the packages (`tests/node/node_table.mjs`), and a test
compares the two.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass

# Sources: `resolveNodejsCompat` and `getNodeCompat` in wrangler's workers-utils.
DEFAULT_ON_DATE = "2026-08-04"
V2_DATE = "2024-09-23"


class NodeMode(StrEnum):
    """How much of Node the script's compatibility date and flags turn on."""

    NONE = "none"
    ASYNC_LOCAL_STORAGE = "als"
    V1 = "v1"  # built-in modules by `node:` names only
    V2 = "v2"  # by bare names too, with globals and stand-ins


def node_mode(date: str, flags: Collection[str]) -> NodeMode:
    """Return the mode; flags that contradict each other are told elsewhere (`cross_checks`)."""
    is_default = date >= DEFAULT_ON_DATE
    is_on = "nodejs_compat" in flags or (is_default and "no_nodejs_compat" not in flags)
    is_v2 = is_default or (is_on and date >= V2_DATE)
    if "nodejs_compat_v2" in flags or (is_v2 and "no_nodejs_compat_v2" not in flags):
        return NodeMode.V2
    if is_on:
        return NodeMode.V1
    return NodeMode.ASYNC_LOCAL_STORAGE if "nodejs_als" in flags else NodeMode.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeEnvironment:
    """What unenv's `defineEnv` answers; the names are its own.

    `alias`: what is imported → what it means: itself, or a module of unenv or of the preset.
    `inject`: a global → the module that it is the default export of, or (module, export); the order
    is that in which they are set. `polyfill`: modules to load first. `external`: what stays an
    import, for workerd to answer.
    """

    alias: Mapping[str, str]
    inject: Mapping[str, str | tuple[str, str]]
    polyfill: tuple[str, ...]
    external: frozenset[str]

    @property
    def globals(self) -> frozenset[str]:
        """Return the globals that are set or filled up; a polyfill is called like its global."""
        return frozenset((*self.inject, *(one.rpartition("/")[2] for one in self.polyfill)))


@dataclass(frozen=True, slots=True)
class NodeTable:
    """The answers of unenv and its preset for every date and set of flags."""

    versions: Mapping[str, str]  # package → the version that the table was learned from
    builtins: tuple[str, ...]  # Node's modules that are imported without `node:`, too
    base: Mapping[str, Any]
    features: tuple[Mapping[str, Any], ...]

    def environment(self, date: str, flags: Collection[str]) -> NodeEnvironment:
        """Return what holds under `v2`."""
        alias: dict[str, str] = dict(self.base["alias"])
        inject: dict[str, Any] = dict(self.base["inject"])
        polyfill: list[str] = list(self.base["polyfill"])
        external: set[str] = set(self.base["external"])
        for feature in self.features:
            if _is_on(feature, date, flags):
                alias |= feature["alias"]
                inject |= feature["inject"]
                external.update(feature["external"])
                polyfill = [one for one in polyfill if one not in feature["without_polyfill"]]
        return NodeEnvironment(
            alias=alias,
            inject={name: _source(one) for name, one in inject.items() if one is not None},
            polyfill=tuple(polyfill),
            external=frozenset(external),
        )


def polyfilled_globals(date: str, flags: Collection[str]) -> frozenset[str]:
    """Return the globals that a bundle brings along, since workerd has them not, or in part.

    >>> sorted(polyfilled_globals("2025-01-01", ["nodejs_compat"]))
    ['console', 'performance', 'process']
    >>> sorted(polyfilled_globals("2026-05-01", ["nodejs_compat"]))
    []
    """
    if node_mode(date, flags) is not NodeMode.V2:
        return frozenset()
    return read_node_table().environment(date, flags).globals


def read_node_table() -> NodeTable:
    """Return the table that comes with the package."""
    source = Path(__file__).with_name("node_table.json")
    read = json.loads(source.read_text(encoding="utf-8"))
    return NodeTable(
        read["versions"], tuple(read["builtins"]), read["base"], tuple(read["features"])
    )


def _is_on(feature: Mapping[str, Any], date: str, flags: Collection[str]) -> bool:
    """Tell whether the flags that a feature listens to turn it on at this date."""
    listened_to = " ".join(flag for flag in feature["flags"] if flag in flags)
    since: str | None = feature["since"].get(listened_to)
    return since is not None and date >= since


def _source(module: str | Sequence[str]) -> str | tuple[str, str]:
    if isinstance(module, str):
        return module
    name, export = module
    return name, export
