"""Turns failures that are final into the errors that people read."""

import re
from collections import Counter
from collections.abc import Sequence

from workers_deploy.api.http.error_table import Entry, entry_for, hint_for_status
from workers_deploy.api.http.failure import UNANSWERED, Failure, Kind
from workers_deploy.errors import ApiError, Place, RefusedError, UnansweredError

STATUS_PAGE = "https://www.cloudflarestatus.com"
TIMES = "\N{MULTIPLICATION SIGN}"
_DEADLINE_HINT = (
    "Raise `deadline` (seconds for the whole run), or see what took so long in the lines above."
)


def final_error(failures: Sequence[Failure], *, seconds: float, untried: str = "") -> ApiError:
    """Return the error that ends a request after its failures, the last one last.

    `untried` is the try that the deadline left no time for, where that ended it.
    """
    last = failures[-1]
    if last.kind in UNANSWERED:
        return _unanswered(failures, seconds, untried)
    return _refused(last)


def out_of_time_error(request: str) -> UnansweredError:
    """Return the error of a request that the deadline did not let begin."""
    return UnansweredError(
        f"{request}: not sent, the run's deadline has passed",
        request=request,
        hint=_DEADLINE_HINT,
    )


def lost_look_error(failures: Sequence[Failure], looked: ApiError) -> UnansweredError:
    """Return the error of a request whose answer is lost, when looking what it did fails too."""
    last = failures[-1]
    return UnansweredError(
        f"{last.request}: {last.problem}; whether it was carried out could not be read either "
        f"({looked.message})",
        request=last.request,
        status=last.status,
        code=last.code,
        ray_id=last.ray_id,
        hint="Run again: it begins with reading what is live.",
    )


def _refused(failure: Failure) -> RefusedError:
    text = text_of(failure)
    entry = entry_for(failure.code, failure.area, text)
    subject = (entry and entry.subject) or failure.request
    hint = _hint_of(failure, entry)
    return RefusedError(
        f"Cloudflare refused {subject}: {text}",
        request=failure.request,
        status=failure.status,
        code=failure.code,
        ray_id=failure.ray_id,
        hint=hint,
        place=place_in(text) if failure.code in (10021, 11337) else None,
    )


def _unanswered(failures: Sequence[Failure], seconds: float, untried: str) -> UnansweredError:
    last = failures[-1]
    tries = "1 try" if len(failures) == 1 else f"{len(failures)} tries in {seconds:.0f} s"
    counted = ", ".join(
        short if count == 1 else f"{short} {TIMES}{count}"
        for short, count in Counter(f.short for f in failures).items()
    )
    text = f": {text_of(last)}" if last.complaints else ""
    what = "still throttled" if last.kind is Kind.THROTTLED else "no answer"
    return UnansweredError(
        f"{last.request}: {what} after {tries} ({counted}){text}{_no_time(last, untried)}",
        request=last.request,
        status=last.status,
        code=last.code,
        ray_id=last.ray_id,
        hint=" ".join([_DEADLINE_HINT] * bool(untried) + [_unanswered_hint(last)]),
    )


def _no_time(last: Failure, untried: str) -> str:
    if not untried:
        return ""
    asked = "" if last.retry_after is None else f", and Retry-After asks for {last.retry_after:g} s"
    return f"; the deadline left no time for {untried}{asked}"


def _unanswered_hint(last: Failure) -> str:
    match last.kind:
        case Kind.UNTRUSTED:
            return (
                "TLS does not trust the other side. Behind a proxy that opens TLS, "
                "name its CA file in SSL_CERT_FILE."
            )
        case Kind.UNSENT:
            return "Can this machine reach Cloudflare's API? A proxy is taken from HTTPS_PROXY."
        case Kind.THROTTLED:
            return (
                "The token asked too often: 1,200 requests in 5 minutes are allowed, the "
                "dashboard's included. Give each pipeline a token of its own."
            )
        case _:
            return f"See {STATUS_PAGE}, and run again: what was done is not done twice."


def _hint_of(failure: Failure, entry: Entry | None) -> str | None:
    if failure.is_challenge:
        return (
            "A firewall in front of the API challenges this machine. "
            "Run it from another network, or give Cloudflare's support the Ray ID."
        )
    if entry is not None:
        return f"{entry.meaning[:1].upper()}{entry.meaning[1:]}. {entry.hint}"
    return hint_for_status(failure.status)


def text_of(failure: Failure) -> str:
    """Return all that Cloudflare said, each sentence once; never a body that is no envelope."""
    said = [t for c in failure.complaints for t in (c.text, *c.notes) if t]
    return "; ".join(dict.fromkeys(said)) or failure.problem


_STACK_FRAME = re.compile(
    r"\bat (?:[^\s(]+ \()?(?P<file>[^\s():]+):(?P<line>\d+)(?::(?P<column>\d+))?"
)


# Where Python Workers have their modules; a traceback names the frame that raised last.
_PYTHON_FRAME = re.compile(r'File "/session/metadata/(?P<file>[^"]+)", line (?P<line>\d+)')
_VENDORED = "python_modules/"


def place_in(text: str) -> Place | None:
    """Return the place of the code that threw: in a module of the upload, not yet a file.

    >>> str(place_in("Uncaught ReferenceError: kv is not defined at index.js:3:9 in boot"))
    'index.js:3:9'
    >>> str(place_in('File "/session/metadata/index.py", line 2, in <module>'))
    'index.py:2'
    """
    frames = list(_PYTHON_FRAME.finditer(text))
    if frames:
        own = [one for one in frames if not one["file"].startswith(_VENDORED)]
        last = (own or frames)[-1]
        return Place(file=last["file"], line=int(last["line"]))
    found = _STACK_FRAME.search(text)
    if found is None:
        return None
    column = found["column"]
    return Place(
        file=found["file"], line=int(found["line"]), column=int(column) if column else None
    )
