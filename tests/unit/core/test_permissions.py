"""A refusal names the permission that the token lacks, in the words of the dashboard's form."""

import pytest

from workers_deploy.core.permissions import missing_for_upload, missing_permission
from workers_deploy.core.project import Binding

KV = ("Account > Workers KV Storage > Edit", ("kv_namespace",))
D1 = ("Account > D1 > Edit", ("d1",))
SECRETS_STORE = ("Account > Account Secrets Store > Edit", ("secrets_store_secret",))
CONNECTIVITY = "Account > Connectivity Directory > Bind"
ADMIN = "Account > Connectivity Directory > Admin"
NOTHING_BOUND = ()
VPC = ("vpc_service", "vpc_network")


def bound(kind, **fields):
    return Binding(name=kind.upper(), type=kind, fields=fields)


def told(missing):
    return None if missing is None else (str(missing.permission), missing.kinds)


@pytest.mark.parametrize(
    ("code", "text", "lacks"),
    [
        (10023, "workers.api.error.auth: kv bindings require kv write perms", KV),
        (10023, "workers.api.error.auth: d1 bindings require d1 write perms", D1),
        (10021, "Secrets Store binding 'KEY' failed authorization", SECRETS_STORE),
        (10021, "SECRETS STORE BINDING: no AUTHORIZATION", SECRETS_STORE),
        (10021, "kv bindings require kv write perms", None),
        (10023, "no access", None),
        (None, "kv bindings require kv write perms", None),
    ],
)
def test_a_refusal_that_says_what_is_missing_is_understood(code, text, lacks):
    assert told(missing_permission(code, text)) == lacks
    assert told(missing_for_upload(code, text, NOTHING_BOUND)) == lacks


@pytest.mark.parametrize(
    ("bindings", "lacks"),
    [
        ((), ("Account > Workers Scripts > Edit", ())),
        ((bound("kv_namespace"),), ("Account > Workers Scripts > Edit", ())),
        ((bound("vpc_service"), bound("d1")), (CONNECTIVITY, VPC)),
        ((bound("vpc_network", network_id="n"), bound("vpc_service")), (CONNECTIVITY, VPC)),
        ((bound("vpc_network", tunnel_id="t"), bound("vpc_service")), (ADMIN, VPC)),
    ],
)
def test_a_token_that_read_the_script_and_may_not_upload_lacks_what_the_upload_needs(
    bindings, lacks
):
    assert told(missing_for_upload(10000, "Authentication error", bindings)) == lacks
