import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.github_runner import commands_in
from workers_deploy.ci.neutralized import neutralise

COMMAND_ALPHABET = st.sampled_from(
    [
        ":",
        "::",
        "#",
        "##",
        "[",
        "]",
        "error",
        "vso",
        "stop-commands",
        "\r",
        "\n",
        " ",
        "\t",
        "\x00",
        "\x1b",
        "\u2028",
        "\ufeff",
        "\u200b",
        "\x85",
        "\xa0",
        "x",
        "=",
        ",",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "  ::add-mask::x",
        "fine\n::set-output name=a::b",
        "fine\r::stop-commands::x",
        "\ufeff::error::x",
        "\u2003::error::x",
        "\x00::error::x",
        "see ##[error]x",
        "##\x07[error]x",
        ":\x00:error::x",
    ],
)
def test_a_text_from_outside_gives_the_runner_no_command(text):
    assert commands_in(neutralise(text)) == []


@given(st.lists(COMMAND_ALPHABET, max_size=30).map("".join))
@example("#\x00#[error]x")
def test_no_text_gives_the_runner_a_command(text):
    assert commands_in(neutralise(text)) == []
    assert "##vso[" not in neutralise(text)


def test_escape_sequences_lose_their_power():
    assert neutralise("\x1b[2J\x1b]0;title\x07\x9b31m") == "[2J]0;title31m"


def test_signs_that_turn_the_direction_of_writing_are_left_out():
    assert neutralise("user\u202eevil\u2066") == "userevil"


@pytest.mark.parametrize(
    "text",
    ["a :: b", "std::vector", "  at main::run (x.ts:1:2)", "## heading", "tab\there", "ü 日本"],
)
def test_ordinary_text_stays_as_it_is(text):
    assert neutralise(text) == text
