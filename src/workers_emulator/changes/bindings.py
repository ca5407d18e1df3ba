"""Which bindings a new version gets: those that were sent, inherited and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers_emulator.rules.rules import Problem, Refusal
from workers_emulator.rules.script_rules import (
    BINDING_FIELD,
    BINDING_NAME_MISSING,
    BINDING_NAME_TAKEN,
    BINDING_NAME_TOO_LONG,
    BINDING_TYPE,
    INHERIT_UNRESOLVED,
    TEXT_TOO_LARGE,
    TOO_MANY_TEXTS,
)
from workers_emulator.state.kinds import KINDS, TEXT_KINDS, missing_fields, wrong_fields
from workers_emulator.state.model import SECRET_TYPES, Script, Version
from workers_emulator.state.options import Options

Binding = Mapping[str, Any]
_MAX_NAME = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an upload says about bindings; `keep` None: it says nothing about keeping."""

    given: Sequence[Binding] = field(repr=False)
    keep: Sequence[str] | None
    strict: bool


def resolve(wanted: Wanted, script: Script | None, options: Options) -> tuple[Binding, ...]:
    """Return the bindings of the new version.

    Raises:
        Refusal: for a binding that Cloudflare refuses; unresolved names of a strict upload are
            told all at once (10057).

    """
    names: set[str] = set()
    for binding in wanted.given:
        check_binding(binding, options)
        if binding["name"] in names:
            raise Refusal(
                BINDING_NAME_TAKEN, f"Binding name '{binding['name']}' is already in use."
            )
        names.add(binding["name"])
    resolved = [*_inherited(wanted, script), *_kept(wanted, script, names)]
    _check_texts(resolved, options)
    return tuple(resolved)


def check_binding(binding: Binding, options: Options) -> None:
    """Refuse one binding that cannot be, whatever else the upload has."""
    name, kind = binding.get("name"), binding.get("type")
    if not isinstance(name, str) or not name:
        raise Refusal(BINDING_NAME_MISSING)
    if len(name) > _MAX_NAME:
        raise Refusal(BINDING_NAME_TOO_LONG)
    if not isinstance(kind, str) or kind not in KINDS:
        raise Refusal(BINDING_TYPE, f"Binding type '{kind}' is not valid.")
    missing = missing_fields(binding)
    if missing:
        raise Refusal(BINDING_FIELD, f"Binding '{name}' ({kind}) lacks {', '.join(missing)}.")
    if wrong := wrong_fields(binding):
        raise Refusal(BINDING_FIELD, f"Binding '{name}' ({kind}) has a wrong {wrong[0]}.")
    size = _text_size(binding)
    if size > options.max_text_bytes:
        raise Refusal(TEXT_TOO_LARGE, f"Text binding '{name}' is too large ({size} bytes).")


def _text_size(binding: Binding) -> int:
    match binding["type"]:
        case "plain_text" | "secret_text":
            return len(binding["text"].encode(errors="surrogatepass"))
        case "json":
            return len(json.dumps(binding["json"], ensure_ascii=False).encode(errors="replace"))
        case _:
            return 0


def _inherited(wanted: Wanted, script: Script | None) -> list[Binding]:
    resolved: list[Binding] = []
    problems: list[Problem] = []
    for binding in wanted.given:
        found = binding if binding["type"] != "inherit" else _inherit(binding, script)
        if found is not None:
            resolved.append(found)
        elif wanted.strict:
            message = f"inherit binding '{binding['name']}' is invalid"
            problems.append(Problem(rule=INHERIT_UNRESOLVED, message=message))
        # by rule inherit-dropped
    if problems:
        raise Refusal.of(problems)
    return resolved


def _inherit(binding: Binding, script: Script | None) -> Binding | None:
    """Return what the binding stands for, under its new name."""
    version = _inherited_version(binding, script)
    if version is None:
        return None
    old_name = binding.get("old_name") or binding["name"]
    found = next((b for b in version.bindings if b["name"] == old_name), None)
    return None if found is None else {**found, "name": binding["name"]}


def _inherited_version(binding: Binding, script: Script | None) -> Version | None:
    version_id = binding.get("version_id")
    if script is None:
        return None
    if version_id in {None, "", "latest"}:  # by rule inherit-latest
        return script.latest
    return script.version(version_id) if isinstance(version_id, str) else None


def _kept(wanted: Wanted, script: Script | None, taken: set[str]) -> list[Binding]:
    """Return what is carried over from the latest version; what is sent wins."""
    if script is None or script.latest is None:
        return []
    # by rule keep-bindings-absent, keep-bindings-listed
    kinds = SECRET_TYPES if wanted.keep is None else tuple(wanted.keep)
    return [b for b in script.latest.bindings if b["type"] in kinds and b["name"] not in taken]


def _check_texts(bindings: Sequence[Binding], options: Options) -> None:
    count = sum(binding["type"] in TEXT_KINDS for binding in bindings)
    if count > options.max_text_bindings:
        raise Refusal(
            TOO_MANY_TEXTS,
            f"Too many text bindings ({count}). The limit is {options.max_text_bindings}.",
        )
