"""What an API token may do: permissions by the names that the dashboard gives them."""

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """A permission that an endpoint or a binding asks for; the level is Edit unless it is named."""

    SCRIPTS = "Workers Scripts"
    SCRIPTS_READ = "Workers Scripts: Read"
    ROUTES = "Workers Routes"
    KV = "Workers KV Storage"
    R2 = "Workers R2 Storage"
    D1 = "D1"
    QUEUES = "Queues"
    SECRETS_STORE = "Account Secrets Store"
    CONNECTIVITY = "Connectivity Directory: Bind"
    CONNECTIVITY_ADMIN = "Connectivity Directory: Admin"
    ZONES = "Zone: Read"
    DNS = "DNS"


Rights = frozenset[Right]

ALL: Rights = frozenset(Right)
# The dashboard's template "Edit Cloudflare Workers" (page "API token templates"): neither D1,
# Queues and the Secrets Store nor zones and DNS records.
TEMPLATE: Rights = frozenset({Right.SCRIPTS, Right.ROUTES, Right.KV, Right.R2})

# Where a path below the account begins so, this right is needed; the first that fits counts.
_OF_ACCOUNT: tuple[tuple[str, Right], ...] = (
    ("/workers/", Right.SCRIPTS),
    ("/workflows", Right.SCRIPTS),
    ("/storage/kv/", Right.KV),
    ("/r2/", Right.R2),
    ("/d1/", Right.D1),
    ("/queues", Right.QUEUES),
)


def needed_for(method: str, path: str) -> Rights:
    """Return the rights of which an endpoint asks for one; none where any token will do.

    >>> needed_for("GET", "/accounts/{account_id}/queues/{queue_id}")
    frozenset({<Right.QUEUES: 'Queues'>})
    >>> needed_for("PUT", "/zones/{zone_id}/workers/routes/{route_id}")
    frozenset({<Right.ROUTES: 'Workers Routes'>})
    >>> needed_for("GET", "/user/tokens/verify")
    frozenset()
    """
    if path.startswith("/zones/"):
        return frozenset({Right.ROUTES if "/workers/" in path else Right.DNS})
    if method != "GET" and path.endswith("/routes"):
        return frozenset({Right.ROUTES})
    below = path.removeprefix("/accounts/{account_id}")
    right = next((right for start, right in _OF_ACCOUNT if below.startswith(start)), None)
    if right is None:
        return frozenset()
    reads = method == "GET" and right is Right.SCRIPTS
    return frozenset({right, Right.SCRIPTS_READ} if reads else {right})


def parse_rights(text: str) -> Rights:
    """Return the rights of a list with commas; `template` stands for those of the template.

    >>> sorted(parse_rights("Workers Scripts, D1"))
    [<Right.D1: 'D1'>, <Right.SCRIPTS: 'Workers Scripts'>]

    Raises:
        ValueError: there is no such right.

    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    rights = frozenset(Right(word) for word in words if word != "template")
    return rights | TEMPLATE if "template" in words else rights


def rights_of(token: str, limited: Mapping[str, Rights]) -> Rights:
    """Return what a token may do; one that is not limited may do everything."""
    return limited.get(token, ALL)
