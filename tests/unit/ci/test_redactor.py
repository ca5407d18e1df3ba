import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from fakes.secret_forms import left_of, written
from workers_deploy.ci.decoded_text import decoded
from workers_deploy.ci.neutralized import neutralise
from workers_deploy.ci.redactor import Redactor, is_maskable
from workers_deploy.report.escape import cell

SECRET = 'sk_live/51+A"b\\c&d ü=%'
# A value with asterisks can't be told from a mask; lines of a value are masked by themselves.
VALUES = st.text(min_size=4, max_size=40).filter(
    lambda text: (
        is_maskable(neutralise(text)) and "*" not in text and text.splitlines() == [text.strip()]
    )
)
FORMS = [
    str,
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    quote,
    quote_plus,
    html.escape,
    cell,
    lambda value: repr(value)[1:-1],
    lambda value: base64.b64encode(value.encode()).decode(),
    lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
]


def redactor(*values: str) -> Redactor:
    made = Redactor()
    for value in values:
        made.add(value)
    return made


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps({"key": SECRET}, ensure_ascii=False),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"key": SECRET}),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        html.escape(SECRET),
        cell(SECRET),
        repr(SECRET),
    ],
)
def test_a_value_is_hidden_in_every_form_that_it_takes(form):
    text = redactor(SECRET).redact(f"before {form} after")

    assert "***" in text
    assert "51" not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
def test_a_value_is_hidden_inside_of_a_longer_base64_text(before):
    encoded = base64.b64encode(f"{before}correct-horse-battery:more".encode()).decode()

    text = redactor("correct-horse-battery").redact(encoded)

    assert "***" in text
    # No more than the two characters at the edges that the neighbours have a part in.
    assert len(text.replace("***", "")) <= len(encoded) - len("correct-horse-battery") * 8 // 6 + 4


def test_each_line_of_a_value_is_hidden_by_itself():
    made = redactor("-----BEGIN KEY-----\r\n  MIIEvQ\nab\nAgEA==\n")

    assert made.redact("line MIIEvQ and AgEA== but ab") == "line *** and *** but ab"


@pytest.mark.parametrize("value", ["", "1", "abc", "on", "  x  ", "\n\n\n\n"])
def test_a_value_under_four_characters_stays_readable(value):
    made = redactor(value)

    assert not is_maskable(value)
    assert made.redact(f"https://shop{value}.dev/ 1 on abc x") == (
        f"https://shop{value}.dev/ 1 on abc x"
    )


def test_values_that_overlap_are_hidden_whole():
    made = redactor("abcdef", "defghi")

    assert made.redact("<abcdefghi>") == "<***>"


def test_a_value_inside_of_another_leaves_nothing_of_the_longer_one():
    made = redactor("token", "my-token-is-long")

    assert made.redact("my-token-is-long token") == "*** ***"


def test_a_value_that_overlaps_itself_is_hidden_whole():
    assert redactor("aXaXa").redact("aXaXaXaXa!") == "***!"


def test_a_redactor_does_not_show_what_it_hides():
    assert "sk_live" not in repr(redactor("sk_live_51"))


@pytest.mark.parametrize("half", [0xDCFF, 0xD800])
def test_a_value_that_is_no_unicode_is_hidden(half):
    value = f"pass{chr(half)}word"

    assert redactor(value).redact(f"<{value}>") == "<***>"


@given(value=VALUES, before=st.text(max_size=10), after=st.text(max_size=10))
@example(value="000¡", before="\\", after="")  # \\0 is an escape too
@pytest.mark.parametrize("write", FORMS)
def test_no_form_of_a_value_survives(write, value, before, after):
    form = write(value)

    text = redactor(value).redact(f"{before}{form}{after}")

    assert form not in text


@settings(max_examples=300)
@given(drawn=written(), before=st.text(max_size=5), after=st.text(max_size=5))
def test_however_a_value_is_written_it_is_hidden(drawn, before, after):
    secret, how, form = drawn
    note(how)

    text = redactor(secret).redact(f"{before} {form} {after}")

    assert "***" in text, how
    assert not left_of(form, text), how
    assert secret not in decoded(text), how
    assert text.startswith(f"{before} ")
    assert text.endswith(f" {after}")


@pytest.mark.parametrize(
    ("form", "rest"),
    [
        ("a%20%73k_live%5f51%20b", "a%20***%20b"),
        ("a%2520sk_live%255f51%2520b", "a%2520***%2520b"),
        (r"\\nsk_live_51\\n", r"\\n***\\n"),
        ("&lt;sk&#95;live_51&gt;", "&lt;***&gt;"),
        ("x736b5F6C6976655f3531y", "x***y"),
    ],
)
def test_no_more_than_the_value_is_hidden(form, rest):
    assert redactor("sk_live_51").redact(form) == rest


def test_what_looks_like_an_escape_before_a_value_hides_nothing_of_it():
    made = redactor("nacht-und-nebel", "41-and-more")

    assert made.redact("\\n%61cht-und-nebel") == "\\***"
    assert made.redact("%41-and-more") == "%***"


def test_a_value_that_looks_like_an_encoding_is_hidden_in_any_form():
    made = redactor("ab%41cd\\ne&amp;f")

    assert made.redact("<ab%41cd\\ne&amp;f>") == "<***>"
    assert made.redact("<%61b%41cd\\ne&amp;f>") == "<***>"
    assert made.redact(f"<{quote('ab%41cd' + chr(92) + 'ne&amp;f')}>") == "<***>"


def test_what_no_character_has_is_left_as_it_is():
    assert redactor("secret-value").redact(r"\Uffffffff %zz &nothing; \ud800 %ff") == (
        r"\Uffffffff %zz &nothing; \ud800 %ff"
    )


@pytest.mark.parametrize("secret", ["shop", "https", "http", "workers.dev", "hop-"])
def test_public_words_stay_in_what_machines_read(secret):
    made = redactor(secret, "sk_live_51")
    made.let_show(["shop-eu"])

    assert made.is_public(secret)
    assert made.redact_output("https://shop-eu.acme.workers.dev/") == (
        "https://shop-eu.acme.workers.dev/"
    )
    assert made.redact_output("https://shop-eu.acme.workers.dev/?sk_live_51") == (
        "https://shop-eu.acme.workers.dev/?***"
    )
    assert "***" in made.redact("https://shop-eu.acme.workers.dev/")


def test_a_value_with_a_public_word_in_it_is_hidden_whole():
    made = redactor("shop-password")
    made.let_show(["shop"])

    assert not made.is_public("shop-password")
    assert made.redact_output("shop shop-password") == "shop ***"
