"""How a titled row looks in a log: a mark, the title in a column, the text beside it."""

from collections.abc import Sequence
from typing import Final

TITLE_WIDTH: Final = 13
INDENT: Final = " " * (TITLE_WIDTH + 2)


def format_row(mark: str, title: str, lines: Sequence[str]) -> str:
    r"""Return a row; further lines stand under the first.

    >>> print(format_row("▸", "Version", ["9d20…, starts in 12 ms", "2 tries\nof 5"]))
    ▸ Version      9d20…, starts in 12 ms
                   2 tries
                   of 5
    """
    texts = [text for line in lines for text in (line.splitlines() or [""])]
    # A title that fills its column still stands apart from the text.
    head = f"{mark} {title:<{TITLE_WIDTH - 1}} "
    first, *rest = texts or [""]
    return "\n".join(text.rstrip() for text in (head + first, *(INDENT + text for text in rest)))


def format_lines(lines: Sequence[str]) -> str:
    r"""Return the lines of a row whose title stands elsewhere.

    >>> format_lines(["~ code", "+ binding"])
    '               ~ code\n               + binding'
    """
    texts = [text for line in lines for text in (line.splitlines() or [""])]
    return "\n".join((INDENT + text).rstrip() for text in texts)
