"""The rules that refuse: Cloudflare's code, HTTP status, and how each is known.

`codes/N` stands for the page https://developers.cloudflare.com/workers/platform/error-codes/N.
"""

from workers_emulator.rules.rules import Known, Rule

_D, _O, _A = Known.DOCUMENTED, Known.OBSERVED, Known.ASSUMED


def refuses(code: int, status: int, id_: str, known: Known, source: str, says: str) -> Rule:
    """Return the rule of one refusal."""
    return Rule(id=id_, says=says, known=known, source=source, code=code, status=status)


# request and authentication
AUTHENTICATION = refuses(10000, 403, "authentication", _D, "codes/10000", "Authentication error")
NO_ROUTE = refuses(
    7003, 404, "no-route", _O, "third-party observation of the live API",
    "Could not route to this path, perhaps your object identifier is invalid?",
)  # fmt: skip
NO_METHOD = refuses(
    7001, 405, "no-method", _A, "general knowledge of the v4 API",
    "This method is not available for that URI.",
)  # fmt: skip
RATE_LIMITED = refuses(
    971, 429, "rate-limited", _O, "workers-sdk issues 6607, 10025; rate limits page",
    "Please wait and consider throttling your request speed",
)  # fmt: skip
CONTENT_TYPE = refuses(
    10001, 415, "content-type", _D, "codes/10001",
    "Content-Type must be one of: multipart/form-data.",
)  # fmt: skip
BAD_PARAMETER = refuses(10004, 400, "bad-parameter", _D, "codes/10004", "A parameter is malformed.")
UPLOAD_FORMAT = refuses(
    10006, 400, "upload-format", _D, "codes/10006",
    "Failed to parse Worker upload. The upload format is invalid or corrupted.",
)  # fmt: skip
BAD_BODY = refuses(10026, 400, "bad-body", _D, "codes/10026", "Could not parse request body.")

# scripts
SCRIPT_MISSING = refuses(
    10007, 404, "script-missing", _D, "codes/10007",
    "This Worker does not exist on your account.",
)  # fmt: skip
SERVICE_MISSING = refuses(
    10090, 404, "service-missing", _D, "codes/10090",
    "This Worker does not exist on your account.",
)  # fmt: skip
SCRIPT_NAME = refuses(
    10016, 400, "script-name", _D,
    "codes/10016; the pattern is the OpenAPI's, which allows `_` and a leading digit as wrangler"
    " does, while the page does not",
    "Invalid Worker name. Names must be lowercase and contain only letters, digits, `_` and `-`.",
)  # fmt: skip
VALIDATION = refuses(
    10021, 400, "validation", _D, "codes/10021", "The Worker could not be validated."
)
IMPORT_MISSING = refuses(
    10021, 400, "import-missing", _D,
    "codes/10021: an import that can't be resolved; the message is workerd's own",
    "No such module.",
)  # fmt: skip
MAIN_MODULE_MISSING = refuses(
    10021, 400, "main-module-missing", _A,
    "the service loads the script and finds no such module; codes/10006 names the same cause"
    " under 10006: the sources disagree",
    "No such module.",
)  # fmt: skip
MAIN_MODULE_FORMAT = refuses(
    10021, 400, "main-module-format", _A, "workerd's own message",
    "Main module must be an ES module.",
)  # fmt: skip
ANNOTATION_TOO_LONG = refuses(
    10021, 400, "version-annotation-length", _A,
    "SDK 5.9.0 has the most bytes of each; what happens above is not said",
    "An annotation is too long.",
)  # fmt: skip
ASSETS_ONLY_BINDINGS = refuses(
    10021, 400, "assets-only-bindings", _A,
    "wrangler refuses an assets binding without a script; the dashboard says that variables"
    " cannot be added to a Worker that has only static assets",
    "Bindings cannot be added to a Worker that only has static assets.",
)  # fmt: skip
WORKER_FIRST_WITHOUT_SCRIPT = refuses(
    10021, 400, "run-worker-first-without-script", _A, "wrangler 4.164.0 refuses it on its side",
    "run_worker_first needs a Worker script.",
)  # fmt: skip
TOO_LARGE = refuses(
    10027, 400, "script-too-large", _D, "codes/10027; limits page 2026: 64 MiB uncompressed",
    "Worker exceeds the size limit.",
)  # fmt: skip
TOO_MANY_SCRIPTS = refuses(10037, 403, "script-limit", _D, "codes/10037", "Worker limit reached.")
SCRIPT_EXISTS = refuses(
    10040, 409, "script-exists", _D, "codes/10040", "A Worker of this name already exists."
)
NO_SUBDOMAIN_YET = refuses(
    10063, 403, "subdomain-required", _D, "codes/10063",
    "A workers.dev subdomain is required. Visit the Workers dashboard to create one.",
)  # fmt: skip
NO_HANDLERS = refuses(
    10068, 400, "no-handlers", _D,
    "codes/10068; whether a script exports something is told from its text alone",
    "Worker has no event handlers. Export a fetch handler, scheduled handler or class.",
)  # fmt: skip
NAME_TOO_LONG_FOR_DNS = refuses(
    100132, 400, "name-too-long-for-dns", _D, "codes/100132",
    "A name of more than 63 characters cannot be a workers.dev subdomain.",
)  # fmt: skip
REFERENCED = refuses(
    10142, 400, "script-referenced", _D, "codes/10142",
    "Cannot delete Worker because it is still referenced by service bindings.",
)  # fmt: skip
CPU_LIMIT_MODEL = refuses(
    10205, 400, "cpu-limit-model", _D, "codes/10205",
    "CPU limits can only be set with the standard usage model.",
)  # fmt: skip
CPU_LIMIT_TOO_HIGH = refuses(
    10206, 400, "cpu-limit-too-high", _D, "codes/10206; limits page: 5 minutes",
    "The CPU limit is above the maximum of 300000 ms.",
)  # fmt: skip
SCRIPT_TAG_TOO_LONG = refuses(
    100102, 400, "script-tag-length", _D, "codes/100102", "A tag has more than 128 bytes."
)
TOO_MANY_TAGS = refuses(
    100103, 403, "script-tag-count", _D,
    "codes/100103; Workers for Platforms page: 8 tags per script", "Too many tags.",
)  # fmt: skip
TAIL_CONSUMER_MISSING = refuses(
    10203, 404, "tail-consumer-missing", _D, "codes/10203",
    "Tail Worker not found on this account.",
)  # fmt: skip
SELF_TAIL = refuses(
    10204, 400, "self-tail", _D, "codes/10204",
    "A Worker with only a tail handler cannot tail itself.",
)  # fmt: skip

# bindings
BINDING_NAME_MISSING = refuses(
    10052, 400, "binding-name-missing", _D, "codes/10052", "Binding must have a name."
)
BINDING_NAME_TAKEN = refuses(
    10053, 400, "binding-name-taken", _D, "codes/10053", "Binding name is already in use."
)
TEXT_TOO_LARGE = refuses(
    10054, 400, "text-too-large", _D, "codes/10054: 5 KB", "Text binding is too large."
)
TOO_MANY_TEXTS = refuses(
    10055, 400, "too-many-texts", _D, "codes/10055: 64 free, 128 paid", "Too many text bindings."
)
BINDING_MISSING = refuses(10056, 404, "binding-missing", _D, "codes/10056", "Binding not found.")
INHERIT_UNRESOLVED = refuses(
    10057, 400, "inherit-unresolved", _O,
    "wrangler 4.164.0 parses `inherit binding 'X' is invalid`, one error per name; the HTTP"
    " status is assumed",
    "inherit binding is invalid",
)  # fmt: skip
BINDING_NAME_TOO_LONG = refuses(
    10100, 400, "binding-name-length", _D, "codes/10100; the limit of 255 is assumed",
    "Binding name exceeds the character limit.",
)  # fmt: skip
BINDING_TYPE = refuses(
    100153, 400, "binding-type", _D, "codes/100153", "Binding type is not valid."
)
BINDING_FIELD = refuses(
    10021, 400, "binding-field", _D, "codes/10021: missing required binding properties",
    "Binding is missing a required property.",
)  # fmt: skip
CLASS_NOT_MIGRATED = refuses(
    10061, 400, "class-not-migrated", _D,
    "codes/10061; the sentence is that of the live API in workers-sdk issues",
    "Cannot create binding for a class that is not configured to implement Durable Objects.",
)  # fmt: skip
CLASS_NOT_EXPORTED = refuses(
    10070, 404, "class-not-exported", _D, "codes/10070; looked for in the script's text",
    "Durable Object class is not exported by this Worker.",
)  # fmt: skip
MIGRATION = refuses(10074, 400, "migration", _D, "codes/10074", "Migration cannot be applied.")

# versions, deployments, secrets
VERSION_MISSING = refuses(
    100146, 404, "version-missing", _O, "third-party observation; wrangler's tests",
    "Worker version not found.",
)  # fmt: skip
NO_VERSIONS = refuses(10222, 404, "no-versions", _D, "codes/10222", "Worker has no versions.")
DEPLOYMENT_INVALID = refuses(
    10210, 400, "deployment-invalid", _D, "codes/10210", "Invalid deployment"
)
VERSION_MIGRATIONS = refuses(
    10211, 400, "version-migrations", _D, "codes/10211",
    "Versions with Durable Object migrations cannot be uploaded. Deploy the migration first.",
)  # fmt: skip
MIGRATION_IN_SPLIT = refuses(
    10211, 400, "migration-in-split", Known.SEEN,
    "captured: a migration while two versions are deployed; the sentence is assumed, and that the"
    " code is for `migrations`, as 100405 is for `exports`",
    "Durable Object migrations cannot be applied while a gradual deployment is in progress.",
)  # fmt: skip
EXPORTS_IN_SPLIT = refuses(
    100405, 400, "exports-in-split", _O,
    "wrangler 4.164.0 (versions deploy), with its own sentence; captured for a changed class in a"
    " split; the HTTP status is assumed",
    "All versions in a multi-version deployment must declare identical `exports`.",
)  # fmt: skip
VERSION_FORMAT = refuses(
    10216, 400, "version-format", _D, "codes/10216",
    "Version uploads require ES Modules syntax.",
)  # fmt: skip
EDIT_BEHIND_LATEST = refuses(
    10214, 400, "settings-edit-needs-latest", _O,
    "workers-sdk issue 12392, wrangler 4.164.0; the HTTP status is assumed",
    "Script edit failed. You attempted to modify this Worker's settings, but the latest version"
    " isn't currently deployed.",
)  # fmt: skip
SECRET_BEHIND_LATEST = refuses(
    10215, 400, "secret-edit-needs-latest", _O,
    "wrangler 4.164.0 (secret put and delete); the HTTP status is assumed",
    "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker"
    " isn't currently deployed.",
)  # fmt: skip
SECRETS_CHANGED = refuses(
    10220, 400, "secrets-changed", _O,
    "wrangler 4.164.0 rollback reads the names after this sentence; HTTP status assumed, and that"
    " a version is held against the newest one that gets traffic",
    "The following secrets have changed:",
)  # fmt: skip
DEPLOYMENT_MISSING = refuses(
    10336, 404, "deployment-missing", _D, "codes/10336", "Deployment not found."
)
DEPLOYMENT_ACTIVE = refuses(
    10338, 404, "deployment-active", _D, "codes/10338",
    "The active deployment cannot be deleted.",
)  # fmt: skip
VERSION_LATEST = refuses(
    10339, 400, "version-latest", _D, "codes/10339",
    "The latest version and deployed versions cannot be deleted.",
)  # fmt: skip
PLACED_BY_REGION = refuses(
    10013, 500, "placed-by-region", Known.SEEN,
    "workers-sdk issue 15642: GET workers/workers/{name}/versions/{id}, open in 2026-09",
    "invalid placement target type",
)  # fmt: skip

# assets
MANIFEST = refuses(10304, 400, "manifest", _D, "codes/10304", "Asset manifest is invalid")
ASSETS_MISSING = refuses(
    10305, 400, "assets-missing", _D, "codes/10305", "An assets binding needs assets."
)
REDIRECTS_FILE = refuses(
    100324, 400, "redirects-file", Known.SEEN,
    "workers-sdk issues 15624 and 10992 (an older answer has 10021); the HTTP status is assumed,"
    " and that another path than / before * is the same",
    "Invalid _redirects configuration",
)  # fmt: skip
HEADERS_FILE = refuses(
    100324, 400, "headers-file", Known.SEEN, "workers-sdk issue 14547; the HTTP status is assumed",
    "Invalid _headers configuration",
)  # fmt: skip
SESSION_MISSING = refuses(
    10343, 404, "asset-session-missing", _D, "codes/10343", "Asset manifest not found."
)
ASSET_TOKEN = refuses(
    10000, 401, "asset-token", _A,
    "direct-upload page: a session's token is valid for one hour; the answer after it is assumed",
    "Authentication error: the asset upload token is invalid or expired",
)  # fmt: skip
COMPLETION_TOKEN = refuses(
    10305, 400, "completion-token", _A,
    "codes/10305 covers a missing assets.jwt; a token that is expired, forged, of a session that"
    " is not complete or of another script is assumed to count as missing",
    "The assets completion token is not valid for this Worker.",
)  # fmt: skip
ASSET_UNKNOWN = refuses(
    10304, 400, "asset-unknown", _A, "no page has it",
    "An uploaded file is not in the manifest of its session.",
)  # fmt: skip
ASSET_CONTENT = refuses(
    10304, 400, "asset-content", _A, "direct-upload page: the body is base64",
    "An uploaded file is not base64, or has another size than the manifest says.",
)  # fmt: skip
