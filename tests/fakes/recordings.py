"""The recordings of wrangler 4.164.0 in `tests/data/wire`, and the projects they were made from."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

WIRE = Path(__file__).parents[1] / "data" / "wire"
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a form. `content` None: too long for the recording; `digest` is its SHA-256."""

    headers: str
    name: str
    filename: str | None
    content_type: str | None
    length: int
    digest: str
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request and its answer. `path` is that below the account; `json` of the body, if it is.

    `headers` have lower-case names. `raw` is a body that is neither JSON nor a form, and `digest`
    its SHA-256.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    answer: Any
    json: Any = None
    parts: tuple[Part, ...] = ()
    raw: bytes = field(default=b"", repr=False)
    digest: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it asks for more than to be told something."""
        return self.method != "GET"

    @property
    def is_form(self) -> bool:
        """Whether its body is a form, be it one without parts."""
        return self.headers.get("content-type", "").startswith("multipart/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One run of wrangler: its words, how it ended, what it asked."""

    words: tuple[str, ...]
    code: int
    exchanges: tuple[Exchange, ...]

    @property
    def is_deploy(self) -> bool:
        """Whether it is a deploy that went well and was no dry run."""
        return self.words[:1] == ("deploy",) and self.code == 0 and bool(self.exchanges)

    @property
    def is_preview(self) -> bool:
        """Whether it uploads a version without traffic, and went well."""
        return self.words[:2] == ("versions", "upload") and self.code == 0

    def word_after(self, option: str) -> str | None:
        """Return what was given to an option, as `--option word` or `--option=word`."""
        for index, word in enumerate(self.words):
            if word == option:
                return self.words[index + 1]
            if word.startswith(f"{option}="):
                return word.partition("=")[2]
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """Runs of wrangler one after the other, in one account, of one project."""

    case: str
    project: Path
    steps: tuple[Step, ...]


def read_recording(case: str) -> Recording:
    """Return a recording by its name."""
    text = (WIRE / "recordings" / f"{case}.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return Recording(
        case=case,
        project=WIRE / "projects" / found["project"],
        steps=tuple(_step(step) for step in found["steps"]),
    )


def all_recordings() -> Iterator[Recording]:
    """Yield every recording of runs; `faults` holds another kind of thing."""
    for file in sorted((WIRE / "recordings").glob("*.json")):
        if file.stem != "faults":
            yield read_recording(file.stem)


def _step(step: Mapping[str, Any]) -> Step:
    return Step(
        words=tuple(step["argv"][1:]),
        code=step["rc"],
        exchanges=tuple(_exchange(request) for request in step["requests"]),
    )


def _exchange(request: Mapping[str, Any]) -> Exchange:
    return Exchange(
        method=request["method"],
        path=request["path"].removeprefix(f"/accounts/{ACCOUNT_ID}"),
        query=request["query"],
        headers={name.lower(): value for name, value in request["headers"]},
        status=request["status"],
        answer=request["response"],
        json=request.get("json"),
        parts=tuple(_part(part) for part in request.get("parts", ())),
        raw=request.get("text", "").encode(),
        digest=request.get("body_sha256"),
    )


def _part(part: Mapping[str, Any]) -> Part:
    content = None
    if "text" in part:
        content = part["text"].encode()
    elif "base64" in part:
        content = base64.b64decode(part["base64"])
    # A token in the metadata was taken out of the text, but not out of its digest.
    assert content is None or part["name"] == "metadata" or part["sha256"] == digest_of(content)
    return Part(
        headers=part["raw_headers"],
        name=part["name"],
        filename=part["filename"],
        content_type=part["content_type"],
        length=part["length"],
        digest=part["sha256"],
        content=content,
    )


def digest_of(content: bytes) -> str:
    """Return the SHA-256 as hex digits."""
    return sha256(content).hexdigest()
