"""One change of a plan as people read it."""

from typing import Final

from workers_deploy.core.steps import Action, Change

SIGNS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.UNCHANGED: "=",
}
KIND_WIDTH: Final = 12


def render_change(change: Change) -> str:
    """Write a change in one line: sign, kind, name, before → after, detail.

    >>> render_change(Change(action=Action.UPDATE, kind="settings", name="logpush",
    ...                      before="false", after="true"))
    '~ settings    logpush false → true'
    >>> render_change(Change(action=Action.CREATE, kind="binding", name="KV",
    ...                      after="kv_namespace 0f2e…"))
    '+ binding     KV  kv_namespace 0f2e…'
    >>> render_change(Change(action=Action.UPDATE, kind="secrets", name="A, B",
    ...                      detail="a value changed"))
    '~ secrets     A, B: a value changed'
    """
    name, value = change.name, render_values(change)
    gap = "  " if change.kind == "binding" else " "
    text = gap.join(part for part in (name, value) if part)
    if change.detail and value:
        text += f" ({change.detail})"
    elif change.detail:
        text = f"{name}: {change.detail}" if name else change.detail
    kind = f"{change.kind:<{KIND_WIDTH}}" if len(change.kind) < KIND_WIDTH else f"{change.kind} "
    return f"{SIGNS[change.action]} {kind}{text}".rstrip()


def render_values(change: Change) -> str:
    """Write what was and what will be, as far as either is known.

    >>> render_values(Change(action=Action.UPDATE, kind="x", before="1", after="2"))
    '1 → 2'
    >>> render_values(Change(action=Action.DELETE, kind="x", before="1"))
    '1'
    """
    known = (value for value in (change.before, change.after) if value is not None)
    return " → ".join(dict.fromkeys(known))
