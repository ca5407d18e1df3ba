"""What people read of a failure that is final."""

import pytest

from fakes.answers import envelope, error_of, failure_of
from workers_deploy.api.explain import final_error, place_in
from workers_deploy.api.failure import Failure, Kind

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
