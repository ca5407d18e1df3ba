import base64

import jwt
import pytest

from fakes.cloudflare_client import code

SESSION = "/workers/scripts/hello/assets-upload-session"
A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def manifest(*hashes, size=1):
    return {"manifest": {f"/{h[0]}.txt": {"hash": h, "size": size} for h in hashes}}


def open_session(account, *hashes):
    return account.ask("POST", SESSION, json=manifest(*hashes)).json()["result"]


def assets_only(token, **config):
    return {"main_module": None, "assets": {"jwt": token, "config": config}}


def test_files_come_in_buckets_of_the_accounts_size(account_with):
    by_count, by_size = account_with(bucket_files=2), account_with(bucket_bytes=2)

    assert open_session(by_count, A, B, C)["buckets"] == [[A, B], [C]]
    assert open_session(by_size, A, B, C)["buckets"] == [[A, B], [C]]


def test_the_answer_after_the_last_file_has_the_completion_token(account_with):
    account = account_with(bucket_files=1)
    session = open_session(account, A, B)

    first = account.send_bucket(session["jwt"], {A: b"1"})
    last = account.send_bucket(session["jwt"], {B: b"2"})

    assert (first.status_code, first.json()["result"]) == (202, {})
    assert last.status_code == 201
    assert account.upload(metadata=assets_only(last.json()["result"]["jwt"]), modules=[]).is_success


def test_files_that_are_stored_are_not_asked_for_again(account):
    account.upload_assets({"/a.txt": b"1"})
    stored = f"{1:032x}"

    resumed = open_session(account, stored, B)
    complete = open_session(account, stored)

    assert resumed["buckets"] == [[B]]
    assert complete["buckets"] == []
    assert account.upload(metadata=assets_only(complete["jwt"]), modules=[]).is_success


def test_a_file_that_another_session_brought_counts(account):
    mine, other = open_session(account, A, B), open_session(account, A)
    account.send_bucket(other["jwt"], {A: b"1"})

    answer = account.send_bucket(mine["jwt"], {B: b"2"})

    assert answer.status_code == 201


def test_equal_files_are_one_hash_and_an_empty_form_is_taken(account):
    body = {"manifest": {p: {"hash": A, "size": 0} for p in ("/1.txt", "/2.txt")}}
    session = account.ask("POST", SESSION, json=body).json()["result"]
    headers = {
        "Authorization": f"Bearer {session['jwt']}",
        "Content-Type": "multipart/form-data; boundary=B",
    }

    empty = account.ask(
        "POST", "/workers/assets/upload?base64=true", content=b"--B--\r\n", headers=headers
    )
    done = account.send_bucket(session["jwt"], {A: b""})

    assert session["buckets"] == [[A]]
    assert (empty.status_code, done.status_code) == (202, 201)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"a.txt": {"hash": A, "size": 1}},
        {"/a.txt": None},
        {"/a.txt": {"hash": "A" * 32, "size": 1}},
        {"/a.txt": {"hash": A[:-1], "size": 1}},
        {"/a.txt": {"hash": 1, "size": 1}},
        {"/a.txt": {"hash": A}},
        {"/a.txt": {"hash": A, "size": -1}},
        {"/a.txt": {"hash": A, "size": True}},
        {"/a.txt": {"hash": A, "size": 25 * 2**20 + 1}},
    ],
)
def test_a_manifest_that_cannot_be_is_refused(account, value):
    assert code(account.ask("POST", SESSION, json={"manifest": value})) == (400, 10304)


def test_a_manifest_of_too_many_files_is_refused(account_with):
    account = account_with(max_assets=1)

    assert code(account.ask("POST", SESSION, json=manifest(A, B))) == (400, 10304)


def test_a_session_needs_a_name_that_can_be_and_a_namespace_that_is(account):
    bad = SESSION.replace("hello", "Bad")
    unknown = SESSION.replace("scripts", "dispatch/namespaces/unknown/scripts")

    assert code(account.ask("POST", bad, json=manifest(A))) == (400, 10016)
    assert code(account.ask("POST", unknown, json=manifest(A))) == (404, 100119)


@pytest.mark.parametrize(
    ("hash_", "body", "expected"),
    [
        (A, b"not base64!", (400, 10304)),
        (A, b"MQ==\n", (400, 10304)),
        (A, base64.b64encode(b"22"), (400, 10304)),
        (B, base64.b64encode(b"1"), (400, 10304)),
    ],
)
def test_a_file_that_is_not_the_one_announced_is_refused(account, hash_, body, expected):
    token = open_session(account, A)["jwt"]

    answer = account.ask(
        "POST",
        "/workers/assets/upload",
        params={"base64": "true"},
        files=[(hash_, (hash_, body, "text/plain"))],
        headers={"Authorization": f"Bearer {token}"},
    )

    assert code(answer) == expected
    assert account.server.state()["assets"]["count"] == 0


def test_uploads_are_base64_only(account):
    token = open_session(account, A)["jwt"]
    headers = {"Authorization": f"Bearer {token}"}

    answer = account.ask("POST", "/workers/assets/upload", headers=headers)

    assert code(answer) == (400, 10004)


def test_the_type_of_a_part_is_stored_and_null_means_none(account):
    session = open_session(account, A, B, C)
    parts = [
        (A, (A, b"MQ==", "text/html; charset=utf-8")),
        (B, (B, b"MQ==", "application/null")),
        (C, (None, b"MQ==")),
    ]

    account.ask(
        "POST",
        "/workers/assets/upload",
        params={"base64": "true"},
        files=parts,
        headers={"Authorization": f"Bearer {session['jwt']}"},
    )

    files = account.server.account.assets.files
    types = [files[hash_].content_type for hash_ in (A, B, C)]
    assert types == ["text/html; charset=utf-8", None, "application/octet-stream"]


def test_a_session_lives_an_hour(account):
    session = open_session(account, A)
    account.server.advance(3599)
    assert account.send_bucket(session["jwt"], {A: b"1"}).status_code == 201
    account.server.advance(1)

    assert code(account.send_bucket(session["jwt"], {A: b"1"})) == (401, 10000)


def test_tokens_are_good_for_one_thing_each(account):
    session = open_session(account, A)
    completion = account.send_bucket(session["jwt"], {A: b"1"}).json()["result"]["jwt"]
    forged = jwt.encode({"purpose": "upload"}, "another key of at least 32 bytes!", "HS256")

    as_upload = account.send_bucket(completion, {A: b"1"})
    as_completion = account.upload(metadata=assets_only(session["jwt"]), modules=[])

    assert code(as_upload) == (401, 10000)
    assert code(as_completion) == (400, 10305)
    assert code(account.send_bucket(forged, {A: b"1"})) == (401, 10000)
    assert code(account.send_bucket(account.server.token, {A: b"1"})) == (401, 10000)
    headers = {"Authorization": f"Bearer {completion}"}
    assert code(account.ask("GET", "/workers/scripts", headers=headers)) == (403, 10000)


def test_a_completion_token_is_of_one_script_and_ends(account):
    token = account.upload_assets({"/a.txt": b"1"})

    other = account.upload("other", assets_only(token), [])
    account.server.advance(3600)
    late = account.upload(metadata=assets_only(token), modules=[])

    assert (code(other), code(late)) == ((400, 10305), (400, 10305))


def test_a_session_of_before_a_reset_is_unknown(account):
    session = open_session(account, A)
    account.server.reset()

    assert code(account.send_bucket(session["jwt"], {A: b"1"})) == (404, 10343)


def test_one_file_at_a_time_where_the_token_says_so(account_with):
    account = account_with(single_asset_uploads=True)
    session = open_session(account, A, B)
    claims = jwt.decode(session["jwt"], options={"verify_signature": False})

    def send(hash_, content, content_type):
        headers = {"Authorization": f"Bearer {session['jwt']}", "Content-Type": content_type}
        return account.ask(
            "POST", f"/workers/assets/upload/{hash_}", content=content, headers=headers
        )

    first, last = send(A, b"1", "text/plain"), send(B, b"2", "application/null")

    assert claims["wrangler_single_asset_uploads"] is True
    assert (first.status_code, last.status_code) == (202, 201)
    assert account.server.account.assets.files[B].content == b"2"
    assert code(send(C, b"3", "text/plain")) == (400, 10304)


def test_contents_can_be_discarded(account_with):
    account = account_with(discard_assets=True)

    account.upload_assets({"/a.txt": b"12345"})

    (stored,) = account.server.account.assets.files.values()
    assert (stored.size, stored.content) == (5, None)


def test_assets_are_kept_on_request_with_their_configuration_unless_another_is_sent(account):
    token = account.upload_assets({"/a.txt": b"1"})
    account.upload(metadata=assets_only(token, html_handling="none"), modules=[])

    account.upload(metadata={"keep_assets": True})
    account.upload(metadata={"keep_assets": True, "assets": {"config": {"_headers": "/*"}}})
    account.upload(metadata={"keep_assets": True, "assets": {}})
    account.upload()

    held = [version["assets"] for version in account.script()["versions"]]
    configs = [assets and assets["config"] for assets in held]
    assert configs == [
        {"html_handling": "none"},
        {"html_handling": "none"},
        {"_headers": "/*"},
        {"_headers": "/*"},
        None,
    ]
    assert held[3]["manifest"] == held[0]["manifest"]


def test_assets_alone_need_assets_and_take_no_bindings_and_no_worker_first(account):
    token = account.upload_assets({"/a.txt": b"1"})
    variable = {"bindings": [{"type": "plain_text", "name": "V", "text": "1"}]}

    bound = account.upload(metadata=assets_only(token) | variable, modules=[])
    first = account.upload(metadata=assets_only(token, run_worker_first=True), modules=[])
    none = account.upload(metadata={"main_module": None, "keep_assets": True}, modules=[])
    no_token = account.upload(metadata={"main_module": None, "assets": {}}, modules=[])

    assert (code(bound), code(first)) == ((400, 10021), (400, 10021))
    assert (code(none), code(no_token)) == ((400, 10305), (400, 10305))


def test_a_script_of_assets_alone_has_no_content(account):
    token = account.upload_assets({"/a.txt": b"1"})
    account.upload(metadata=assets_only(token), modules=[])

    answer = account.ask("GET", "/workers/scripts/hello/content/v2")

    assert (answer.status_code, answer.content) == (204, b"")


def test_sessions_that_have_ended_are_forgotten(account):
    open_session(account, A)
    account.server.advance(7201)

    open_session(account, B)

    assert account.server.state()["assets"]["sessions"] == 1
