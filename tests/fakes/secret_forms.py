"""Ways in which a server may write a secret that it was sent, drawn at random."""

import base64
import html
import json
import random
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from workers_deploy.ci.decoded_text import decoded

Write = Callable[[str], str]

# Neither an asterisk, since masks are made of them, nor line breaks: each line is a secret of its
# own. Controls are taken out of everything that is told.
SECRETS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp"), exclude_characters="*"
    ),
    min_size=8,
    max_size=40,
).filter(lambda text: text == text.strip() and len(set(text)) > 3)


def _percent(char: str, *, lower: bool = False) -> str:
    written = "".join(f"%{byte:02X}" for byte in char.encode())
    return written.lower() if lower else written


def _some(write: Callable[[str, random.Random], str]) -> Callable[[random.Random], Write]:
    """Return what writes some characters in one way and leaves the others as they are."""

    def with_(rng: random.Random) -> Write:
        return lambda text: "".join(
            write(char, rng) if rng.random() < 0.5 or char in '%\\&"' else char for char in text
        )

    return with_


def _fixed(write: Write) -> Callable[[random.Random], Write]:
    return lambda _: write


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _quote_lower(text: str) -> str:
    return "".join(
        char if char.isalnum() and char.isascii() else _percent(char, lower=True) for char in text
    )


def _hex(rng: random.Random) -> Write:
    return lambda text: rng.choice([str.lower, str.upper])(text.encode().hex())


def _base64(encode: Callable[[bytes], bytes], offset: int) -> Callable[[random.Random], Write]:
    """Return what writes a text as it stands in the middle of a longer one's base64."""

    def write(text: str) -> str:
        raw = b"\xfe" * offset + text.encode()
        return encode(raw + b"\xff" * (-len(raw) % 3)).decode()

    return _fixed(write)


def _in_lines(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


# What can be written around anything else, any number of times.
OUTER: dict[str, Callable[[random.Random], Write]] = {
    "JSON": _fixed(_json),
    "JSON in UTF-8": _fixed(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    "every character in JSON": _fixed(
        lambda text: "".join(
            f"\\u{unit:04x}"
            for char in text
            for unit in memoryview(char.encode("utf-16-le")).cast("H")
        )
    ),
    "URL": _fixed(lambda text: quote(text, safe="")),
    "URL in small letters": _fixed(_quote_lower),
    "parts of a URL": _some(lambda char, rng: _percent(char, lower=rng.random() < 0.5)),
    "every character in a URL": _fixed(lambda text: "".join(map(_percent, text))),
    "HTML": _fixed(html.escape),
    "parts of HTML": _some(
        lambda char, rng: rng.choice(["&#{};", "&#x{:x};", "&#X{:X};"]).format(ord(char))
    ),
    "repr": _fixed(lambda text: repr(text)[1:-1]),
}
# What is written once, at the innermost.
INNER: dict[str, Callable[[random.Random], Write]] = {
    "as it is": _fixed(str),
    "a form's field": _fixed(quote_plus),
    "hex": _hex,
    **{f"base64 at {n}": _base64(base64.b64encode, n) for n in range(3)},
    **{f"base64url at {n}": _base64(base64.urlsafe_b64encode, n) for n in range(3)},
    "base64 of JSON": _fixed(lambda text: base64.b64encode(json.dumps(text).encode()).decode()),
    "base64 in lines": _fixed(_in_lines),
}


@st.composite
def written(draw: st.DrawFn, secrets: st.SearchStrategy[str] = SECRETS) -> tuple[str, str, str]:
    """Draw a secret, a way to write it, and what comes of it: the name of the way is the second."""
    secret = draw(secrets)
    rng = draw(st.randoms(use_true_random=False))
    inner = draw(st.sampled_from(list(INNER)))
    outer = draw(st.lists(st.sampled_from(list(OUTER)), max_size=2))
    form = INNER[inner](rng)(secret)
    for name in outer:
        form = OUTER[name](rng)(form)
    return secret, " in ".join([inner, *outer]), form


def left_of(form: str, told: str) -> str:
    """Return what of a written secret can still be read in a text: eight characters in a row.

    Both are decoded first, so that an escaped neighbour is no more than the one character.
    """
    plain, shown = decoded(form), decoded(told)
    pieces = (plain[at : at + 8] for at in range(len(plain) - 7))
    return next((piece for piece in pieces if piece in shown), "")
