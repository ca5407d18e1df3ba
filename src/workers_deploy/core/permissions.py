"""What an API token needs, in the dashboard's words, and which of it a refusal says is missing.

The codes and sentences were captured from the live API; Cloudflare names neither the permission
nor, mostly, the binding. README has the same table for people.
"""

import re
from collections.abc import Sequence

from workers_deploy.core.project import Binding
from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """One line of the dashboard's form for a token: three fields."""

    name: str
    resource: str = "Account"
    level: str = "Edit"

    def __str__(self) -> str:
        return f"{self.resource} > {self.name} > {self.level}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A permission that a refusal says is missing; `kinds`: of bindings, that need it."""

    permission: Permission
    kinds: tuple[str, ...] = ()


SCRIPTS = Permission(name="Workers Scripts")
KV = Permission(name="Workers KV Storage")
D1 = Permission(name="D1")
QUEUES = Permission(name="Queues")
SECRETS_STORE = Permission(name="Account Secrets Store")
# Bind was what a deploy with a VPC service lacked (workers-sdk issue 15704). It is for services and
# networks; a tunnel without either takes Admin (cloudflare-docs pull request 29945).
CONNECTIVITY = Permission(name="Connectivity Directory", level="Bind")
CONNECTIVITY_ADMIN = Permission(name="Connectivity Directory", level="Admin")
ROUTES = Permission(name="Workers Routes", resource="Zone")
ZONES = Permission(name="Zone", resource="Zone", level="Read")

# What to do about one that is missing.
ADD_IT = "Add it in the dashboard: My Profile or Manage Account > API Tokens > Edit."
_UNAUTHORIZED = 10000
_VPC = ("vpc_service", "vpc_network")
_BY_ANSWER: tuple[tuple[int, re.Pattern[str], Missing], ...] = (
    (
        10023,
        re.compile(r"\bkv bindings require\b"),
        Missing(permission=KV, kinds=("kv_namespace",)),
    ),
    (10023, re.compile(r"\bd1 bindings require\b"), Missing(permission=D1, kinds=("d1",))),
    # Not captured: as the two above.
    (
        10023,
        re.compile(r"\bqueues? bindings require\b"),
        Missing(permission=QUEUES, kinds=("queue",)),
    ),
    (
        10021,
        re.compile(r"secrets store binding.*authorization", re.IGNORECASE),
        Missing(permission=SECRETS_STORE, kinds=("secrets_store_secret",)),
    ),
)


def missing_permission(code: int | None, text: str) -> Missing | None:
    """Return what the token lacks, as far as an answer's code and sentence say it.

    >>> found = missing_permission(10023, "…: kv bindings require kv write perms")
    >>> str(found.permission), found.kinds
    ('Account > Workers KV Storage > Edit', ('kv_namespace',))
    """
    return next(
        (found for known, said, found in _BY_ANSWER if known == code and said.search(text)), None
    )


def missing_for_upload(code: int | None, text: str, bindings: Sequence[Binding]) -> Missing | None:
    """Return what the token lacks, where an upload with these bindings was refused.

    The token was good enough to read the script, so one that "is wrong" now lacks a permission.
    """
    if code != _UNAUTHORIZED:
        return missing_permission(code, text)
    vpc = [binding for binding in bindings if binding.type in _VPC]
    if not vpc:
        return Missing(permission=SCRIPTS)
    has_tunnel = any("tunnel_id" in binding.fields for binding in vpc)
    return Missing(permission=CONNECTIVITY_ADMIN if has_tunnel else CONNECTIVITY, kinds=_VPC)
