"""Which answers are a success, and what the others mean."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.answers import envelope, error_of, failure_of, read
from workers_deploy.api.http.answer import Call, read_answer
from workers_deploy.api.http.envelope import parse_envelope
from workers_deploy.api.http.explain import final_error
from workers_deploy.api.http.failure import Area, Kind, RequestFailedError


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "errors": None, "messages": None, "result": {"a": 1}},
        {"success": True, "result": {"a": 1}},
        {"result": {"a": 1}},
    ],
)
def test_an_envelope_with_success_gives_its_result(body):
    assert read(json=body).result == {"a": 1}


@pytest.mark.parametrize("status", [204, 205])
def test_no_content_is_a_success_without_result(status):
    assert read(status).result is None


def test_a_delete_may_answer_nothing_at_all():
    assert read(200, method="DELETE").result is None


def test_a_download_is_no_envelope():
    assert read(200, download_to=Path("anywhere"), content=b"export default {}").result is None


@pytest.mark.parametrize(
    ("response", "what"),
    [
        ({"content": b""}, "an empty body"),
        ({"html": "<html>proxy</html>"}, "a page of HTML instead of JSON"),
        ({"content": b"hello"}, "a text instead of JSON"),
        ({"json": [1, 2]}, "JSON that is no answer"),
        ({"json": {"hello": 1}}, "JSON that is no answer"),
        ({"json": envelope()}, "JSON that is no answer"),
    ],
)
def test_a_success_without_an_envelope_is_malformed(response, what):
    failure = failure_of(200, method="POST", **response)

    assert failure.kind is Kind.MALFORMED
    assert failure.problem == f"200 from Cloudflare, but {what}"


def test_a_success_of_false_with_status_200_is_a_refusal():
    failure = failure_of(200, json=envelope({"code": 10007, "message": "no such script"}))

    assert (failure.kind, failure.code) == (Kind.REFUSED, 10007)


def test_the_short_shape_of_some_endpoints_is_understood():
    failure = failure_of(400, json={"code": 10026, "error": "bad body"})

    assert (failure.code, failure.complaints[0].text) == (10026, "bad body")


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (429, None, "", Kind.THROTTLED),
        (403, 971, "throttle your request speed", Kind.THROTTLED),
        (403, 10000, "Rate limited: too many", Kind.THROTTLED),
        (403, 10000, "You hit the Rate Limit", Kind.THROTTLED),
        (403, 10000, "Authentication error", Kind.REFUSED),
        (500, 10013, "unknown", Kind.SERVER),
        (400, 10013, "unknown", Kind.SERVER),
        (524, None, "", Kind.SERVER),
        (409, 10035, "concurrent", Kind.BUSY),
        (400, 10021, "Script startup exceeded CPU time limit.", Kind.STARTUP),
        (400, 10021, "Uncaught ReferenceError: kv is not defined", Kind.REFUSED),
        (404, 100146, "no such version", Kind.LAGGING),
        (404, 10007, "no such script", Kind.REFUSED),
        (409, 10040, "exists", Kind.REFUSED),
        (408, None, "", Kind.REFUSED),
    ],
)
def test_what_an_error_means_is_told_by_status_code_and_text(status, code, message, kind):
    errors = [] if code is None else [{"code": code, "message": message}]

    assert failure_of(status, json=envelope(*errors)).kind is kind


def test_a_code_of_another_product_means_nothing_here():
    """10013 is an internal error of Workers only; numbers repeat across products."""
    errors = envelope({"code": 10013, "message": "no such consumer"})

    assert failure_of(400, area=Area.QUEUES, json=errors).kind is Kind.REFUSED


def test_a_challenge_page_is_final_and_says_so():
    error = error_of(403, html="<html>", headers={"cf-mitigated": "challenge", "cf-ray": "r1"})

    assert error.exit_code == 4
    assert "challenge page" in error.message
    assert "firewall" in error.hint
    assert error.ray_id == "r1"


def test_a_challenge_with_a_server_status_is_not_tried_again():
    failure = failure_of(503, html="<html>", headers={"cf-mitigated": "challenge"})

    assert failure.kind is Kind.REFUSED


def test_html_from_a_gateway_is_a_server_failure():
    failure = failure_of(502, html="<html>Bad gateway</html>")

    assert (failure.kind, failure.problem) == (Kind.SERVER, "502 from Cloudflare")


def test_a_redirect_is_no_answer_and_names_what_to_check():
    error = error_of(301, headers={"location": "https://elsewhere.example"})

    assert "a redirect instead of an answer" in error.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-Infinity"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "1e30"}, 86400.0),
        ({"retry-after": "Tue, 24 Nov 9999 10:00:00 GMT"}, 86400.0),
        ({"retry-after": "Tue, 24 Nov 99999999999999999999 10:00:00 GMT"}, None),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:00 +99999999999999"}, None),
        (
            {
                "retry-after": "Tue, 24 Nov 2026 10:00:30 GMT",
                "date": "Tue, 24 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "retry-after": "Tue, 24 Nov 2026 09:00:00 GMT",
                "date": "Tue, 24 Nov 2026 10:00:00 GMT",
            },
            0.0,
        ),
        ({"ratelimit": '"default";r=0;t=42'}, 42.0),
        ({"ratelimit": '"default";r=3;t=42'}, None),
        ({"ratelimit": '"default";r=0;t=x'}, None),
        ({"ratelimit": f'"default";r=0;t={"9" * 5000}'}, None),
        ({"ratelimit": f'"default";r={"9" * 5000};t=1'}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_headers(headers, seconds):
    assert failure_of(429, json=envelope(), headers=headers).retry_after == seconds


def test_a_date_without_the_servers_own_is_measured_by_our_clock():
    failure = failure_of(
        429,
        json=envelope(),
        headers={"retry-after": "Thu, 01 Jan 1970 00:01:00 GMT"},
        wall=20.0,
    )

    assert failure.retry_after == 40.0


def test_all_errors_of_an_answer_are_told_each_once():
    error = error_of(
        400,
        json=envelope(
            {"code": 10057, "message": "inherit binding 'A' is invalid"},
            {"code": 10057, "message": "inherit binding 'B' is invalid"},
            {"code": 10057, "message": "inherit binding 'B' is invalid"},
        ),
    )

    assert error.message == (
        "Cloudflare refused GET x: inherit binding 'A' is invalid; inherit binding 'B' is invalid"
    )
    assert error.code == 10057


def test_what_a_chain_and_details_add_is_told():
    error = error_of(
        400,
        json=envelope(
            {
                "code": 100402,
                "message": "reconciliation failed",
                "error_chain": [{"code": 1, "message": "inner"}, "odd"],
                "meta": {"details": [{"class": "Room", "message": "gone", "suggestion": "add"}]},
            }
        ),
    )

    assert error.message.endswith("reconciliation failed; inner; Room: gone: add")


@pytest.mark.parametrize(
    "errors",
    ["text", None, {"code": 1}, ["only text"], [None], [{"code": "x", "message": 5}], [{}]],
)
def test_errors_of_any_shape_are_survived(errors):
    body = {"success": False, "errors": errors, "result": None}

    assert failure_of(400, json=body).kind is Kind.REFUSED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["success", "errors", "result", "code", "error", "message", "error_chain", "meta"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(body=JSON, status=st.sampled_from([200, 201, 400, 404, 429, 500]))
def test_no_json_whatsoever_is_a_traceback(body, status):
    failures = []
    try:
        read(status, json=body)
    except RequestFailedError as failed:
        failures.append(failed.failure)

    assert all(final_error([failure], seconds=1.0).message for failure in failures)


def test_json_that_is_nested_too_deep_is_no_envelope():
    assert parse_envelope(b"[" * 100_000) is None


@given(st.binary(max_size=40))
def test_no_bytes_whatsoever_are_a_traceback(content):
    envelope = parse_envelope(content)

    assert envelope is None or content.lstrip()[:1] == b"{"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409])
@pytest.mark.parametrize(
    "content", [b'{"success":false,"errors":[{"code":100', b"[{", b' {"a": "\xff"}', b'{"a": NaN}']
)
def test_json_that_is_cut_off_or_broken_is_asked_for_again_whatever_its_status(status, content):
    failure = failure_of(status, content=content)

    assert failure.kind is Kind.MALFORMED
    assert "JSON that is cut off or broken" in failure.problem


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_nothing_can_count_with_are_no_answer(number):
    content = f'{{"success": true, "result": {{"a": {number}}}}}'.encode()

    assert failure_of(200, content=content).kind is Kind.MALFORMED


def test_complaints_take_a_bounded_place():
    chain = {"code": 1, "message": "deep"}
    for _ in range(20):
        chain = {"code": 1, "message": "m" * 10_000, "error_chain": [chain]}

    failure = failure_of(400, json=envelope(*[chain] * 60))

    said = [text for one in failure.complaints for text in (one.text, *one.notes)]
    assert len(failure.complaints) == 50
    assert max(map(len, said)) == 8001
    assert "deep" not in said


def test_a_secret_is_hidden_before_a_text_is_cut():
    secret = "sk_live_51Hv0xSecret"
    text = f"{'x' * 150} {secret}"

    with pytest.raises(RequestFailedError) as caught:
        read_answer(
            Call(method="GET", path="/x", label="GET x"),
            400,
            {},
            json.dumps(envelope({"code": 1, "message": text})).encode(),
            lambda: 0.0,
            lambda told: told.replace(secret, "***"),
        )

    assert caught.value.failure.problem.endswith("***")
    assert "sk_" not in repr(caught.value.failure)


@pytest.mark.parametrize("ray", ["8c1f0a2b3c4d5e6f-FRA", "x" * 64])
def test_a_ray_id_is_shown(ray):
    assert failure_of(500, headers={"cf-ray": ray}).ray_id == ray


@pytest.mark.parametrize("ray", ["", "x" * 65, "::error::", "a b"])
def test_what_is_no_ray_id_is_not(ray):
    assert failure_of(500, headers={"cf-ray": ray}).ray_id is None


SMILE = "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"result": "a\\ud800b"}', "a?b"),
        (b'{"result": "\\ud83d\\ude00"}', SMILE),
        (f'{{"result": "{SMILE}"}}'.encode("utf-16"), SMILE),
    ],
    ids=["half a character", "a whole one", "in UTF-16"],
)
def test_half_a_character_in_an_answer_becomes_a_question_mark(content, expected):
    found = parse_envelope(content)

    assert found is not None
    assert found.result == expected
