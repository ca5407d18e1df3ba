"""How a row of the table of bindings reads, and how an item is written for Cloudflare.

The table itself is in `binding_kinds`.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from workers_deploy.core.project import Binding
from workers_deploy.dataclass import dataclass
from workers_deploy.project.config import checks
from workers_deploy.project.config.checks import Check, Spot


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a binding: its name in the configuration, and in the upload."""

    name: str
    check: Check
    written: str | None = None  # not sent
    required: bool = False
    is_resource: bool = False  # without it, what live has under the binding's name is inherited
    unless_empty: bool = False  # wrangler leaves an empty one out


@dataclass(frozen=True, kw_only=True, slots=True)
class BindingKind:
    """A row of the table; `key` is where its items stand, `title` what people call it."""

    key: tuple[str, ...]
    type: str
    title: str
    fields: tuple[Field, ...]
    named: str = "binding"  # the field that holds the binding's name
    single: bool = False  # one object instead of an array of them
    closed: bool = True  # wrangler warns of fields that it does not know
    rule: Check = checks.anything  # what the fields of an item owe to each other

    def item_check(self) -> Check:
        """Return the check of one item."""
        fields: dict[str, Check] = {self.named: checks.text}
        fields |= {field.name: field.check for field in self.fields}
        required = {self.named, *(field.name for field in self.fields if field.required)}
        shape = checks.record(fields, required=required, closed=self.closed)
        return checks.both(shape, self.rule)

    def check(self) -> Check:
        """Return the check of all that stands under the key."""
        return self.item_check() if self.single else checks.list_of(self.item_check())


def need(name: str, written: str | None = None, check: Check = checks.text) -> Field:
    """Make a field that must be there."""
    return Field(name, check, written or name, required=True)


def may(name: str, check: Check = checks.text, *, unless_empty: bool = False) -> Field:
    """Make a field that is sent when it is there."""
    return Field(name, check, name, unless_empty=unless_empty)


def local(name: str, check: Check = checks.text) -> Field:
    """Make a field that matters elsewhere and is not sent."""
    return Field(name, check)


def resource(name: str, written: str, check: Check = checks.filled) -> Field:
    """Make the field that names a resource which live may already have."""
    return Field(name, check, written, is_resource=True)


def build_bindings(kind: BindingKind, spot: Spot, value: Any) -> Iterator[Binding]:
    """Write what stands under a kind's key, which has passed its check; `spot` is the key's."""
    for index, item in enumerate([value] if kind.single else value):
        yield _build_binding(kind, spot if kind.single else spot.at(index), item)


def _build_binding(kind: BindingKind, spot: Spot, item: Mapping[str, Any]) -> Binding:
    name = item[kind.named]
    locate = partial(spot.document.place, spot.path)
    if any(field.is_resource and item.get(field.name) is None for field in kind.fields):
        return Binding(name=name, type="inherit", inherits=kind.type, locate=locate)
    fields = {
        field.written: item[field.name]
        for field in kind.fields
        if field.written
        and item.get(field.name) is not None
        and not (field.unless_empty and item[field.name] in ("", 0, False))
    }
    return Binding(name=name, type=kind.type, fields=_rewrite(kind.type, fields), locate=locate)


def _rewrite(type_: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Give the few kinds whose fields don't just move what they need."""
    if type_ == "dispatch_namespace" and "outbound" in fields:
        outbound = fields["outbound"]
        worker = {key: outbound[key] for key in ("service", "environment") if key in outbound}
        fields["outbound"] = {"worker": worker}
        if "parameters" in outbound:
            fields["outbound"]["params"] = [{"name": name} for name in outbound["parameters"]]
    elif type_ == "pipelines" and fields.get("stream"):
        fields.pop("pipeline", None)
    elif type_ == "send_email" and "destination_address" in fields:
        fields.pop("allowed_destination_addresses", None)
    return fields
