"""The rules that refuse bindings: what the account lacks, and what the token may not bind.

`captured` in a source: someone sent a binding whose target is missing to the live API and wrote
code and sentence down (alchemy's tests of its Cloudflare provider, 2026). They did not write down
the HTTP status: it is that of the code's page, or assumed. The binding fills the placeholders.
"""

from workers_emulator.rules.rules import Known, Rule
from workers_emulator.rules.script_rules import refuses

_S, _D, _A = Known.SEEN, Known.DOCUMENTED, Known.ASSUMED
_CAPTURED = "captured: upload of a binding whose target is missing"
# What stands before the reason in every captured 10023.
_NO_ACCESS = (
    "You do not have access to this feature. Please ensure it is enabled. If you are an Enterprise"
    " user, reach out to your account team.: "
)

# Targets that are missing.
RESOURCE_MISSING: dict[str, Rule] = {
    "kv_namespace": refuses(
        10041, 400, "kv-missing", _S, _CAPTURED,
        "KV namespace '{target}' not found. Verify the namespace exists in your account and that"
        " the namespace_id is correct.",
    ),
    "r2_bucket": refuses(
        10085, 400, "r2-missing", _S, _CAPTURED,
        "R2 bucket '{target}' not found. Verify the bucket exists in your account and that the"
        " bucket_name is correct.",
    ),
    "d1": refuses(
        10181, 400, "d1-missing", _S, _CAPTURED,
        "D1 binding '{name}' references database '{target}' which was not found.",
    ),
    "queue": refuses(
        11000, 404, "queue-missing", _S, _CAPTURED,
        "Queue '{target}' not found. Please verify it exists and try again.",
    ),
    "dispatch_namespace": refuses(
        100119, 400, "dispatch-namespace-missing", _S, _CAPTURED,
        "The specified dispatch namespace does not exist on this account.",
    ),
    "hyperdrive": refuses(
        10157, 400, "hyperdrive-missing", _S, _CAPTURED,
        "Hyperdrive binding '{name}' references config '{target}' which was not found.",
    ),
    "vectorize": refuses(
        10159, 400, "vectorize-missing", _S, _CAPTURED,
        "Vectorize binding '{name}' references index '{target}' which was not found.",
    ),
    "mtls_certificate": refuses(
        100143, 400, "mtls-certificate-missing", _S, _CAPTURED,
        "mTLS certificate '{target}' not found.",
    ),
    "secrets_store_secret": refuses(
        10182, 400, "secrets-store-missing", _S, _CAPTURED,
        "Secrets Store binding '{name}' references store '{target}' and secret '{secret_name}'"
        " which were not found.",
    ),
}  # fmt: skip
SERVICE_TARGET_MISSING = refuses(
    10144, 400, "service-target-missing", _S,
    f"{_CAPTURED}; codes/10143 has another code for a Worker that is missing",
    "Service binding '{name}' references environment '{environment}' on Worker '{target}' which"
    " was not found.",
)  # fmt: skip
SERVICE_ENTRYPOINT_MISSING = refuses(
    10145, 400, "service-entrypoint-missing", _D,
    "codes/10145; the sentence is assumed, and that it is looked for in the text of the script's"
    " live and latest versions",
    "Service binding '{name}' references entrypoint '{entrypoint}' on Worker '{target}' which was"
    " not found.",
)  # fmt: skip
R2_DISABLED = refuses(
    10136, 400, "r2-disabled", _S, "logs of failed deploys, 2026; the HTTP status is assumed",
    "R2 binding error for bucket '{target}': Please enable R2 through the Cloudflare Dashboard.",
)  # fmt: skip

# What a token may not bind, by the right that it lacks.
KV_RIGHT = refuses(
    10023, 401, "kv-binding-right", _S, "logs of failed deploys, 2025-2026; codes/10023 has 401",
    f"{_NO_ACCESS}kv bindings require kv write perms",
)  # fmt: skip
D1_RIGHT = refuses(
    10023, 401, "d1-binding-right", _S, "logs of failed deploys, 2026; codes/10023 has 401",
    f"{_NO_ACCESS}d1 bindings require d1 bind permission",
)  # fmt: skip
QUEUE_RIGHT = refuses(
    10023, 401, "queue-binding-right", _A,
    "a producer needs Queues: Edit (documentation); code and sentence are as those of KV and D1",
    f"{_NO_ACCESS}queues bindings require queues write perms",
)  # fmt: skip
SECRETS_STORE_RIGHT = refuses(
    10021, 400, "secrets-store-binding-right", _S, "workers-sdk issues 8964 and 14431",
    "failed to fetch secrets store binding due to authorization error - check deploy permissions"
    " and secret scopes",
)  # fmt: skip
VPC_RIGHT = refuses(
    10000, 403, "vpc-binding-right", _S, "workers-sdk issue 11884; the HTTP status is assumed",
    "Authentication error",
)  # fmt: skip

# What endpoints answer to a token without the right.
RIGHT = refuses(
    10000, 403, "right", _A,
    "codes/10000 and wrangler: a token that lacks a right is answered as a wrong one",
    "Authentication error",
)  # fmt: skip
ROUTES_RIGHT = refuses(
    10000, 401, "routes-right", _S, "zones' routes asked for without Workers Routes",
    "Authentication error",
)  # fmt: skip
