"""Regular expressions for globs that take time in proportion to the text, whatever the glob.

A glob such as `*a*a*a*a*b` becomes `[^/]*a[^/]*a…`, which tries every way to share a text among
its stars: hours for a name of 80 letters. But whatever stands between two stars may be taken
where it is found first, as the next star takes any rest. An atomic group says so: once it has
matched, it isn't tried again.
"""

import re
from collections.abc import Sequence


def join_at_stars(pieces: Sequence[str], star: str) -> str:
    """Put a `star`, such as `[^/]*`, between regular expressions that match in one way only.

    >>> join_at_stars(["a", "b", "c"], "[^/]*")
    'a(?>[^/]*?b)[^/]*c'
    >>> join_at_stars(["a"], ".*"), join_at_stars(["", ""], ".*")
    ('a', '.*')
    """
    first, *others = pieces
    if not others:
        return first
    *inner, last = others
    # Without a text between them, two stars are one.
    return first + "".join(f"(?>{star}?{piece})" for piece in inner if piece) + star + last


def match_any_text(glob: str) -> re.Pattern[str]:
    """Return a glob's pattern, for `fullmatch`, in which `*` stands for any text."""
    texts = [re.escape(text) for text in glob.split("*")]
    return re.compile(join_at_stars(texts, ".*"), re.DOTALL)
