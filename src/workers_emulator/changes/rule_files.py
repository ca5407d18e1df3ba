"""Lines of `_headers` and `_redirects` for which an upload is refused, as far as answers were seen.

There is more that Cloudflare refuses in these files; only what stands in captured answers is
played, so what passes here may be refused there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import HEADERS_FILE, REDIRECTS_FILE

_PATH = re.compile(r"/|\S+://")
_INDEX = re.compile(r"/index(?:\.html)?")
_LOOP = (
    "Infinite loop detected in this rule. This would cause a redirect to strip `.html` or `/index`"
    " and end up triggering this rule again."
)


def check_rule_files(config: Mapping[str, Any]) -> None:
    """Refuse an upload whose `_redirects` or `_headers` has a line that can't be.

    Raises:
        Refusal: 100324 with all lines of the file that are wrong.

    """
    files = (
        ("_redirects", REDIRECTS_FILE, _redirect_flaws),
        ("_headers", HEADERS_FILE, _header_flaws),
    )
    for name, rule, read in files:
        flaws = list(read(config.get(name) or ""))
        if flaws:
            said = "\n".join(f"Line {number}: {flaw}" for number, flaw in flaws)
            raise Refusal(rule, f"Invalid {name} configuration:\n{said}")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def _redirect_flaws(text: str) -> Iterator[tuple[int, str]]:
    for number, line in _lines(text):
        source, *target = line.split()[:2]
        if source.endswith("/*") and target and _INDEX.fullmatch(target[0]):
            yield number, _LOOP


def _header_flaws(text: str) -> Iterator[tuple[int, str]]:
    has_path = False
    for number, line in _lines(text):
        if _PATH.match(line):
            has_path = True
        elif not has_path:
            yield number, "Expected a path before headers"
