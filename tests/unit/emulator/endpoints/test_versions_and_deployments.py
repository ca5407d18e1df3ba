import pytest

from fakes.cloudflare_client import SERVICE_WORKER, code, module

SCRIPT = "/workers/scripts/hello"


def secret(text):
    return {"bindings": [{"type": "secret_text", "name": "KEY", "text": text}]}


def ids(account):
    return [version["id"] for version in account.script()["versions"]]


def deploy(account, *shares, force=False, **body):
    versions = [{"version_id": version_id, "percentage": share} for version_id, share in shares]
    full = {"strategy": "percentage", "versions": versions, **body}
    params = {"force": "true"} if force else {}
    return account.ask("POST", f"{SCRIPT}/deployments", json=full, params=params)


def test_an_uploaded_version_is_the_latest_and_gets_no_traffic(account):
    account.upload(metadata=secret("live"))

    answer = account.upload(metadata=secret("new"), versions=True)

    first, second = ids(account)
    assert answer.json()["result"]["number"] == 2
    assert account.script()["live_versions"] == [[first, 100]]
    assert account.script()["latest_version"] == second


def test_reads_of_settings_secrets_and_content_answer_for_the_latest_version(account):
    account.upload(metadata=secret("live"))
    account.upload(
        metadata={"keep_bindings": [], "compatibility_date": "2025-05-05"},
        modules=[module(content=b"export default 2")],
        versions=True,
    )

    settings = account.ask("GET", f"{SCRIPT}/settings").json()["result"]

    assert settings["compatibility_date"] == "2025-05-05"
    assert account.ask("GET", f"{SCRIPT}/secrets").json()["result"] == []
    assert b"export default 2" in account.ask("GET", f"{SCRIPT}/content/v2").content


@pytest.mark.parametrize(
    ("metadata", "modules", "expected"),
    [
        ({"migrations": {"new_tag": "v1"}}, [module()], (400, 10211)),
        ({"main_module": None, "body_part": "w.js"},
         [module("w.js", SERVICE_WORKER, "application/javascript")], (400, 10216)),
    ],
)  # fmt: skip
def test_a_version_that_must_be_deployed_at_once_is_refused(account, metadata, modules, expected):
    account.upload()

    assert code(account.upload(metadata=metadata, modules=modules, versions=True)) == expected
    assert len(ids(account)) == 1


def test_a_version_needs_a_script_and_a_form(account):
    assert code(account.upload(versions=True)) == (404, 10007)
    account.upload()
    headers = {"Content-Type": "application/javascript"}
    answer = account.ask("POST", f"{SCRIPT}/versions", content=SERVICE_WORKER, headers=headers)
    assert code(answer) == (415, 10001)


def test_versions_are_listed_by_page_newest_first_and_read_by_id(account):
    for _ in range(3):
        account.upload()
    one, two, three = ids(account)

    page = account.ask("GET", f"{SCRIPT}/versions", params={"per_page": 2, "page": 2}).json()
    read = account.ask("GET", f"{SCRIPT}/versions/{two}").json()["result"]

    assert [item["id"] for item in page["result"]["items"]] == [one]
    assert page["result_info"]["total_count"] == 3
    assert (read["id"], read["number"]) == (two, 2)
    assert code(account.ask("GET", f"{SCRIPT}/versions/{three[:-1]}x")) == (404, 100146)


def test_only_the_newest_versions_can_be_deployed(account_with):
    account = account_with(deployable_versions=2)
    for _ in range(3):
        account.upload()

    listed = account.ask("GET", f"{SCRIPT}/versions", params={"deployable": "true"}).json()

    assert [item["number"] for item in listed["result"]["items"]] == [3, 2]
    assert code(deploy(account, (ids(account)[0], 100))) == (400, 10210)
    assert deploy(account, (ids(account)[1], 100)).is_success


def test_traffic_can_be_shared_by_two_versions(account):
    account.upload()
    account.upload(versions=True)
    one, two = ids(account)

    answer = deploy(account, (one, 90), (two, 10), annotations={"workers/message": "try"})

    assert answer.json()["result"]["annotations"]["workers/message"] == "try"
    assert account.script()["live_versions"] == [[one, 90], [two, 10]]


@pytest.mark.parametrize(
    "change",
    [
        {"strategy": "all"},
        {"versions": []},
        {"versions": "all"},
        {"versions": [{"percentage": 100}]},
        {"versions": ["x"]},
        {"annotations": "none"},
    ],
)
def test_a_deployment_that_cannot_be_is_refused(account, change):
    account.upload()

    assert code(deploy(account, (ids(account)[0], 100), **change)) == (400, 10210)


def test_shares_must_be_numbers_that_sum_to_100_of_versions_that_exist(account):
    account.upload()
    account.upload(versions=True)
    one, two = ids(account)
    unknown = "00000000-0000-4000-8000-000000000000"

    for shares in ([(one, 50)], [(one, "100")], [(one, True)], [(one, 110), (two, -10)],
                   [(one, 50), (one, 50)], [(one, 1), (two, 1), (one, 98)]):  # fmt: skip
        assert code(deploy(account, *shares)) == (400, 10210)
    assert code(deploy(account, (unknown, 100))) == (404, 100146)


def test_going_back_to_other_secrets_needs_force(account):
    account.upload(metadata=secret("old"))
    account.upload(metadata=secret("new"))
    old, new = ids(account)

    refused = deploy(account, (old, 100))
    shared = deploy(account, (new, 50), (old, 50))
    live_before = account.script()["live_versions"]
    forced = deploy(account, (old, 100), force=True)

    assert code(refused) == (400, 10220)
    assert refused.json()["errors"][0]["message"].endswith("secrets have changed: KEY")
    assert code(shared) == (400, 10220)
    assert live_before == [[new, 100]]
    assert forced.is_success
    assert account.script()["live_versions"] == [[old, 100]]


def test_going_forward_to_other_secrets_needs_no_force(account):
    account.upload(metadata=secret("old"))
    account.upload(metadata=secret("new"), versions=True)

    assert deploy(account, (ids(account)[1], 100)).is_success


def test_deployments_are_listed_active_first_and_filtered_by_time(account):
    account.upload()
    account.server.advance(3600)
    account.upload()
    deployments = account.script()["deployments"]
    middle = "2999-01-01T00:00:00Z"

    def listed(**query):
        answer = account.ask("GET", f"{SCRIPT}/deployments", params=query)
        return [item["id"] for item in answer.json()["result"]["deployments"]]

    newest, oldest = (item["id"] for item in deployments)
    assert listed() == [newest, oldest]
    assert listed(since=deployments[0]["created_on"]) == [newest]
    assert listed(until=deployments[0]["created_on"]) == [oldest]
    assert listed(since=middle) == []
    answer = account.ask("GET", f"{SCRIPT}/deployments", params={"since": "soon"})
    assert code(answer) == (400, 10004)


def test_a_deployment_is_read_and_deleted_unless_it_is_active(account):
    account.upload()
    account.upload()
    active, former = (item["id"] for item in account.script()["deployments"])
    path = f"{SCRIPT}/deployments"

    read = account.ask("GET", f"{path}/{former}").json()["result"]

    assert read["versions"][0]["percentage"] == 100
    assert code(account.ask("DELETE", f"{path}/{active}")) == (404, 10338)
    assert account.ask("DELETE", f"{path}/{former}").is_success
    assert code(account.ask("GET", f"{path}/{former}")) == (404, 10336)


def test_a_script_without_versions_has_nothing_to_read_or_deploy(account):
    account.ask("POST", "/workers/workers", json={"name": "hello"})

    assert code(account.ask("GET", f"{SCRIPT}/settings")) == (404, 10222)
    assert account.ask("GET", f"{SCRIPT}/secrets").json()["result"] == []
    assert account.ask("GET", f"{SCRIPT}/deployments").json()["result"]["deployments"] == []
    assert account.upload(versions=True).is_success
    assert deploy(account, (ids(account)[0], 100)).is_success


COUNTER = {"new_tag": "v1", "new_sqlite_classes": ["Counter"]}
COUNTER_EXPORT = {"Counter": {"type": "durable-object", "storage": "sqlite"}}
CLASS = b"export class Counter {} export default {}"


@pytest.mark.parametrize("share", [0, 50])
@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"migrations": COUNTER}, (400, 10211)),
        ({"exports": COUNTER_EXPORT}, (400, 100405)),
    ],
)
def test_classes_do_not_change_while_two_versions_are_deployed(account, share, metadata, expected):
    account.upload()
    account.upload(versions=True)
    split(account, (100 - share, share))

    answer = account.upload(metadata=metadata, modules=[module(content=CLASS)])

    assert code(answer) == expected
    assert len(ids(account)) == 2
    assert account.upload(modules=[module(content=CLASS)]).is_success


def test_versions_that_share_traffic_declare_the_same_exports(account):
    account.upload()
    account.upload(metadata={"exports": COUNTER_EXPORT}, modules=[module(content=CLASS)])

    assert code(split(account, (50, 50))) == (400, 100405)
    assert split(account, (100,)).is_success


def split(account, percentages):
    """Share the traffic between the first versions."""
    pairs = zip(ids(account), percentages, strict=False)
    versions = [{"version_id": one, "percentage": share} for one, share in pairs]
    body = {"strategy": "percentage", "versions": versions}
    return account.ask("POST", f"{SCRIPT}/deployments", json=body)


def test_a_tag_is_cut_to_100_bytes(account):
    account.upload(metadata={"annotations": {"workers/tag": "ü" * 51}})

    (version,) = account.script()["versions"]
    assert version["annotations"]["workers/tag"] == "ü" * 50
