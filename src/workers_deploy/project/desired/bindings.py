"""The bindings of a project, from the configuration and the input `vars`."""

from collections.abc import Iterator, Mapping
from typing import Any

from workers_deploy.core.project import Binding
from workers_deploy.project.config.binding_kinds import KINDS
from workers_deploy.project.config.bindings import BindingKind, build_bindings
from workers_deploy.project.config.checks import Spot
from workers_deploy.project.config.fold import Config


def list_bindings(config: Config | None, variables: Mapping[str, str]) -> tuple[Binding, ...]:
    """Return all bindings but secrets, in wrangler's order: variables come first."""
    found = [*_variables(config.table("vars") if config else {}, variables)]
    if config is None:
        return tuple(found)
    for kind in KINDS:
        spot, value = find_items(config, kind)
        if value is not None:
            found += build_bindings(kind, spot, value)
    if name := config.table("assets").get("binding"):
        found.append(Binding(name=name, type="assets"))
    found += [_unsafe(item) for item in config.table("unsafe").get("bindings") or ()]
    return tuple(found)


def find_items(config: Config, kind: BindingKind) -> tuple[Spot, Any]:
    """Return where the bindings of a kind stand, and what stands there."""
    spot, value = config.spot(kind.key[0]), config.get(kind.key[0])
    for step in kind.key[1:]:
        spot, value = spot.at(step), (value or {}).get(step)
    return spot, value


def _variables(configured: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Binding]:
    """Write strings as text and all else as JSON; an input wins over the configuration."""
    said: dict[str, Any] = {**configured, **given}
    for name, value in said.items():
        if isinstance(value, str):
            yield Binding(name=name, type="plain_text", fields={"text": value})
    for name, value in said.items():
        if not isinstance(value, str):
            yield Binding(name=name, type="json", fields={"json": value})


def _unsafe(item: Mapping[str, Any]) -> Binding:
    fields = {key: value for key, value in item.items() if key not in ("name", "type")}
    return Binding(name=item["name"], type=item["type"], fields=fields)
