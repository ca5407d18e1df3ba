"""The rules that refuse: Cloudflare's code, HTTP status, and how each is known.

`codes/N` stands for the page https://developers.cloudflare.com/workers/platform/error-codes/N.
"""

from workers_emulator.rules import Known, Rule

_D, _O, _A = Known.DOCUMENTED, Known.OBSERVED, Known.ASSUMED


def _refuse(  # noqa: PLR0913, PLR0917 -- a table's row, its columns are named above each block
    code: int, status: int, id_: str, known: Known, source: str, says: str
) -> Rule:
    return Rule(id=id_, says=says, known=known, source=source, code=code, status=status)


# request and authentication
AUTHENTICATION = _refuse(10000, 403, "authentication", _D, "codes/10000", "Authentication error")
NO_ROUTE = _refuse(
    7003, 404, "no-route", _O, "third-party observation of the live API",
    "Could not route to this path, perhaps your object identifier is invalid?",
)  # fmt: skip
NO_METHOD = _refuse(
    7001, 405, "no-method", _A, "general knowledge of the v4 API",
    "This method is not available for that URI.",
)  # fmt: skip
RATE_LIMITED = _refuse(
    971, 429, "rate-limited", _O, "workers-sdk issues 6607, 10025; rate limits page",
    "Please wait and consider throttling your request speed",
)  # fmt: skip
CONTENT_TYPE = _refuse(
    10001, 415, "content-type", _D, "codes/10001",
    "Content-Type must be one of: multipart/form-data.",
)  # fmt: skip
BAD_PARAMETER = _refuse(
    10004, 400, "bad-parameter", _D, "codes/10004", "A parameter is malformed."
)
UPLOAD_FORMAT = _refuse(
    10006, 400, "upload-format", _D, "codes/10006",
    "Failed to parse Worker upload. The upload format is invalid or corrupted.",
)  # fmt: skip
BAD_BODY = _refuse(
    10026, 400, "bad-body", _D, "codes/10026", "Could not parse request body."
)

# scripts
SCRIPT_MISSING = _refuse(
    10007, 404, "script-missing", _D, "codes/10007",
    "This Worker does not exist on your account.",
)  # fmt: skip
SERVICE_MISSING = _refuse(
    10090, 404, "service-missing", _D, "codes/10090",
    "This Worker does not exist on your account.",
)  # fmt: skip
SCRIPT_NAME = _refuse(
    10016, 400, "script-name", _D,
    "codes/10016; the pattern is the OpenAPI's, which allows `_` and a leading digit as wrangler"
    " does, while the page does not",
    "Invalid Worker name. Names must be lowercase and contain only letters, digits, `_` and `-`.",
)  # fmt: skip
VALIDATION = _refuse(
    10021, 400, "validation", _D, "codes/10021", "The Worker could not be validated."
)
MAIN_MODULE_MISSING = _refuse(
    10021, 400, "main-module-missing", _A,
    "the service loads the script and finds no such module; codes/10006 names the same cause"
    " under 10006: the sources disagree",
    "No such module.",
)  # fmt: skip
MAIN_MODULE_FORMAT = _refuse(
    10021, 400, "main-module-format", _A, "workerd's own message",
    "Main module must be an ES module.",
)  # fmt: skip
TAG_TOO_LONG = _refuse(
    10021, 400, "version-tag-length", _A,
    "SDK 5.9.0: `workers/tag` has at most 100 bytes; what happens above is not said",
    "Annotation workers/tag has more than 100 bytes.",
)  # fmt: skip
ASSETS_ONLY_BINDINGS = _refuse(
    10021, 400, "assets-only-bindings", _A,
    "wrangler refuses an assets binding without a script; the dashboard says that variables"
    " cannot be added to a Worker that has only static assets",
    "Bindings cannot be added to a Worker that only has static assets.",
)  # fmt: skip
WORKER_FIRST_WITHOUT_SCRIPT = _refuse(
    10021, 400, "run-worker-first-without-script", _A, "wrangler 4.164.0 refuses it on its side",
    "run_worker_first needs a Worker script.",
)  # fmt: skip
TOO_LARGE = _refuse(
    10027, 400, "script-too-large", _D, "codes/10027; limits page 2026: 64 MiB uncompressed",
    "Worker exceeds the size limit.",
)  # fmt: skip
TOO_MANY_SCRIPTS = _refuse(
    10037, 403, "script-limit", _D, "codes/10037", "Worker limit reached."
)
SCRIPT_EXISTS = _refuse(
    10040, 409, "script-exists", _D, "codes/10040", "A Worker of this name already exists."
)
NO_SUBDOMAIN_YET = _refuse(
    10063, 403, "subdomain-required", _D, "codes/10063",
    "A workers.dev subdomain is required. Visit the Workers dashboard to create one.",
)  # fmt: skip
NO_HANDLERS = _refuse(
    10068, 400, "no-handlers", _D,
    "codes/10068; whether a script exports something is told from its text alone",
    "Worker has no event handlers. Export a fetch handler, scheduled handler or class.",
)  # fmt: skip
NAME_TOO_LONG_FOR_DNS = _refuse(
    100132, 400, "name-too-long-for-dns", _D, "codes/100132",
    "A name of more than 63 characters cannot be a workers.dev subdomain.",
)  # fmt: skip
REFERENCED = _refuse(
    10142, 400, "script-referenced", _D, "codes/10142",
    "Cannot delete Worker because it is still referenced by service bindings.",
)  # fmt: skip
SERVICE_TARGET_MISSING = _refuse(
    10143, 400, "service-target-missing", _D, "codes/10143",
    "Service binding references a Worker which was not found.",
)  # fmt: skip
CPU_LIMIT_MODEL = _refuse(
    10205, 400, "cpu-limit-model", _D, "codes/10205",
    "CPU limits can only be set with the standard usage model.",
)  # fmt: skip
CPU_LIMIT_TOO_HIGH = _refuse(
    10206, 400, "cpu-limit-too-high", _D, "codes/10206; limits page: 5 minutes",
    "The CPU limit is above the maximum of 300000 ms.",
)  # fmt: skip
SCRIPT_TAG_TOO_LONG = _refuse(
    100102, 400, "script-tag-length", _D, "codes/100102", "A tag has more than 128 bytes."
)
TOO_MANY_TAGS = _refuse(
    100103, 403, "script-tag-count", _D,
    "codes/100103; Workers for Platforms page: 8 tags per script", "Too many tags.",
)  # fmt: skip
TAIL_CONSUMER_MISSING = _refuse(
    10203, 400, "tail-consumer-missing", _D, "codes/10203 (index)",
    "The tail consumer does not exist.",
)  # fmt: skip
SELF_TAIL = _refuse(
    10204, 400, "self-tail", _D, "codes/10204 (index)", "A Worker cannot be its own tail consumer."
)

# bindings
BINDING_NAME_MISSING = _refuse(
    10052, 400, "binding-name-missing", _D, "codes/10052", "Binding must have a name."
)
BINDING_NAME_TAKEN = _refuse(
    10053, 400, "binding-name-taken", _D, "codes/10053", "Binding name is already in use."
)
TEXT_TOO_LARGE = _refuse(
    10054, 400, "text-too-large", _D, "codes/10054: 5 KB", "Text binding is too large."
)
TOO_MANY_TEXTS = _refuse(
    10055, 400, "too-many-texts", _D, "codes/10055: 64 free, 128 paid", "Too many text bindings."
)
BINDING_MISSING = _refuse(
    10056, 404, "binding-missing", _D, "codes/10056", "Binding not found."
)
INHERIT_UNRESOLVED = _refuse(
    10057, 400, "inherit-unresolved", _O,
    "wrangler 4.164.0 parses `inherit binding 'X' is invalid`, one error per name; the HTTP"
    " status is assumed",
    "inherit binding is invalid",
)  # fmt: skip
BINDING_NAME_TOO_LONG = _refuse(
    10100, 400, "binding-name-length", _D, "codes/10100; the limit of 255 is assumed",
    "Binding name exceeds the character limit.",
)  # fmt: skip
BINDING_TYPE = _refuse(
    100153, 400, "binding-type", _D, "codes/100153", "Binding type is not valid."
)
BINDING_FIELD = _refuse(
    10021, 400, "binding-field", _D, "codes/10021: missing required binding properties",
    "Binding is missing a required property.",
)  # fmt: skip
RESOURCE_MISSING = {
    "kv_namespace": _refuse(
        10041, 400, "kv-missing", _D, "codes/10041 (status assumed)", "KV namespace not found."
    ),
    "r2_bucket": _refuse(
        10085, 400, "r2-missing", _D, "codes/10085 (status assumed)", "R2 bucket not found."
    ),
    "d1": _refuse(
        10021, 400, "d1-missing", _D, "codes/10021: a binding that does not exist",
        "D1 database not found.",
    ),
    "queue": _refuse(
        11000, 400, "queue-missing", _D, "codes/11000 (status assumed)", "Queue not found."
    ),
    "dispatch_namespace": _refuse(
        100119, 400, "dispatch-namespace-missing", _A,
        "third-party clients; no page has it", "dispatch namespace not found",
    ),
}  # fmt: skip
CLASS_NOT_MIGRATED = _refuse(
    10061, 400, "class-not-migrated", _D,
    "codes/10061; the sentence is that of the live API in workers-sdk issues",
    "Cannot create binding for a class that is not configured to implement Durable Objects.",
)  # fmt: skip
CLASS_NOT_EXPORTED = _refuse(
    10070, 400, "class-not-exported", _D, "codes/10070 (index)",
    "Durable Object class is not exported by this Worker.",
)  # fmt: skip
MIGRATION = _refuse(
    10074, 400, "migration", _D, "codes/10074", "Migration cannot be applied."
)

# versions, deployments, secrets
VERSION_MISSING = _refuse(
    100146, 404, "version-missing", _O, "third-party observation; wrangler's tests",
    "Worker version not found.",
)  # fmt: skip
NO_VERSIONS = _refuse(10222, 404, "no-versions", _D, "codes/10222", "Worker has no versions.")
DEPLOYMENT_INVALID = _refuse(
    10210, 400, "deployment-invalid", _D, "codes/10210", "Invalid deployment"
)
VERSION_MIGRATIONS = _refuse(
    10211, 400, "version-migrations", _D, "codes/10211",
    "Versions with Durable Object migrations cannot be uploaded. Deploy the migration first.",
)  # fmt: skip
VERSION_FORMAT = _refuse(
    10216, 400, "version-format", _D, "codes/10216",
    "Version uploads require ES Modules syntax.",
)  # fmt: skip
EDIT_BEHIND_LATEST = _refuse(
    10214, 400, "settings-edit-needs-latest", _O,
    "workers-sdk issue 12392, wrangler 4.164.0; the HTTP status is assumed",
    "Script edit failed. You attempted to modify this Worker's settings, but the latest version"
    " isn't currently deployed.",
)  # fmt: skip
SECRET_BEHIND_LATEST = _refuse(
    10215, 400, "secret-edit-needs-latest", _O,
    "wrangler 4.164.0 (secret put and delete); the HTTP status is assumed",
    "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker"
    " isn't currently deployed.",
)  # fmt: skip
SECRETS_CHANGED = _refuse(
    10220, 400, "secrets-changed", _O,
    "wrangler 4.164.0 rollback reads the names after this sentence; HTTP status assumed, and that"
    " a version is held against the newest one that gets traffic",
    "The following secrets have changed:",
)  # fmt: skip
DEPLOYMENT_MISSING = _refuse(
    10336, 404, "deployment-missing", _D, "codes/10336", "Deployment not found."
)
DEPLOYMENT_ACTIVE = _refuse(
    10338, 400, "deployment-active", _D, "codes/10338 (status assumed)",
    "The active deployment cannot be deleted.",
)  # fmt: skip
VERSION_LATEST = _refuse(
    10339, 400, "version-latest", _D, "codes/10339 (status assumed)",
    "The latest version cannot be deleted.",
)  # fmt: skip

# assets
MANIFEST = _refuse(10304, 400, "manifest", _D, "codes/10304", "Asset manifest is invalid")
ASSETS_MISSING = _refuse(
    10305, 400, "assets-missing", _D, "codes/10305", "An assets binding needs assets."
)
SESSION_MISSING = _refuse(
    10343, 404, "asset-session-missing", _D, "codes/10343", "Asset manifest not found."
)
ASSET_TOKEN = _refuse(
    10000, 401, "asset-token", _O,
    "wrangler's expiry message follows a failed upload; 401 for an expired token as REFERENCE of"
    " direct uploads describes a token of one hour",
    "Authentication error: the asset upload token is invalid or expired",
)  # fmt: skip
COMPLETION_TOKEN = _refuse(
    10305, 400, "completion-token", _A,
    "codes/10305 covers a missing assets.jwt; a token that is expired, forged, of a session that"
    " is not complete or of another script is assumed to count as missing",
    "The assets completion token is not valid for this Worker.",
)  # fmt: skip
ASSET_UNKNOWN = _refuse(
    10304, 400, "asset-unknown", _A, "no page has it",
    "An uploaded file is not in the manifest of its session.",
)  # fmt: skip
ASSET_CONTENT = _refuse(
    10304, 400, "asset-content", _A, "direct-upload page: the body is base64",
    "An uploaded file is not base64, or has another size than the manifest says.",
)  # fmt: skip

# routes, domains, schedules, queues, workflows
ROUTE_MISSING = _refuse(10009, 404, "route-missing", _D, "codes/10009", "Route not found.")
ROUTE_TARGET = _refuse(
    10019, 400, "route-target", _D, "codes/10019 (status assumed)",
    "Cannot configure route because the Worker does not exist.",
)  # fmt: skip
ROUTE_EXISTS = _refuse(
    10020, 409, "route-exists", _D, "codes/10020 (status assumed)",
    "A route with this pattern already exists on this zone.",
)  # fmt: skip
ROUTE_PATTERN = _refuse(10022, 400, "route-pattern", _D, "codes/10022", "Invalid route pattern.")
ZONE_MISSING = _refuse(
    10082, 404, "zone-missing", _A, "no page has it", "The zone does not exist on your account."
)
CRON_LIMIT = _refuse(10072, 400, "cron-limit", _D, "codes/10072", "Cron trigger limit reached.")
CRON_INVALID = _refuse(
    10026, 400, "cron-invalid", _A, "no page has it", "Invalid cron expression."
)
DOMAIN_HOSTNAME = _refuse(
    100111, 400, "domain-hostname", _D, "codes/100111", "Missing hostname for custom domain."
)
DOMAIN_ZONE = _refuse(
    100112, 400, "domain-zone", _D, "codes/100112 (status assumed)",
    "Hostname does not belong to a zone of this account.",
)  # fmt: skip
DOMAIN_MISSING = _refuse(
    100114, 404, "domain-missing", _D, "codes/100114 (status assumed)",
    "Custom domain not found.",
)  # fmt: skip
DOMAIN_TAKEN = _refuse(
    100116, 409, "domain-taken", _D, "codes/100116 (status assumed)",
    "Hostname is already configured as a custom domain of another Worker.",
)  # fmt: skip
DOMAIN_DNS = _refuse(
    100117, 409, "domain-dns", _D, "codes/100117",
    "Hostname has existing DNS records that conflict.",
)  # fmt: skip
QUEUE_TAKEN = _refuse(
    11009, 409, "queue-taken", _D, "codes/11009 (status assumed)", "Queue name already exists."
)
QUEUE_CONSUMER_TAKEN = _refuse(
    11004, 409, "queue-consumer-taken", _D, "codes/11004 (status assumed)",
    "Queue already has a consumer.",
)  # fmt: skip
QUEUE_HANDLER = _refuse(
    11001, 400, "queue-handler", _D,
    "codes/11001; whether there is a handler is told from the script's text",
    "Queue consumer is missing a queue handler.",
)  # fmt: skip
QUEUE_UNKNOWN = _refuse(11000, 404, "queue-unknown", _D, "codes/11000", "Queue not found.")
WORKFLOW_MISSING = _refuse(
    10200, 404, "workflow-missing", _O, "recorded requests of wrangler 4.164.0; status assumed",
    "workflow.not_found",
)  # fmt: skip

# account
SUBDOMAIN_NONE = _refuse(
    10007, 404, "subdomain-none", _O, "wrangler 4.164.0: no workers.dev subdomain yet",
    "There is no workers.dev subdomain on this account.",
)  # fmt: skip
SUBDOMAIN_TAKEN = _refuse(
    10031, 409, "subdomain-taken", _D, "codes/10031 (status assumed)", "Subdomain is unavailable."
)
SUBDOMAIN_FREE = _refuse(
    10032, 404, "subdomain-free", _D, "codes/10032 (status assumed)",
    "Subdomain is available but not configured.",
)  # fmt: skip
SUBDOMAIN_INVALID = _refuse(
    10033, 400, "subdomain-invalid", _D, "codes/10033", "Subdomain is invalid."
)
NAMESPACE_SCRIPT_MISSING = _refuse(
    10092, 404, "namespace-script-missing", _O, "wrangler 4.164.0 takes 10092 for a new script",
    "workers.api.error.script_not_found_in_namespace",
)  # fmt: skip
NAMESPACE_MISSING = _refuse(
    100119, 404, "namespace-missing", _A, "third-party clients; no page has it",
    "dispatch namespace not found",
)  # fmt: skip
RESOURCE_UNKNOWN = _refuse(
    10006, 404, "resource-unknown", _A, "the products' own codes are not played",
    "The resource does not exist on your account.",
)  # fmt: skip
TAIL_MISSING = _refuse(
    10058, 404, "tail-missing", _D, "codes/10058 (status assumed)", "Tail not found or expired."
)
