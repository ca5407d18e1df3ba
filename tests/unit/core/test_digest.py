from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.builders import KEY, manifest, module, note_of, project, secret
from workers_deploy.core.digest import (
    MESSAGE_BYTES,
    Note,
    derive_note_key,
    make_note,
    parse_note,
    read_message,
    write_message,
)
from workers_deploy.core.manifest import AssetManifest


def test_a_note_fits_into_49_bytes_and_is_read_back():
    note = note_of(project(secrets=(secret(),), assets=manifest(), uncommitted="index.js"))

    assert len(str(note).encode()) == 49
    assert parse_note(write_message("Fix", note)) == note


def note_of_an_earlier_release():
    return make_note(
        derive_note_key("token", "account", "script"),
        commit="a1b2c3d4e5f6" + "0" * 28,
        modules=(module(), module("lib.js", "export let a")),
        metadata={"main_module": "index.js", "bindings": [{"name": "A", "type": "json"}]},
        assets=manifest("/b.txt", "/a.txt", config={"run_worker_first": True, "headers": "x"}),
        secrets=(secret("B", "2"), secret("A", "1")),
    )


def test_notes_of_earlier_releases_say_the_same_today():
    """Where one reads otherwise, every script is uploaded anew after an update of this tool."""
    key = derive_note_key("token", "account", "script").key

    assert key.hex() == ("29bba5fb8ca349de4b70538f78d1a9667505cfcc7c7d1cdf1a711e183a1bf51d")
    assert str(note_of_an_earlier_release()) == "wd1:a1b2c3d4e5f6:z7zsBnRe:CiGWwD0k:l1aV8i4f"


def test_the_order_in_which_things_are_named_changes_no_note():
    entries = manifest("/b.txt", "/a.txt").entries
    ways = [
        make_note(
            KEY,
            commit=None,
            modules=(module(),),
            metadata=dict(metadata),
            assets=AssetManifest(entries=assets, config=dict(config)),
            secrets=secrets,
        )
        for metadata, assets, config, secrets in (
            ((("a", 1), ("b", 2)), entries, (("c", 1), ("d", 2)), (secret("A"), secret("B"))),
            ((("b", 2), ("a", 1)), entries[::-1], (("d", 2), ("c", 1)), (secret("B"), secret("A"))),
        )
    ]

    assert ways[0] == ways[1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Fix the cart \n", "Fix the cart "),
        ("a\ud800b", "a?b "),
        ("", ""),
        ("x" * 2000, "x" * 956 + " "),
        ("ü" * 2000, "ü" * 478 + " "),
        ("x" + "ü" * 2000, "x" + "ü" * 477 + " "),
        ("x" * 950 + " " * 10 + "y", "x" * 950 + " "),
    ],
    ids=[
        "blanks",
        "half a character",
        "nothing",
        "long",
        "wide",
        "cut in a character",
        "cut in blanks",
    ],
)
def test_a_message_keeps_as_much_of_the_text_as_there_is_room_for(text, kept):
    note = Note(commit="0" * 12, code="c" * 8, assets="a" * 8, secrets="s" * 8)

    assert write_message(text, note) == f"{kept}{note}"


@pytest.mark.parametrize("message", [None, "", "by hand"])
def test_a_message_without_a_note_is_all_text(message):
    assert parse_note(message) is None
    assert read_message(message) == (message or "")


@given(st.text())
def test_any_text_is_cut_to_fit_and_keeps_the_note(text):
    note = note_of(project())

    message = write_message(text, note)

    assert len(message.encode()) <= MESSAGE_BYTES
    assert parse_note(message) == note


def test_a_commit_with_changes_on_top_is_none_to_go_by():
    clean, dirty = note_of(project()), note_of(project(uncommitted="index.js"))

    assert clean.known_commit == "a1b2c3d4e5f6"
    assert dirty.commit == "a1b2c3d4e5f6-dirty"
    assert dirty.known_commit is None
    assert note_of(project(commit=None)).known_commit is None


def test_the_users_text_comes_back_without_the_note():
    assert read_message(write_message("Fix the cart", note_of(project()))) == "Fix the cart"


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_note_that_was_cut_is_no_note(cut):
    message = write_message("Fix", note_of(project()))

    assert parse_note(message[:-cut]) is None


def test_a_key_belongs_to_one_token_account_and_script():
    keys = {
        derive_note_key("token", "account", "script").key,
        derive_note_key("other", "account", "script").key,
        derive_note_key("token", "other", "script").key,
        derive_note_key("token", "account", "other").key,
    }

    assert len(keys) == 4


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"modules": (module(content="2"),)}, "code"),
        ({"modules": (module(), module("b.js"))}, "code"),
        ({"compatibility_date": "2026-01-01"}, "code"),
        ({"assets": manifest("/other.html")}, "assets"),
        ({"assets": manifest(config={"html_handling": "none"})}, "assets"),
        ({"secrets": (secret(value="2"),)}, "secrets"),
        ({"secrets": (secret("OTHER"),)}, "secrets"),
        ({"commit": "f" * 40}, "commit"),
    ],
)
def test_each_part_of_the_note_tells_its_own_change(changed, part):
    base = project(assets=manifest(), secrets=(secret(),))
    before = note_of(base)

    after = note_of(replace(base, **changed))

    different = [
        name
        for name in ("commit", "code", "assets", "secrets")
        if getattr(before, name) != getattr(after, name)
    ]
    assert different == [part]


def test_name_and_value_of_a_secret_are_told_apart():
    one = note_of(project(secrets=(secret("A", "BC"),)))
    two = note_of(project(secrets=(secret("AB", "C"),)))

    assert one.secrets != two.secrets


def test_a_key_is_in_no_repr():
    assert repr(KEY) == "NoteKey()"
