"""The rules that refuse, of what surrounds scripts: routes, domains, queues, the account."""

from workers_emulator.rules.rules import Known
from workers_emulator.rules.script_rules import refuses

_D, _O, _A, _S = Known.DOCUMENTED, Known.OBSERVED, Known.ASSUMED, Known.SEEN

# routes, domains, schedules, queues, workflows
ROUTE_MISSING = refuses(10009, 404, "route-missing", _D, "codes/10009", "Route not found.")
ROUTE_TARGET = refuses(
    10019, 400, "route-target", _D, "codes/10019",
    "Cannot configure route because the Worker does not exist.",
)  # fmt: skip
ROUTE_EXISTS = refuses(
    10020, 409, "route-exists", _D, "codes/10020",
    "A route with this pattern already exists on this zone.",
)  # fmt: skip
ROUTE_PATTERN = refuses(10022, 400, "route-pattern", _D, "codes/10022", "Invalid route pattern.")
ZONE_MISSING = refuses(
    10082, 404, "zone-missing", _A, "no page has it", "The zone does not exist on your account."
)
CRON_LIMIT = refuses(10072, 400, "cron-limit", _D, "codes/10072", "Cron trigger limit reached.")
CRON_INVALID = refuses(10100, 400, "cron-invalid", _S, "workers-sdk #8923", "invalid cron string")
DOMAIN_HOSTNAME = refuses(
    100111, 400, "domain-hostname", _D, "codes/100111", "Missing hostname for custom domain."
)
DOMAIN_ZONE = refuses(
    100112, 400, "domain-zone", _D, "codes/100112",
    "Hostname does not belong to a zone of this account.",
)  # fmt: skip
DOMAIN_MISSING = refuses(
    100114, 404, "domain-missing", _D, "codes/100114",
    "Custom domain not found.",
)  # fmt: skip
DOMAIN_TAKEN = refuses(
    100116, 409, "domain-taken", _D, "codes/100116",
    "Hostname is already configured as a custom domain of another Worker.",
)  # fmt: skip
DOMAIN_DNS = refuses(
    100117, 409, "domain-dns", _D, "codes/100117",
    "Hostname has existing DNS records that conflict.",
)  # fmt: skip
QUEUE_TAKEN = refuses(11009, 409, "queue-taken", _D, "codes/11009", "Queue name already exists.")
QUEUE_CONSUMER_TAKEN = refuses(
    11004, 400, "queue-consumer-taken", _D, "codes/11004",
    "Queue already has a consumer.",
)  # fmt: skip
QUEUE_HANDLER = refuses(
    11001, 400, "queue-handler", _D,
    "codes/11001; whether there is a handler is told from the script's text",
    "Queue consumer is missing a queue handler.",
)  # fmt: skip
QUEUE_UNKNOWN = refuses(11000, 404, "queue-unknown", _D, "codes/11000", "Queue not found.")
WORKFLOW_MISSING = refuses(
    10200, 404, "workflow-missing", _O, "recorded requests of wrangler 4.164.0; status assumed",
    "workflow.not_found",
)  # fmt: skip

# account
SUBDOMAIN_NONE = refuses(
    10007, 404, "subdomain-none", _O, "wrangler 4.164.0: no workers.dev subdomain yet",
    "There is no workers.dev subdomain on this account.",
)  # fmt: skip
SUBDOMAIN_TAKEN = refuses(
    10031, 403, "subdomain-taken", _D, "codes/10031", "Subdomain is unavailable."
)
SUBDOMAIN_FREE = refuses(
    10032, 404, "subdomain-free", _D, "codes/10032",
    "Subdomain is available but not configured.",
)  # fmt: skip
SUBDOMAIN_INVALID = refuses(
    10033, 400, "subdomain-invalid", _D, "codes/10033", "Subdomain is invalid."
)
NAMESPACE_SCRIPT_MISSING = refuses(
    10092, 404, "namespace-script-missing", _O, "wrangler 4.164.0 takes 10092 for a new script",
    "workers.api.error.script_not_found_in_namespace",
)  # fmt: skip
NAMESPACE_MISSING = refuses(
    100119, 404, "namespace-missing", _S, "captured; the sentence is that of third-party clients",
    "dispatch namespace not found",
)  # fmt: skip
RESOURCE_UNKNOWN = refuses(
    10006, 404, "resource-unknown", _A, "the products' own codes are not played",
    "The resource does not exist on your account.",
)  # fmt: skip
TAIL_MISSING = refuses(
    10058, 403, "tail-missing", _D, "codes/10058; that an unknown tail counts as expired: assumed",
    "Tail session has expired.",
)  # fmt: skip
