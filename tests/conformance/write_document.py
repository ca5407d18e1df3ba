"""Writes what docs/conformance.md says of the emulator's assumptions and of the last real run.

`PYTHONPATH=tests python -m conformance.write_document`, after a rule has changed or a run was made.
"""

from pathlib import Path

from conformance.assumptions import read_assumptions, render_assumptions
from conformance.transcript import FOLDER, render_last_run

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"


def written(document: str) -> str:
    """Return the document with its two blocks as they are now."""
    with_run = with_block(document, "last run", render_last_run(FOLDER))
    return with_block(with_run, "assumptions", render_assumptions(read_assumptions()))


def with_block(document: str, name: str, text: str) -> str:
    r"""Return the document with this text in the block of that name.

    >>> with_block("a\n<!-- x -->\nold\n<!-- end of x -->\nb", "x", "new\n")
    'a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb'

    Raises:
        ValueError: there is no such block.

    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = document.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"there is no block {name} in the document")
    return f"{before}{begin}\n{text}\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
