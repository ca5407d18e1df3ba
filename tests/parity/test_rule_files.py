"""What is wrong with a line of `_redirects` or `_headers` is what miniflare's parsers say."""

import json
import random
import re
import subprocess
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from fakes.patience import PATIENCE
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.assets import headers, redirects
from workers_deploy.project.assets.headers import HeaderReader
from workers_deploy.project.assets.redirects import RedirectReader
from workers_emulator.runtime.tools import find_node

SCRIPT = Path(__file__).parents[1] / "node" / "rule_files.cjs"
DRAWN = 1_500
REDIRECT_KINDS: Mapping[str, StrEnum] = {
    "exceeds the maximum allowed length": redirects.Kind.TOO_LONG,
    "whitespace-separated tokens": redirects.Kind.TOKENS,
    "Only relative URLs are allowed": redirects.Kind.SOURCE,
    "Maximum number of static rules": redirects.Kind.TOO_MANY_STATIC,
    "Maximum number of dynamic rules": redirects.Kind.TOO_MANY_DYNAMIC,
    "URLs should either be relative": redirects.Kind.TARGET,
    "Valid status codes": redirects.Kind.STATUS,
    "Infinite loop": redirects.Kind.LOOP,
    "Ignoring duplicate rule": redirects.Kind.DUPLICATE,
    "Proxy \\(200\\) redirects": redirects.Kind.PROXY,
}
HEADER_KINDS: Mapping[str, StrEnum] = {
    "exceeds the maximum allowed length": headers.Kind.TOO_LONG,
    "Maximum number of rules": headers.Kind.TOO_MANY,
    "No headers specified": headers.Kind.NO_HEADERS,
    "Specifying ports|URLs should either": headers.Kind.PATH,
    "Only one wildcard|Cannot combine a wildcard": headers.Kind.WILDCARDS,
    "Expected a path beginning|Path should come before": headers.Kind.BEFORE_PATH,
    "Expected a colon-separated": headers.Kind.NO_COLON,
    "Header name cannot include spaces": headers.Kind.SPACE_IN_NAME,
    "No header name": headers.Kind.NO_NAME,
    "No header value": headers.Kind.NO_VALUE,
}
PIECES = [
    *("/", "/a", "/b", "/*", "/a/*", "/:x", "/index", "/index.html", "index.html", "/a/", "/ü"),
    *("https://h/", "https://h.example:8/", "http://h/", "https:///", "//x", "/./a", "/x/../a"),
    *(":splat", ":", ": ", "!", "! ", "#", " #c", "*", "?q=/index", "#f", "\\", "{", "%2e%2e/"),
    *("200", "301", "301.0", "0x12d", "404", "3e2", "302!", "x-a", "v", "X Y"),
    *(" ", "  ", "\t", "\u00a0", "\ufeff", "\x1c", "\r", "\U0001f600" * 1001),
]
MANY = {
    "redirects": [
        "/p https://example.com/ 200",
        "".join(f"/{number} /x\n" for number in range(2_002)),
        "".join(f"/{number}/* /x\n" for number in range(102)),
        "/* /x\n" + "".join(f"/{number} /x\n" for number in range(102)),
    ],
    "headers": ["".join(f"/{number}\n a: b\n" for number in range(102))],
}


def draw_texts(kind: str, drawing: random.Random) -> list[tuple[str, str, str | None]]:
    def line() -> str:
        return "".join(drawing.choices(PIECES, k=drawing.randint(1, 6)))

    drawn = ["\n".join(line() for _ in range(drawing.randint(1, 6))) for _ in range(DRAWN)]
    texts = [*MANY[kind], *drawn]
    return [(kind, text, drawing.choice([None, "none", "auto-trailing-slash"])) for text in texts]


def of_miniflare(asked: Sequence[tuple[str, str, str | None]]) -> list[list[StrEnum]]:
    words = [find_node(None), "--no-warnings", SCRIPT, NODE_MODULES]
    told = subprocess.run(
        words, input=json.dumps(asked), capture_output=True, text=True, timeout=PATIENCE, check=True
    ).stdout
    return [
        [kind_of(asked_for[0], message) for message in one["invalid"]]
        for asked_for, one in zip(asked, json.loads(told), strict=True)
    ]


def kind_of(file: str, message: str) -> StrEnum:
    kinds = REDIRECT_KINDS if file == "redirects" else HEADER_KINDS
    (found,) = [kind for pattern, kind in kinds.items() if re.search(pattern, message)]
    return found


def of_ours(kind: str, text: str, html_handling: str | None) -> list[StrEnum]:
    reader = RedirectReader(html_handling) if kind == "redirects" else HeaderReader()
    return [line.flaw.kind for line in reader.read(text)]


def test_every_line_has_the_verdict_of_miniflare():
    drawing = random.Random(20261124)
    asked = [*draw_texts("redirects", drawing), *draw_texts("headers", drawing)]

    theirs = of_miniflare(asked)

    for one, expected in zip(asked, theirs, strict=True):
        assert of_ours(*one) == expected, one
    found = {kind for kinds in theirs for kind in kinds}
    assert found == {*REDIRECT_KINDS.values(), *HEADER_KINDS.values()}
