"""What a failure means and what its reader can do: Cloudflare's codes, in words.

Codes and meanings: Cloudflare's error code pages (workers/platform/error-codes) and its own
client's source, as collected in ERRORS. A code is read together with the endpoint's area, since
numbers repeat across Cloudflare's products.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from workers_deploy.api.http.failure import Area
from workers_deploy.core.permissions import (
    ADD_IT,
    QUEUES,
    ROUTES,
    SCRIPTS,
    Permission,
    missing_permission,
)
from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code means; `subject` is what Cloudflare refused, where it is not the request."""

    meaning: str
    hint: str
    subject: str | None = None


_WRONG_CREDENTIAL = (
    f"Check `api-token`: it may be wrong, expired or revoked, or lack {SCRIPTS}. Check "
    "`account-id`, too: a token of another account is not accepted either."
)


def _lacks(permission: Permission) -> Entry:
    return Entry(f"the token lacks {permission}", ADD_IT)


_CODE = "the script"
_UPLOAD_AGAIN = "Run again: what is stored is not sent twice."
_UNDIVIDED = "End the rollout first, with `rollback` and a `version-id`; then deploy."
_LATEST_HINT = (
    "Another version serves, or has a share of the traffic. A `deploy` without `only` that changes "
    "something gives all traffic to its own version."
)

# What a binding names and the account does not have, or may not use: a 404 or 403 of these is
# neither a wrong account nor a wrong token.
_RESOURCE = "Create it, or fix the binding in the configuration. Is `account-id` the right account?"
_PLAN = "Enable it for the account, or remove the binding."
_BINDINGS: Mapping[int, Entry] = MappingProxyType(
    {
        10041: Entry("a binding names a KV namespace that doesn't exist", _RESOURCE),
        10061: Entry("a binding names a Durable Object namespace that doesn't exist", _RESOURCE),
        10066: Entry("a binding names a Durable Object namespace that doesn't exist", _RESOURCE),
        10070: Entry(
            "the script doesn't export a Durable Object class that a binding names",
            "Export the class from the main module.",
            _CODE,
        ),
        10084: Entry("R2 is not enabled on this account", _PLAN),
        10085: Entry("a binding names an R2 bucket that doesn't exist", _RESOURCE),
        10087: Entry("the account has no access to D1", _PLAN),
        10088: Entry("the account has no access to Browser Rendering", _PLAN),
        10089: Entry("the account has no access to Analytics Engine", _PLAN),
        10097: Entry(
            "on the free plan Durable Objects store in SQLite",
            "Use `new_sqlite_classes` in `migrations`, or change plans.",
        ),
        10136: Entry(
            "R2 is not enabled on this account",
            "Enable R2 in the dashboard, or remove the binding.",
        ),
        10157: Entry("a binding names a Hyperdrive configuration that doesn't exist", _RESOURCE),
        10159: Entry("a binding names a Vectorize index that doesn't exist", _RESOURCE),
        10181: Entry("a binding names a D1 database that doesn't exist", _RESOURCE),
        10182: Entry("a binding names a secret that the Secrets Store doesn't have", _RESOURCE),
        11000: Entry("a binding names a queue that doesn't exist", _RESOURCE),
        100143: Entry("a binding names an mTLS certificate that doesn't exist", _RESOURCE),
    }
)
_WORKERS: Mapping[int, Entry] = MappingProxyType(
    {
        7003: Entry("the address names no account", "Check `account-id`: 32 hex digits."),
        9106: Entry("the token was not accepted", _WRONG_CREDENTIAL),
        10000: Entry("the token was not accepted", _WRONG_CREDENTIAL),
        10001: Entry("wrong content type", "This is a bug in workers-deploy: please report it."),
        10006: Entry(
            "the upload could not be read",
            "Does the main module exist among the modules? Else please report it as a bug.",
            _CODE,
        ),
        10007: Entry(
            "there is no such script on this account", "Check `script-name` and `account-id`."
        ),
        10015: Entry("the account has no access to this feature", "Enable it, or change the plan."),
        10016: Entry(
            "the script name is not valid",
            "Start with a letter; lower-case letters, digits and hyphens; at most 63.",
        ),
        10021: Entry(
            "the upload did not pass Cloudflare's validation",
            "Mend what is named above, in the code or in the configuration.",
            _CODE,
        ),
        10023: Entry(
            "the token lacks a permission, or the plan a feature",
            'README, "What the token needs", lists the permissions.',
        ),
        10027: Entry(
            "the script is too large",
            "Leave out what it doesn't need, or bundle and minify it.",
            _CODE,
        ),
        10034: Entry("the account's e-mail is not verified", "Verify it in the dashboard."),
        10035: Entry(
            "someone else is editing this script at the same time",
            "Let only one pipeline deploy a script at a time (in GitHub: `concurrency:`).",
        ),
        10037: Entry("the account has as many scripts as it may", "Delete one, or change plans."),
        10053: Entry("two bindings have one name", "Rename one; variables and secrets share them."),
        10054: Entry("a variable or secret is too large", "At most 5 KB each."),
        10055: Entry("too many variables and secrets", "64 on the free plan, 128 on the paid one."),
        10056: Entry("there is no such secret", "Run `show` to see the secrets by name."),
        10057: Entry(
            "a binding that should be kept does not exist",
            "Is a required secret missing? Name it under `secrets`, or set it in the dashboard.",
        ),
        10063: Entry(
            "the account has no workers.dev subdomain yet",
            "Open Workers in the dashboard once: that registers one. The first script needs it.",
        ),
        10068: Entry(
            "the script has no event handler",
            "Export one: `export default { fetch(request) { … } }`.",
            _CODE,
        ),
        10071: Entry("there is no such version", "Run `show` to see the versions."),
        10072: Entry("too many cron triggers on this account", "5 on the free plan, 250 paid."),
        10074: Entry(
            "a Durable Object migration failed",
            "Compare `migrations` with what is live; nothing was migrated twice.",
        ),
        10090: Entry(
            "there is no such script on this account", "Check `script-name` and `account-id`."
        ),
        10092: Entry(
            "there is no such script in this namespace",
            "Check `script-name` and `dispatch-namespace`.",
        ),
        10093: Entry(
            "the script name is not valid",
            "Start with a letter; lower-case letters, digits and hyphens; at most 63.",
        ),
        10076: Entry("tail consumers are turned off", "Remove `tail_consumers`, or enable them."),
        10142: Entry(
            "other scripts have a service binding to it",
            "Remove them, or `allow: break-bindings`.",
        ),
        10143: Entry(
            "a service binding names a script that doesn't exist", "Deploy that script first."
        ),
        # Seen where the script is missing; 10143 is documented for that.
        10144: Entry(
            "a service binding names a script that doesn't exist", "Deploy that script first."
        ),
        10145: Entry(
            "a service binding names an entry point that doesn't exist", "Check `entrypoint`."
        ),
        10203: Entry(
            "a tail consumer is a script that doesn't exist",
            "Deploy that script first, or remove it from `tail_consumers`.",
        ),
        10204: Entry(
            "the script is its own tail consumer", "Remove it from its own `tail_consumers`."
        ),
        10205: Entry("a CPU limit needs the usage model `standard`", "Drop `limits.cpu_ms`."),
        10206: Entry("the CPU limit is above the maximum", "Lower `limits.cpu_ms`."),
        10210: Entry("the deployment is not valid", "Its percentages must add up to 100."),
        10211: Entry("a Durable Object migration needs all traffic on one version", _UNDIVIDED),
        10214: Entry("the latest version does not get all traffic", _LATEST_HINT),
        10215: Entry("the latest version does not get all traffic", _LATEST_HINT),
        10216: Entry("versions need ES modules", "A service worker is deployed by PUT script."),
        10220: Entry(
            "secrets have changed since that version",
            "Going back would bring back the old values; `rollback` says so and does it.",
        ),
        10222: Entry("the script has no versions", "Run `deploy` first."),
        10301: Entry("the asset upload is not known any more", _UPLOAD_AGAIN),
        10304: Entry("the asset manifest is not valid", "A path, size or the count is refused."),
        10305: Entry("there is an assets binding without assets", "Set `assets.directory`."),
        10336: Entry("there is no such deployment", "Run `show` to see the deployments."),
        10338: Entry("the active deployment can't be deleted", "Deploy another version first."),
        10343: Entry("the asset upload is not known any more", _UPLOAD_AGAIN),
        11337: Entry(
            "the code did something that is not allowed in global scope",
            "Move it into the handler.",
            _CODE,
        ),
        100102: Entry("a tag is too long", "At most 128 bytes."),
        100103: Entry("too many tags", "At most 8."),
        100116: Entry("the hostname is another script's custom domain", "`allow: take-domain`."),
        100117: Entry(
            "the hostname has DNS records already", "Delete them, or `allow: take-domain`."
        ),
        100119: Entry(
            "there is no such dispatch namespace", "Check `dispatch-namespace`, or create it."
        ),
        100132: Entry(
            "the script name is too long for workers.dev",
            "At most 63, or workers-dev: false.",
        ),
        100146: Entry("there is no such version", "Run `show` to see the versions."),
        100150: Entry("tail consumers need a paid plan", "Remove `tail_consumers`."),
        100328: Entry("CPU limits are not on the free plan", "Drop `limits.cpu_ms`."),
        **_BINDINGS,
        100405: Entry(
            "versions that share the traffic have to declare the same `exports`", _UNDIVIDED
        ),
        100402: Entry("`exports` can't be reconciled with what is live", "See the details above."),
    }
)
_ASSETS: Mapping[int, Entry] = MappingProxyType(
    {
        **_WORKERS,
        -1: Entry(
            "Cloudflare gave no reason",
            "Seen for files of 15 MB and more; try a smaller file, or keep it in R2.",
        ),
    }
)
_NO_ZONE = Entry(
    "the account has no such zone",
    "Check `zone_id` or `zone_name` of the route; its zone has to be of the account `account-id`.",
)
_ZONES: Mapping[int, Entry] = MappingProxyType(
    {
        10000: Entry(
            f"the token lacks {ROUTES} for this zone",
            f"{ADD_IT} Include the zone under Zone Resources.",
        ),
        10082: _NO_ZONE,
        10009: Entry("there is no such route any more", "Run again."),
        10019: Entry("a route names a script that doesn't exist", "Deploy that script first."),
        10020: Entry(
            "another script has this route", "Remove it there first, or `allow: take-domain`."
        ),
    }
)
_QUEUES: Mapping[int, Entry] = MappingProxyType(
    {
        10000: _lacks(QUEUES),
        11000: Entry("there is no such queue", "Create it: `wrangler queues create NAME`."),
        11001: Entry(
            "the script takes no messages", "Export a `queue` handler, or remove the consumer."
        ),
        11004: Entry("the queue has another consumer", "Remove that one first: a queue has one."),
    }
)
_WORKFLOWS: Mapping[int, Entry] = MappingProxyType(
    {
        10000: _lacks(SCRIPTS),
        10208: Entry("schedules of a workflow need a paid plan", "Remove `schedules`."),
    }
)
# One code for all that validation finds: the message tells which it was.
_VALIDATION_CODE = 10021
_BY_MESSAGE: tuple[tuple[re.Pattern[str], Entry], ...] = (
    (
        re.compile(r"startup|CPU time|memory limit", re.IGNORECASE),
        Entry(
            "starting the code took longer, or more memory, than Cloudflare allows",
            "Do less in the code's global scope: move it into the handlers, or import less.",
            _CODE,
        ),
    ),
    (
        re.compile(r"No such module"),
        Entry(
            "the code imports a module that was not uploaded",
            "Let it be bundled, or a rule of `rules` find it; mind its suffix.",
            _CODE,
        ),
    ),
    (
        re.compile(r"\bUncaught\b|SyntaxError|\bat \S+:\d+|Traceback"),
        Entry(
            "the code failed when Cloudflare started it, before any request",
            "Mend the place named above, in the code's global scope.",
            _CODE,
        ),
    ),
)
_BY_AREA: Mapping[Area, Mapping[int, Entry]] = MappingProxyType(
    {
        Area.WORKERS: _WORKERS,
        Area.ASSETS: _ASSETS,
        Area.ZONES: _ZONES,
        Area.ACCOUNT: _WORKERS,
        Area.QUEUES: _QUEUES,
        Area.WORKFLOWS: _WORKFLOWS,
    }
)
_BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        401: _WRONG_CREDENTIAL,
        403: _WRONG_CREDENTIAL,
        404: "Check `account-id` and `api-base-url`.",
        413: "The upload is larger than what lies between here and Cloudflare lets through.",
    }
)


def hint_for_status(status: int | None) -> str | None:
    """Return what to do where the answer has no code that is known."""
    return None if status is None else _BY_STATUS.get(status)


def entry_for(code: int | None, area: Area, text: str = "") -> Entry | None:
    """Return what a code means at an endpoint of this area; `text` is what Cloudflare said."""
    missing = missing_permission(code, text)
    if missing is not None:
        return _lacks(missing.permission)
    if code == _VALIDATION_CODE and area is Area.WORKERS:
        said = (entry for pattern, entry in _BY_MESSAGE if pattern.search(text))
        return next(said, _WORKERS[code])
    return None if code is None else _BY_AREA.get(area, {}).get(code)
