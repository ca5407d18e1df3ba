"""Tokens that may not do everything, and what Cloudflare was seen to answer them."""

import pytest

from fakes.cloudflare_client import code
from workers_emulator.state.rights import TEMPLATE, Right

LIMITED = "limited-token"
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
KV = {"name": "KV", "type": "kv_namespace", "namespace_id": "a" * 32}
QUEUE = {"name": "QUEUE", "type": "queue", "queue_name": "orders"}
D1 = {"name": "DB", "type": "d1", "database_id": "b" * 32}
STORE = {"name": "S", "type": "secrets_store_secret", "store_id": "c" * 32, "secret_name": "KEY"}
VPC = {"name": "VPC", "type": "vpc_service", "service_id": "d" * 32}


@pytest.fixture
def with_rights(account_with):
    """Make a client whose token has these rights."""

    def make(*rights):
        account = account_with(limited_tokens={LIMITED: frozenset(rights)})
        account.token = LIMITED
        return account

    return make


@pytest.mark.parametrize(
    ("binding", "expected", "says"),
    [
        (KV, (401, 10023), "kv bindings require kv write perms"),
        (QUEUE, (401, 10023), "queues bindings require queues write perms"),
        (D1, (401, 10023), "d1 bindings require d1 bind permission"),
        (STORE, (400, 10021), "check deploy permissions and secret scopes"),
        (VPC, (403, 10000), "Authentication error"),
    ],
)
def test_a_binding_needs_the_right_for_its_product(with_rights, binding, expected, says):
    account = with_rights(Right.SCRIPTS)

    answer = account.upload(metadata={"bindings": [binding]})

    assert code(answer) == expected
    assert says in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("binding", [KV, QUEUE, D1, STORE, VPC])
def test_with_the_right_it_is_bound(with_rights, binding):
    right = {
        "KV": Right.KV,
        "QUEUE": Right.QUEUES,
        "DB": Right.D1,
        "S": Right.SECRETS_STORE,
        "VPC": Right.CONNECTIVITY,
    }
    account = with_rights(Right.SCRIPTS, right[binding["name"]])

    assert account.upload(metadata={"bindings": [binding]}).is_success


def test_a_token_that_may_read_scripts_writes_none(with_rights):
    account = with_rights(Right.SCRIPTS_READ)

    assert account.ask("GET", "/workers/scripts").is_success
    assert code(account.upload()) == (403, 10000)


def test_the_template_lets_nobody_see_zones_and_queues(with_rights):
    account = with_rights(*TEMPLATE)

    assert account.upload(metadata={"bindings": [KV]}).is_success
    assert account.ask("GET", "!/zones").json()["result"] == []
    assert account.ask("GET", f"!/zones/{ZONE}/workers/routes").is_success
    assert code(account.ask("GET", "/queues")) == (403, 10000)


def test_routes_need_their_own_right(with_rights):
    account = with_rights(Right.SCRIPTS, Right.ZONES)
    account.upload()

    of_zone = account.ask("GET", f"!/zones/{ZONE}/workers/routes")
    of_script = account.ask("PUT", "/workers/scripts/hello/routes", json=[])

    assert code(of_zone) == (401, 10000)
    assert code(of_script) == (401, 10000)


def test_without_r2_no_bucket_is_bound(account_with):
    account = account_with(has_r2=False)
    binding = {"name": "R2", "type": "r2_bucket", "bucket_name": "pictures"}

    answer = account.upload(metadata={"bindings": [binding]})

    assert code(answer) == (400, 10136)
    assert "bucket 'pictures': Please enable R2" in answer.json()["errors"][0]["message"]
