from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.builders import KEY, manifest, module, note_of, project, secret
from workers_deploy.core.digest import (
    MESSAGE_BYTES,
    derive_note_key,
    parse_note,
    read_message,
    write_message,
)


def test_a_note_fits_into_49_bytes_and_is_read_back():
    note = note_of(project(secrets=(secret(),), assets=manifest(), uncommitted="index.js"))

    assert len(str(note).encode()) == 49
    assert parse_note(write_message("Fix", note)) == note


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
