"""What a plan says to differ between a project and what is live, and what it leaves alone."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from fakes.builders import live_of, missing, note_of, project, secret, variable, version_of
from workers_deploy.core.compare import (
    NoteComparison,
    compare_bindings,
    compare_kept,
    compare_note,
    compare_runtime,
    compare_secrets,
    contradicts,
    placement_differs,
    render_value,
    why_not_comparable,
)
from workers_deploy.core.project import Binding
from workers_deploy.core.steps import Action, Change

KV = Binding(name="STORE", type="kv_namespace", fields={"namespace_id": "a"})
D1 = Binding(name="DB", type="d1", fields={"id": "abc"})


def bound(action: Action, name: str, kind: str, **more: str) -> Change:
    return Change(action=action, kind="binding", name=name, after=kind, **more)


@pytest.mark.parametrize("same", [*product([True, False], repeat=3)])
def test_the_note_tells_each_part_apart_unless_no_part_is_the_same(same: tuple[bool, ...]):
    desired = project()
    parts = dict(zip(("code", "assets", "secrets"), same, strict=True))
    note = replace(note_of(desired), **{n: "different" for n, one in parts.items() if not one})

    compared = compare_note(note, version_of(desired))

    # With another token, and so another key, nothing is the same: that says nothing of the parts.
    assert compared == (NoteComparison(**parts) if any(same) else NoteComparison())
    assert compared.comparable is any(same)


@pytest.mark.parametrize(
    ("desired", "live", "is_contradicted"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"b": 1}, True),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": 1}}, True),
        ({"a": 1}, None, True),
        ({}, None, False),
        # D1's database is `id` in what is sent, and `database_id` in what is answered.
        ({"id": "abc"}, {"database_id": "abc"}, False),
        ({"id": "abc"}, {"database_id": "other"}, True),
        ({"id": "abc"}, {"id": "abc", "database_id": "other"}, False),
        (["a", "b"], ("a", "b"), False),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], True),
        ([{"a": 1}], [{"a": 1, "b": 2}], False),
        ("a", ["a"], True),
        # What is not set is answered as null, as an empty list, or not at all.
        ([], None, False),
        (None, (), False),
        (False, None, False),
        (None, "a", True),
        ("a", None, True),
    ],
)
def test_live_contradicts_only_by_saying_something_else(desired, live, is_contradicted):
    assert contradicts(desired, live) is is_contradicted


@pytest.mark.parametrize(
    ("desired", "live", "change"),
    [
        (KV, None, bound(Action.CREATE, "STORE", "kv_namespace")),
        (None, KV, bound(Action.DELETE, "STORE", "kv_namespace")),
        (KV, KV, None),
        (
            replace(KV, type="r2_bucket"),
            KV,
            bound(Action.UPDATE, "STORE", "r2_bucket", before="kv_namespace"),
        ),
        (
            replace(KV, fields={"namespace_id": "b", "raw": True}),
            replace(KV, fields={"namespace_id": "a", "raw": False}),
            bound(Action.UPDATE, "STORE", "kv_namespace", detail="namespace_id, raw changed"),
        ),
        # What is not answered can't be compared.
        (replace(KV, fields={"namespace_id": "a", "raw": True}), KV, None),
        (D1, replace(D1, fields={"database_id": "abc", "internal_env": "x"}), None),
        (
            D1,
            replace(D1, fields={"database_id": "other"}),
            bound(Action.UPDATE, "DB", "d1", detail="id changed"),
        ),
        # What is taken over from live as it is does not change.
        (Binding(name="STORE", type="inherit"), KV, None),
        (Binding(name="STORE", type="inherit"), None, None),
        # Secrets have lines of their own.
        (None, Binding(name="KEY", type="secret_text"), None),
        (None, Binding(name="KEY", type="secret_key"), None),
    ],
)
def test_a_binding_is_said_to_come_go_or_change(desired, live, change):
    wanted = project(bindings=(desired,) if desired else ())
    actual = version_of(project(), bindings=(live,) if live else ())

    assert compare_bindings(wanted, actual) == ((change,) if change else ())


@pytest.mark.parametrize("kind", ["plain_text", "json"])
@pytest.mark.parametrize("compare", [compare_bindings, compare_kept])
def test_variables_set_elsewhere_go_unless_they_are_kept(kind, compare):
    theirs = Binding(name="THEIRS", type=kind, fields={kind: "x"})
    live = version_of(project(), bindings=(variable(), theirs))
    wanted = project(bindings=(variable(),))

    assert compare(wanted, live) == (bound(Action.DELETE, "THEIRS", kind),)
    assert compare(replace(wanted, keep_vars=True), live) == ()


def test_only_variables_are_kept():
    live = version_of(project(), bindings=(KV,))

    gone = compare_bindings(project(keep_vars=True), live)

    assert gone == (bound(Action.DELETE, "STORE", "kv_namespace"),)


def test_an_upload_that_kept_variables_kept_nothing_else():
    """Of a version whose note says that it is the project's, only variables can be too many."""
    assert compare_kept(project(), version_of(project(), bindings=(KV,))) == ()


@pytest.mark.parametrize(
    ("name", "wanted", "actual", "before", "after"),
    [
        ("compatibility_date", "2026-11-01", None, "not set", "2026-11-01"),
        ("compatibility_flags", ("b", "a"), ("c",), "c", "a, b"),
        ("compatibility_flags", (), ("c",), "c", "none"),
        ("placement", {"mode": "smart"}, None, "not set", "mode: smart"),
        ("limits", {"cpu_ms": 50}, {"cpu_ms": 10}, "cpu_ms: 10", "cpu_ms: 50"),
        ("cache_options", {"enabled": True}, None, "not set", "enabled: true"),
    ],
)
def test_a_setting_of_the_version_is_said_with_both_values(name, wanted, actual, before, after):
    desired = project(**{name: wanted})

    changes = compare_runtime(desired, version_of(desired, **{name: actual}))

    setting = Change(action=Action.UPDATE, kind="setting", name=name, before=before, after=after)
    assert changes == (setting,)


@pytest.mark.parametrize(
    ("name", "wanted", "actual"),
    [
        ("compatibility_flags", ("b", "a"), ("a", "b")),
        ("compatibility_date", None, "2026-01-01"),
        ("placement", {"region": "aws:us-east-1"}, {"mode": "targeted"}),
        ("placement", None, {"mode": "smart"}),
        ("limits", {"cpu_ms": 50}, {"cpu_ms": 50, "subrequests": 50}),
        ("limits", None, {"cpu_ms": 50}),
        ("cache_options", {"enabled": True}, {"enabled": True, "cross_version_cache": False}),
    ],
)
def test_a_setting_that_nobody_said_or_that_is_so_is_no_change(name, wanted, actual):
    desired = project(**{name: wanted})

    assert compare_runtime(desired, version_of(desired, **{name: actual})) == ()


EAST = {"region": "aws:us-east-1"}
WEST = {"region": "aws:us-west-1"}


def aimed(**target: Any) -> dict[str, Any]:
    return {"mode": "targeted", "target": [target]}


@pytest.mark.parametrize(
    ("wanted", "actual", "differs"),
    [
        ({"mode": "smart"}, None, True),
        ({}, None, False),
        ({"mode": "smart"}, {"mode": "smart"}, False),
        ({"mode": "smart"}, {"mode": "targeted"}, True),
        ({"mode": "smart"}, EAST, True),
        (EAST, {"mode": "smart"}, True),
        # A target is sent in the open and answered in a list, or not answered at all.
        (EAST, EAST, False),
        (EAST, WEST, True),
        (EAST, aimed(type="region", **EAST), False),
        (EAST, aimed(type="region", **WEST), True),
        (EAST, {"mode": "targeted"}, False),
        (EAST, {"mode": "targeted", "target": [1, 2]}, False),
        (EAST, {"mode": "targeted", "target": 1}, False),
        (EAST, {"target": [1], **WEST}, True),
        (EAST, {"host": "a.example:443"}, True),
        ({"host": "a.example:443"}, aimed(type="host", host="a.example:443"), False),
        ({"host": "a.example:443"}, aimed(type="host", host="b.example:443"), True),
        ({"hostname": "a.example"}, {"hostname": "b.example"}, True),
        ({"region": ""}, {"mode": "smart"}, False),
        ({"mode": "targeted"}, {"mode": "targeted", **EAST}, False),
        ({"mode": "smart", "hint": "weur"}, {"mode": "smart", "hint": "enam"}, True),
        ({"mode": "smart", "hint": "weur"}, {"mode": "smart", "hint": "weur"}, False),
        ({"mode": "smart", "hint": "weur"}, {"mode": "smart"}, False),
        ({"mode": "smart"}, {"mode": "smart", "hint": "weur"}, False),
        ({"mode": "smart", "hint": "weur"}, {"mode": "targeted", "hint": "weur"}, True),
        ({**EAST, "hint": "weur"}, {**WEST, "hint": "weur"}, True),
        ({**EAST, "hint": "weur"}, {**EAST, "hint": "enam"}, True),
    ],
)
def test_a_placement_is_compared_by_what_both_sides_say(wanted, actual, differs):
    assert placement_differs(wanted, actual) is differs


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"message": "Fix the cart"}, "has no note of ours to compare with"),
        (
            {"triggered_by": "settings"},
            "was edited after the upload, so its note may not match what it holds",
        ),
        ({}, "differs in every part, or its note was written with another API token"),
    ],
)
def test_a_note_that_says_nothing_is_not_said_to_be_missing(changes, why):
    version = version_of(project(), **changes)

    assert why_not_comparable(version) == why
    assert compare_note(
        replace(note_of(project()), code="x", assets="x", secrets="x"), version
    ) == (NoteComparison())


OLD, NEW = secret("OLD_KEY"), secret("NEW_KEY")
SENT_AGAIN = (
    "sent again: the live version differs in every part, or its note was written with another API "
    "token"
)
CHANGED = "a value changed (which one can't be told: values are never read back)"
BY_NAME = "compared by name, since values are not known here"
CHANGED_OR_FEWER = (
    "a value changed, or the last deploy named others too (which one can't be told: values are "
    "never read back)"
)


def changed(action: Action, name: str, kind: str = "secret", detail: str = "") -> Change:
    return Change(action=action, kind=kind, name=name, detail=detail)


def kept(names: str) -> Change:
    return changed(Action.UNCHANGED, names, "secrets", "kept, since prune-secrets is not set")


@pytest.mark.parametrize(
    ("named", "same", "changes"),
    [
        ((OLD,), True, (kept("STRIPE_KEY"),)),
        (
            (OLD,),
            False,
            (changed(Action.UPDATE, "OLD_KEY", "secrets", CHANGED_OR_FEWER), kept("STRIPE_KEY")),
        ),
        (
            (OLD, secret("STRIPE_KEY")),
            False,
            (changed(Action.UPDATE, "OLD_KEY, STRIPE_KEY", "secrets", CHANGED),),
        ),
        (
            (OLD,),
            None,
            (changed(Action.UPDATE, "OLD_KEY", "secrets", SENT_AGAIN), kept("STRIPE_KEY")),
        ),
        ((NEW,), False, (changed(Action.CREATE, "NEW_KEY"), kept("OLD_KEY, STRIPE_KEY"))),
        ((), None, (kept("OLD_KEY, STRIPE_KEY"),)),
        (
            (replace(OLD, is_known=False), NEW),
            False,
            (
                changed(Action.CREATE, "NEW_KEY"),
                changed(Action.UNCHANGED, "OLD_KEY", "secrets", BY_NAME),
                kept("STRIPE_KEY"),
            ),
        ),
    ],
)
def test_secrets_are_said_by_name_and_their_values_by_the_note(named, same, changes):
    live = live_of(project(secrets=(OLD, secret("STRIPE_KEY"))))

    assert compare_secrets(project(secrets=named), live, same=same) == changes


def test_secrets_of_a_dispatch_namespace_are_sent_again_since_nothing_tells_their_values():
    live = replace(missing(project()), exists=True, namespace_secrets=("OLD_KEY",))

    assert compare_secrets(project(secrets=(OLD,)), live, same=None) == (
        changed(Action.UPDATE, "OLD_KEY", "secrets", "sent again: values are never read back"),
    )


def test_secrets_that_are_named_no_more_are_pruned_besides_what_else_happens():
    live = live_of(project(secrets=(secret("B_KEY"), secret("A_KEY"), OLD)))

    assert compare_secrets(project(secrets=(OLD, NEW), prune_secrets=True), live, same=True) == (
        changed(Action.CREATE, "NEW_KEY"),
        changed(Action.DELETE, "A_KEY"),
        changed(Action.DELETE, "B_KEY"),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (True, "true"),
        (False, "false"),
        (0.5, "0.5"),
        ("smart", "smart"),
        ({"mode": "smart", "hint": None}, "mode: smart, hint: not set"),
        ({}, "not set"),
        ({"logs": {"enabled": True}}, "logs: enabled: true"),
        (["a", True], "a, true"),
        (("a",), "a"),
        ((), "none"),
    ],
)
def test_values_are_written_as_people_read_them(value, text):
    assert render_value(value) == text
