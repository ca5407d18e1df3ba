r"""Takes the power out of text that comes from outside before it reaches a log.

Cloudflare's messages, file names and commit subjects are printed. A CI system reads its
commands from the same stream: GitHub's runner takes a line that begins with `::` (after
blanks of any kind) and `##[` anywhere in a line; Azure takes `##vso[`; GitLab's sections and
every terminal take escape sequences; `\r` begins a line too (actions/runner, ActionCommand.cs).
Commands that switch commands off (`::stop-commands::`) would switch ours off as well.
"""

import re
from typing import Final

# All control characters but the line break and the tab, the separators that some readers
# take for line breaks, and the marks that turn the direction of writing.
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_BLANKS: Final = "[ \t\xa0\u1680\u180e\u2000-\u200f\u202f\u205f\u3000\ufeff]"
_COMMAND: Final = re.compile(f"^({_BLANKS}*):(?=:)", re.MULTILINE)
_MARKER: Final = re.compile(r"##(?=\w*\[)")


def neutralise(text: str) -> str:
    r"""Return the text with nothing in it that a CI system or a terminal would obey.

    >>> neutralise("see\n  ::error::pwned\r##[add-mask]x \x1b[31mred")
    'see\n  : :error::pwned\n## [add-mask]x [31mred'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _MARKER.sub("## ", _COMMAND.sub(r"\1: ", _CONTROL.sub("", lines)))
