import pytest

from fakes.cloudflare_client import HELLO, SERVICE_WORKER, code, form, module

SCRIPT = "/workers/scripts/hello"
SECRET = {"type": "secret_text", "name": "KEY", "text": "s3cret"}
MULTIPART = "multipart/form-data; boundary=B"
DISPOSITION = b"Content-Disposition: form-data; name="


def test_a_first_upload_is_one_version_with_all_traffic(account):
    answer = account.upload(metadata={"bindings": [SECRET]})

    script = account.script()
    version = script["versions"][0]
    assert answer.json()["result"]["deployment_id"] == version["id"].replace("-", "")
    assert script["live_versions"] == [[version["id"], 100]]
    assert "s3cret" not in answer.text


def test_what_an_upload_leaves_out_is_gone_but_secrets_and_tags(account):
    first = {
        "bindings": [SECRET, {"type": "plain_text", "name": "VAR", "text": "1"}],
        "compatibility_flags": ["nodejs_compat"],
        "placement": {"mode": "smart"},
        "logpush": True,
        "observability": {"enabled": True},
        "tags": ["kept"],
    }
    account.upload(metadata=first)

    account.upload(metadata={"compatibility_date": None})

    script = account.script()
    version = script["versions"][1]
    assert version["resources"]["bindings"] == [{"name": "KEY", "type": "secret_text"}]
    assert version["resources"]["script_runtime"]["compatibility_date"] == "2021-11-02"
    assert version["resources"]["script_runtime"]["compatibility_flags"] == []
    assert version["placement"] == {}
    assert script["settings"] == {
        "logpush": False,
        "observability": None,
        "tags": ["kept"],
        "tail_consumers": None,
    }


def test_the_first_upload_of_an_account_without_a_subdomain_is_refused(account_with):
    account = account_with(subdomain=None)

    assert code(account.upload()) == (403, 10063)
    assert code(account.ask("GET", "/workers/subdomain")) == (404, 10007)


def test_one_script_too_many_is_refused(account_with):
    account = account_with(max_scripts=1)
    account.upload("one")

    assert code(account.upload("two")) == (403, 10037)
    assert account.upload("one").is_success


@pytest.mark.parametrize("name", ["Upper", "-dash", "dash-", "a.b", "é", "a" * 256])
def test_a_name_that_cannot_be_is_refused(account, name):
    assert code(account.upload(name)) == (400, 10016)


def test_a_script_that_is_too_large_is_refused_and_source_maps_do_not_count(account_with):
    account = account_with(max_script_bytes=100)
    source_map = module("index.js.map", b"x" * 200, "application/source-map")

    assert account.upload(modules=[module(), source_map]).is_success
    assert code(account.upload(modules=[module(content=HELLO + b" " * 100)])) == (400, 10027)


@pytest.mark.parametrize(
    ("metadata", "modules", "expected"),
    [
        ({"main_module": "other.js"}, [module()], (400, 10021)),
        ({"main_module": None}, [module()], (400, 10006)),
        ({"body_part": "index.js"}, [module()], (400, 10021)),
        ({}, [module(content_type="application/javascript")], (400, 10021)),
        ({}, [module(content=b"/* nothing */ // here")], (400, 10068)),
        ({}, [module(content=b"const a = 1")], (400, 10068)),
        ({}, [module(), module()], (400, 10006)),
        ({}, [module(), module("a.bin", b"", "image/png")], (400, 10021)),
        ({"compatibility_date": "2999-01-01"}, [module()], (400, 10021)),
        ({"compatibility_date": "20260101"}, [module()], (400, 10021)),
        ({"compatibility_date": 7}, [module()], (400, 10021)),
        ({"observability": {"enabled": "yes"}}, [module()], (400, 10021)),
        ({"limits": {"cpu_ms": 300_001}}, [module()], (400, 10206)),
        ({"limits": {"cpu_ms": 5}, "usage_model": "bundled"}, [module()], (400, 10205)),
        ({"annotations": {"workers/commit_sha": "a" * 65}}, [module()], (400, 10021)),
        ({"tags": ["t" * 129]}, [module()], (400, 100102)),
        ({"tags": [str(n) for n in range(9)]}, [module()], (403, 100103)),
        ({"tail_consumers": [{"service": "unknown"}]}, [module()], (404, 10203)),
        ({"migrations": {"new_tag": "v1"}, "exports": {}}, [module()], (400, 10021)),
    ],
)
def test_an_upload_that_cannot_be_is_refused(account, metadata, modules, expected):
    answer = account.upload(metadata=metadata, modules=modules)

    assert code(answer) == expected
    assert account.server.state()["scripts"] == {}


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b"{}", (415, 10001)),
        ("multipart/form-data", b"", (400, 10006)),
        (MULTIPART, b"no form", (400, 10006)),
        (MULTIPART, b"", (400, 10006)),
        (MULTIPART, b"--B\r\n" + DISPOSITION + b'"metadata"\r\n\r\n{', (400, 10006)),
        (MULTIPART, b"--B\r\n\r\nx\r\n--B--\r\n", (400, 10006)),
        (MULTIPART, b"--B\r\n" + DISPOSITION + b'"\xff"\r\n\r\n\r\n--B--\r\n', (400, 10006)),
    ],
)  # fmt: skip
def test_a_body_that_is_no_upload_is_refused(account, content_type, body, expected):
    answer = account.ask("PUT", SCRIPT, content=body, headers={"Content-Type": content_type})

    assert code(answer) == expected


@pytest.mark.parametrize("metadata", [b"{", b"[]"])
def test_metadata_that_is_no_object_is_refused(account, metadata):
    parts = [("metadata", (None, metadata, "application/json")), module()]

    assert code(account.ask("PUT", SCRIPT, files=parts)) == (400, 10006)


def test_a_form_without_metadata_is_refused(account):
    assert code(account.ask("PUT", SCRIPT, files=form(None, module()))) == (400, 10006)


def test_a_bare_service_worker_is_taken_without_a_form(account):
    headers = {"Content-Type": "application/javascript"}

    answer = account.ask("PUT", SCRIPT, content=SERVICE_WORKER, headers=headers)
    read = account.ask("GET", SCRIPT)

    assert answer.json()["result"]["handlers"] == ["fetch"]
    assert answer.json()["result"]["has_modules"] is False
    assert (read.headers["content-type"], read.content) == (
        "application/javascript",
        SERVICE_WORKER,
    )


def test_a_service_worker_binds_its_blobs_by_the_names_of_their_parts(account):
    metadata = {
        "main_module": None,
        "body_part": "worker.js",
        "bindings": [{"type": "text_blob", "name": "TEXT", "part": "TEXT"}],
    }
    worker = module("worker.js", SERVICE_WORKER, "application/javascript")
    blob = ("TEXT", ("a.txt", b"words", "text/plain"))

    account.upload(metadata=metadata, modules=[worker, blob])

    names = [item["name"] for item in account.script()["versions"][0]["modules"]]
    assert names == ["worker.js", "TEXT"]
    assert code(account.upload(metadata=metadata, modules=[worker])) == (400, 10021)


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (SERVICE_WORKER, "application/javascript+module", (400, 10021)),
        (b"no listeners", "application/javascript", (400, 10068)),
        (b"// addEventListener", "application/javascript", (400, 10068)),
    ],
)
def test_a_service_worker_that_cannot_be_is_refused(account, content, content_type, expected):
    metadata = {"main_module": None, "body_part": "w.js"}

    answer = account.upload(metadata=metadata, modules=[module("w.js", content, content_type)])

    assert code(answer) == expected


def test_a_python_module_is_a_main_module(account):
    source = b"class Default:\n    async def fetch(self, request):\n        pass\n"
    main = module("worker.py", source, "text/x-python")

    account.upload(metadata={"main_module": "worker.py"}, modules=[main])

    assert account.script()["script"]["handlers"] == ["fetch"]
    empty = module("worker.py", b"# nothing", "text/x-python")
    refused = account.upload(metadata={"main_module": "worker.py"}, modules=[empty])
    assert code(refused) == (400, 10068)


def test_handlers_are_found_in_whichever_module_they_are(account):
    modules = [
        module(content=b'export { default } from "./lib.js"'),
        module("lib.js", b"export default { async queue(batch) {}, scheduled: run }"),
        module("words.txt", b"email()", "text/plain"),
    ]

    account.upload(modules=modules)

    assert account.script()["script"]["handlers"] == ["scheduled", "queue"]


def test_a_message_is_cut_to_1000_bytes_and_other_annotations_are_dropped(account):
    message = "é" * 600

    account.upload(metadata={"annotations": {"workers/message": message, "mine": "x"}})

    annotations = account.script()["versions"][0]["annotations"]
    assert annotations == {"workers/message": "é" * 500, "workers/triggered_by": "upload"}


def test_annotations_of_put_can_be_dropped_as_the_documentation_says(account_with):
    account = account_with(put_annotations=False)
    metadata = {"annotations": {"workers/message": "hi"}}

    account.upload(metadata=metadata)
    account.upload(metadata=metadata, versions=True)

    put, version = account.script()["versions"]
    assert put["annotations"] == {"workers/triggered_by": "upload"}
    assert version["annotations"]["workers/message"] == "hi"


def test_content_is_replaced_by_a_version_that_is_else_the_latest(account):
    account.upload(metadata={"bindings": [SECRET], "annotations": {"workers/message": "one"}})
    new = b"export default { scheduled() {} }"

    by_metadata = account.ask(
        "PUT", f"{SCRIPT}/content", files=form({"main_module": "b.js"}, module("b.js", new))
    )
    by_header = account.ask(
        "PUT",
        f"{SCRIPT}/content",
        files=[("main", ("c.js", new, "application/javascript+module"))],
        headers={"CF-WORKER-MAIN-MODULE-PART": "main"},
    )

    versions = account.script()["versions"]
    assert (by_metadata.status_code, by_header.status_code) == (200, 200)
    assert [v["main_module"] for v in versions] == ["index.js", "b.js", "c.js"]
    assert versions[2]["resources"]["script"]["handlers"] == ["scheduled"]
    assert versions[2]["test_only_secret_values"] == {"KEY": "s3cret"}
    assert versions[2]["annotations"] == {"workers/triggered_by": "upload"}


def test_content_without_code_or_without_a_script_is_refused(account):
    put = ("PUT", f"{SCRIPT}/content")

    assert code(account.ask(*put, files=form({"main_module": "index.js"}, module()))) == (
        404,
        10007,
    )
    account.upload()
    assert code(account.ask(*put, files=form({"keep_assets": True}))) == (400, 10021)
    assert code(account.ask(*put, files=form({"main_module": "a.js"}, module("a.js", b"")))) == (
        400,
        10068,
    )


def test_modules_are_given_back_byte_for_byte_with_the_name_of_the_main_one(account):
    wasm = bytes(range(256)) + b"\r\n--x--\r\n"
    account.upload(modules=[module(), module("lib/ä.wasm", wasm, "application/wasm")])

    answer = account.ask("GET", f"{SCRIPT}/content/v2")

    assert answer.headers["cf-entrypoint"] == "index.js"
    assert answer.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert wasm in answer.content
    assert 'filename="lib/ä.wasm"'.encode() in answer.content


def test_a_script_that_others_bind_is_deleted_only_by_force(account):
    account.upload("target")
    binding = {"type": "service", "name": "TARGET", "service": "target"}
    account.upload("user", {"bindings": [binding]})

    refused = account.ask("DELETE", "/workers/scripts/target")
    forced = account.ask("DELETE", "/workers/scripts/target", params={"force": "true"})
    again = account.ask("DELETE", "/workers/scripts/target")

    assert code(refused) == (400, 10142)
    assert "user" in refused.json()["errors"][0]["message"]
    assert forced.json()["result"] is None
    assert code(again) == (404, 10007)


def test_scripts_are_listed_and_searched(account):
    account.upload("one", {"tags": ["a"]})
    account.upload("two")
    search = "/workers/scripts-search"

    def names(**query):
        return [
            item["id"]
            for item in account.ask("GET", "/workers/scripts", params=query).json()["result"]
        ]

    found = account.ask("GET", search, params={"name": "o", "per_page": 1, "page": 2}).json()

    assert names() == ["one", "two"]
    assert (names(tags="a:yes"), names(tags="a:no")) == (["one"], ["two"])
    assert [item["script_name"] for item in found["result"]] == ["two"]
    assert found["result_info"]["total_count"] == 2
    for query in ({"order_by": "x"}, {"page": "0"}, {"per_page": "101"}, {"page": "²"}):
        assert code(account.ask("GET", search, params=query)) == (400, 10004)
    assert code(account.ask("GET", "/workers/scripts", params={"tags": "a"})) == (400, 10004)
