"""Ways in which a server may answer something else than Cloudflare's JSON, over correct HTTP."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from fakes.hostile_front import Meeting, Play

_HEAD = '{"success": true, "errors": [], "messages": [], "result": '
_CONTROLS = (
    "\x1b[2J\x07\r\n::error::owned\n::set-output name=a::b\n\u202e\u2066 "
    "<script>alert(1)</script> [a](http://x.invalid)"
)


def _body(content: bytes | str, status: str = "200 OK") -> Play:
    return lambda at: at.answer(content, status=status)


def _changed(change: Callable[[bytes], bytes]) -> Play:
    """Send what should come, changed, with its own status."""
    return lambda at: at.answer(change(at.reply.body), status=f"{at.reply.status} Said")


def _says_no(errors: Any, status: str = "400 Bad Request", **more: Any) -> Play:
    envelope = {"success": False, "errors": errors, "messages": [], "result": None, **more}
    return _body(json.dumps(envelope), status)


def _error(**fields: Any) -> Play:
    return _says_no([{"code": 10021, "message": "No.", **fields}])


def _deep(levels: int) -> Any:
    chain: Any = {"code": 1, "message": "deep"}
    for _ in range(levels):
        chain = {"code": 1, "message": "deep", "error_chain": [chain]}
    return chain


def _with_words(status: str, write: Callable[[str], str] = str) -> Play:
    """Complain with every secret in the text."""

    def play(at: Meeting) -> None:
        message = write(at.words)
        errors = [{"code": 10021, "message": message, "error_chain": [{"message": message}]}]
        body = {"success": False, "errors": errors, "messages": [message], "result": message}
        at.answer(json.dumps(body), f"cf-ray: {at.words.split()[0]}", status=status)

    return play


def _page(at: Meeting) -> None:
    page = f"<html><title>{at.words}</title>{at.words}</html>"
    at.answer(page, "Content-Type: text/html", status="502 Bad Gateway")


def _as_is_with(status: str) -> Play:
    return lambda at: at.answer(at.reply.body, status=status)


# No answer at all, whatever its status is.
GARBAGE: dict[str, Play] = {
    "nothing": _body(""),
    "spaces": _body(" \r\n\t"),
    "a word": _body("ok"),
    "a page": _page,
    "XML": _body("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"),
    "cut JSON": _changed(lambda body: body[:-1]),
    "half of the JSON": _changed(lambda body: body[: len(body) // 2]),
    "one brace": _body("{"),
    "two answers": _changed(lambda body: body + body),
    "100,000 arrays": _body("[" * 100_000),
    "100,000 arrays as the result": _body(f"{_HEAD}{'[' * 100_000}{']' * 100_000}}}"),
    "100,000 objects": _body('{"a":' * 100_000 + "1" + "}" * 100_000),
    "integer of 5,000 digits": _body(f"{_HEAD}{'9' * 5_000}}}"),
    "number out of range": _body(f"{_HEAD}1e999}}"),
    "NaN": _body(f"{_HEAD}NaN}}"),
    "-Infinity": _body(f"{_HEAD}-Infinity}}"),
    "single quotes": _changed(lambda body: body.replace(b'"', b"'")),
    "comments": _changed(lambda body: b"/* hi */" + body),
    "invalid UTF-8": _body(_HEAD.encode() + b'"\xff\xfe\xc0\x80"}'),
    "UTF-16 without a mark": _body("{}".encode("utf-16-be") + b"\xd8"),
    "an array": _body("[]"),
    "an array of answers": _changed(lambda body: b"[" + body + b"]"),
    "a string": _body('"ok"'),
    "a number": _body("1"),
    "null": _body("null"),
    "true": _body("true"),
    "another object": _body('{"hello": "world"}'),
    "empty object": _body("{}"),
    "16 MiB of spaces": _body(b" " * 2**24),
    "17 MiB of string": _body(f'{_HEAD}"{"x" * (17 * 2**20)}"}}'),
    "success is a word": _body('{"success": "no", "errors": "none", "result": null}', "500 x"),
    "success of a server error": _as_is_with("500 Internal"),
    "success of a gateway": _as_is_with("504 Gateway"),
    "success of no status": _as_is_with("799 x"),
}
# Refusals, which may be taken for one or for no answer.
COMPLAINTS: dict[str, Play] = {
    "200 that says no": _says_no([{"code": 10021, "message": "No."}], "200 OK"),
    "errors are null": _says_no(None),
    "errors are a word": _says_no("No."),
    "errors are an object": _says_no({"code": 1}),
    "errors are numbers": _says_no([1, 2.5, None, True, [], "x"]),
    "100,000 errors": _says_no([{"code": 10021, "message": "No."}] * 100_000),
    "error of 10 MB": _error(message="x" * 10_000_000),
    "error of 10 MB without a space, in lines": _error(message="x\n" * 5_000_000),
    "error that is no text": _error(message={"a": []}),
    "code that is a word": _error(code="10021"),
    "code that is huge": _error(code=10**4000),
    "code that is a fraction": _error(code=10021.5),
    "code below zero": _error(code=-1),
    "code that is true": _error(code=True),
    "causes in a deep chain": _error(error_chain=[_deep(300)]),
    "causes in a wide chain": _error(error_chain=[{"message": "x" * 100}] * 50_000),
    "chain of something": _error(error_chain="x", meta=[1], documentation_url=["http://x"]),
    "details of something": _error(meta={"details": [{"class": {"a": 1}, "message": [1]}, 1, "x"]}),
    "half a character": _body(
        '{"success": false, "errors": [{"code": 1, "message": "\\ud800 \\udfff"}]}', "400 Bad"
    ),
    "controls and commands": _error(message=_CONTROLS),
    "place in the code": _error(message="at ../../../etc/passwd:1:1 at x:99999999999999999999:9"),
    "markdown in a place": _error(message=f"at `{'`' * 50}|<b>|.js:1:1"),
    "secrets": _with_words("400 Bad"),
    "secrets, 500": _with_words("500 Internal"),
    "secrets, 403": _with_words("403 Forbidden"),
    "secrets in JSON": _with_words("400 Bad", json.dumps),
    "secrets in JSON in JSON": _with_words("400 Bad", lambda text: json.dumps(json.dumps(text))),
    "secrets in hex": _with_words("400 Bad", lambda text: text.encode().hex()),
    "secrets turned round by a line": _with_words("400 Bad", lambda text: text.replace(" ", "\n")),
    "secrets behind 8,000 characters": _with_words("400 Bad", lambda text: "y " * 3990 + text),
}
REFUSALS: dict[str, Play] = {
    "success of a refusal": _body(f"{_HEAD}{{}}}}", "400 Bad"),
    "no success, no errors": _says_no([], "200 OK"),
    "404": _says_no([], "404 Not Found"),
    "405": _says_no([], "405 Not So"),
    "413": _body("<h1>Too large</h1>", "413 Too Large"),
    "418": _says_no([{"code": 0}], "418 Teapot"),
    "401": _says_no([{"code": 10000, "message": "Authentication error"}], "401 Who"),
    "451": _says_no([], "451 Law"),
    "challenge": lambda at: at.answer(
        "<html>", "cf-mitigated: challenge", "Content-Type: text/html", status="403 x"
    ),
}
# Good answers that are written oddly: nothing is wrong with them.
ODD: dict[str, Play] = {
    "byte order mark": _changed(lambda body: b"\xef\xbb\xbf" + body),
    "UTF-16": _changed(lambda body: body.decode().encode("utf-16")),
    "UTF-32": _changed(lambda body: body.decode().encode("utf-32")),
    "spaces around": _changed(lambda body: b" \n" * 1000 + body + b"\n" * 1000),
    "type of a picture": lambda at: at.answer(
        at.reply.body, "Content-Type: image/png", status=f"{at.reply.status} Said"
    ),
    "duplicate keys": _changed(lambda body: b'{"success": false, "result": [], ' + body[1:]),
    "unknown keys": _changed(lambda body: b'{"\\u0000": [null], "__proto__": {}, ' + body[1:]),
}


def _result(value: Any) -> Play:
    return _body(f"{_HEAD}{json.dumps(value)}}}")


_RESULTS: dict[str, Any] = {
    "null": None,
    "{}": {},
    "[]": [],
    "[null]": [None],
    "[[]]": [[]],
    "[{}]": [{}],
    "text": "x",
    "0": 0,
    "true": True,
    "{items: null}": {"items": None},
    "{items: [1]}": {"items": [1]},
    "{id: 1}": {"id": 1, "jwt": 1, "buckets": 1, "deployments": 1, "schedules": 1},
    "{id: {}}": {"id": {}, "jwt": {}, "buckets": {}, "deployments": {}, "schedules": {}},
    "{id: ''}": {"id": "", "jwt": "", "buckets": [[]], "deployments": [{}], "schedules": [""]},
    "{buckets: …}": {"id": "../..", "jwt": "a\r\nb", "buckets": [["nope"]] * 1000},
    "1,000 lists of 1,000": [[0] * 1000] * 1000,
}
# Successes that say what is not so. Only where the request was carried out.
LIES: dict[str, Play] = {f"result {text}": _result(value) for text, value in _RESULTS.items()}
_POOL: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**4000,
    "",
    "x",
    "../../etc",
    "\ud800",
    _CONTROLS,
    "x" * 100_000,
    [],
    {},
    [[]],
    {"a": {"b": None}},
)


def mutated(seed: int) -> Play:
    """Return what changes one to three places of a true answer, drawn by a seed."""

    def play(at: Meeting) -> None:
        rng = random.Random(seed)
        try:
            envelope = json.loads(at.reply.body)
        except ValueError:
            envelope = {"success": True, "errors": [], "messages": [], "result": {}}
        for _ in range(rng.randint(1, 3)):
            _change_one_place(envelope, rng)
        at.answer(json.dumps(envelope), status=f"{at.reply.status} Said")

    return play


def _change_one_place(envelope: dict[str, Any], rng: random.Random) -> None:
    places = list(_places(envelope.get("result"))) or [(envelope, "result")]
    holder, key = rng.choice(places)
    if rng.random() < 0.3 and isinstance(holder, dict):
        holder.pop(key, None)  # an answer may have no result
    else:
        holder[key] = rng.choice(_POOL)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what holds each value inside of a value, and under which key."""
    keys: Any = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from _places(value[key])
