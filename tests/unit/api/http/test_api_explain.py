"""What people read of a failure that is final."""

import pytest

from fakes.answers import envelope, error_of, failure_of
from workers_deploy.api.http.explain import final_error, place_in
from workers_deploy.api.http.failure import Failure, Kind

SECRET = "s3cr3t-in-a-body"

PYTHON_TRACEBACK = """\
Uncaught Error: PythonError: Traceback (most recent call last):
  File "/lib/python312.zip/_pyodide/_base.py", line 523, in eval_code
  File "/session/metadata/index.py", line 1, in <module>
    from lib.cart import count
  File "/session/metadata/lib/cart.py", line 7, in <module>
    import dates
  File "/session/metadata/python_modules/dates/__init__.py", line 2, in <module>
ModuleNotFoundError: No module named 'numpy'
"""


def test_a_refused_script_is_told_with_the_place_in_its_module():
    error = error_of(
        400,
        method="PUT",
        json=envelope(
            {
                "code": 10021,
                "message": "Uncaught ReferenceError: kv is not defined\n  at index.js:3:9 in boot",
            }
        ),
    )

    assert error.message.startswith("Cloudflare refused the script: Uncaught ReferenceError")
    assert str(error.place) == "index.js:3:9"
    assert error.hint.startswith("The code failed when Cloudflare started it")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Uncaught Error: no\n  at index.js:3:9", "The code failed when Cloudflare started it"),
        (
            'Uncaught Error: No such module "lib.js".\n  imported from "index.js"',
            "The code imports",
        ),
        ("Script startup exceeded CPU time limit.", "Starting the code took longer"),
        ("Script startup timed out.", "Starting the code took longer"),
        ("binding KV of type kv_namespace must have a valid `id`", "The upload did not pass"),
        ("No event handlers were registered.", "The upload did not pass"),
    ],
)
def test_the_hint_to_a_failed_validation_follows_what_cloudflare_said(said, hint):
    error = error_of(400, method="PUT", json=envelope({"code": 10021, "message": said}))

    assert error.hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("at index.js:3", "index.js:3"),
        (PYTHON_TRACEBACK, "lib/cart.py:7"),
        ('  File "/session/metadata/python_modules/x.py", line 4', "python_modules/x.py:4"),
        ("  at boot (lib/a.mjs:4:2)", "lib/a.mjs:4:2"),
        ("no place", None),
        ("at noon", None),
    ],
)
def test_a_place_is_read_from_a_stack(text, place):
    found = place_in(text)

    assert (str(found) if found else None) == place


def test_an_unknown_code_is_told_as_cloudflare_says_it():
    error = error_of(400, json=envelope({"code": 4711, "message": "something new"}))

    assert error.message == "Cloudflare refused GET x: something new"
    assert error.hint is None


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (404, 10203, "A tail consumer is a script that doesn't exist. Deploy that script first"),
        (400, 10204, "The script is its own tail consumer"),
        (403, 10076, "Tail consumers are turned off"),
        (403, 100150, "Tail consumers need a paid plan"),
        (404, 10041, "A binding names a KV namespace that doesn't exist"),
        (404, 10085, "A binding names an R2 bucket that doesn't exist"),
        (403, 10087, "The account has no access to D1"),
        (404, 10071, "There is no such version"),
        (404, 10336, "There is no such deployment"),
        (404, 10343, "The asset upload is not known any more"),
        (404, 100119, "There is no such dispatch namespace"),
    ],
)
def test_what_is_not_found_or_not_allowed_is_no_wrong_account(status, code, hint):
    error = error_of(status, method="PUT", json=envelope({"code": code, "message": "no"}))

    assert error.hint.startswith(hint)


def test_a_status_alone_still_gets_advice():
    assert "api-token" in error_of(401, json=envelope()).hint


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (Kind.UNTRUSTED, "SSL_CERT_FILE"),
        (Kind.UNSENT, "HTTPS_PROXY"),
        (Kind.THROTTLED, "1,200 requests"),
        (Kind.SERVER, "cloudflarestatus"),
    ],
)
def test_each_way_of_not_answering_has_its_advice(kind, part):
    failure = Failure(request="GET x", kind=kind, problem="p", short="s")

    error = final_error([failure], seconds=1.0)

    assert error.exit_code == 5
    assert part in error.hint


def test_a_body_is_never_part_of_an_error():
    html = f"<html>{SECRET}</html>"
    for status in (200, 302, 403, 502):
        failure = failure_of(status, method="POST", html=html)

        assert SECRET not in repr(failure)
        assert SECRET not in str(final_error([failure], seconds=1.0))


def test_a_long_message_is_one_short_line_in_the_log():
    text = "x" * 500 + "\nmore"

    failure = failure_of(500, json=envelope({"code": 10013, "message": text}))

    assert "\n" not in failure.problem
    assert len(failure.problem) < 220
