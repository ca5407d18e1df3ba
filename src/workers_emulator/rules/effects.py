"""The rules that do not refuse but decide what an answer or the state is."""

from workers_emulator.rules import account_rules as account_rulebook
from workers_emulator.rules import binding_rules as binding_rulebook
from workers_emulator.rules import script_rules as rulebook
from workers_emulator.rules.rules import Known, Rule

_S, _D, _O, _A = Known.SEEN, Known.DOCUMENTED, Known.OBSERVED, Known.ASSUMED


def _plays(id_: str, known: Known, source: str, says: str) -> Rule:
    return Rule(id=id_, says=says, known=known, source=source)


BEHAVIOURS = (
    _plays(
        "keep-bindings-absent", _A,
        "wrangler deploys without keep_bindings and secrets survive; another client's notes say"
        " the opposite",
        "An upload without keep_bindings keeps the secrets of the former upload.",
    ),
    _plays(
        "keep-bindings-listed", _D, "SDK 5.9.0: binding types to keep from the previous upload",
        "keep_bindings carries over the bindings of exactly these types from the latest version.",
    ),
    _plays(
        "inherit-latest", _D, "SDK 5.9.0",
        "An inherit binding without version_id takes the latest version's binding.",
    ),
    _plays(
        "inherit-dropped", _D, "SDK 5.9.0: without bindings_inherit=strict",
        "An inherit binding that resolves to nothing is dropped silently.",
    ),
    _plays(
        "replace-versioned", _D, "multipart-metadata page; SDK 5.9.0",
        "What an upload leaves out is gone; the compatibility date becomes 2021-11-02.",
    ),
    _plays(
        "reads-answer-latest", _O, "wrangler's changelog on secrets and settings",
        "GET settings, secrets and content answer for the latest version, deployed or not.",
    ),
    _plays(
        "content-of-latest", _A, "not documented which version it is",
        "GET content answers for the latest version; PUT content makes a new version of it.",
    ),
    _plays(
        "put-unversioned", _A,
        "wrangler sends these on PUT; SDK 5.9.0 has them in the metadata",
        "PUT script resets logpush, observability, tail consumers that it leaves out; tags stay.",
    ),
    _plays(
        "observability-null", _A, "SDK 5.9.0: observability may be null, sent and answered",
        "observability that was never set, or set to null, is answered as null.",
    ),
    _plays(
        "observability-nulls", _A,
        "Terraform's provider: the API does not consistently echo fields back; SDK 5.9.0 lets all"
        " of them be null",
        "Fields of observability that were not sent are answered as null; of logs, `enabled` as"
        " observability's own and `invocation_logs` as true, since OpenAPI requires both.",
    ),
    _plays(
        "propagation-policy-null", _O,
        "Terraform's provider: null in answers unless the account has the feature, whatever was"
        " sent",
        "observability.traces.propagation_policy is answered as null.",
    ),
    _plays(
        "tags-order", _A, "whether the order is kept is not known",
        "The tags of a script are answered in another order than they were sent.",
    ),
    _plays(
        "placement-read-back", _S,
        "workers-sdk pull request 13843: GET versions/{id} of a Worker placed by region; that"
        " hostname and host look the same is assumed",
        "A placement by target is answered as mode targeted and a list of one target with its"
        " type; resources.script has placement_mode as well.",
    ),
    _plays(
        "placement-in-settings", _S,
        "a capture of GET settings; one report saw no target at all",
        "GET settings answers a number for the target of a placement.",
    ),
    _plays(
        "bindings-read-back", _S,
        "captures of GET versions/{id} and GET settings; the ids of Durable Object namespaces and"
        " of queues that were not made here are invented",
        "Bindings are answered by name, with ids that were not sent: database_id, queue_id,"
        " namespace_id.",
    ),
    _plays(
        "version-tells-assets", _S,
        "captures of GET versions/{id}; what is in the object is assumed",
        "resources.script_runtime has assets where the version has some, and its cache_options.",
    ),
    _plays(
        "observability-parts", _A,
        "the pages on traces and on exporting to other services show logs and traces without the "
        "outer `enabled`, and wrangler sends what is written; SDK 5.9.0 has it as required",
        "observability may name any of its parts; none has to be there.",
    ),
    _plays(
        "annotations-not-inherited", _D, "SDK 5.9.0: settings update",
        "A version made by a change of settings or secrets has no message or tag of the former.",
    ),
    _plays(
        "message-cut", _D, "SDK 5.9.0", "workers/message is cut to 1000 bytes.",
    ),
    _plays(
        "tag-cut", _A, "SDK 5.9.0: 100 bytes at most; that the rest is cut, as of a message, is"
        " what third parties report",
        "workers/tag is cut to 100 bytes.",
    ),
    _plays(
        "annotations-on-put", _A,
        "wrangler and SDK 5.9.0 send them, the multipart-metadata page says there are none",
        "PUT script and PATCH settings keep annotations (can be switched off).",
    ),
    _plays(
        "keep-assets-config", _A, "not documented",
        "keep_assets keeps the former configuration of the assets unless a new one is sent.",
    ),
    _plays(
        "subdomain-dated-header", _O, "wrangler 4.164.0 relies on it",
        "With Cloudflare-Workers-Script-Api-Date 2025-08-01 a missing previews_enabled follows"
        " enabled.",
    ),
    _plays(
        "subdomain-undated", _A, "the default without the dated header is not documented",
        "Without the dated header a missing previews_enabled stays as it is.",
    ),
    _plays(
        "session-known-hashes", _D, "direct-upload page",
        "Files that the account has already are in no bucket; none missing: the session token is"
        " the completion token.",
    ),
    _plays(
        "known-hashes-forever", _A, "a documentation change speaks of the last 100,000 uploads",
        "A stored file is never forgotten.",
    ),
    _plays(
        "bucket-size", _A, "workers-sdk issue 14964: about 157 files a bucket",
        "Buckets have 157 files or 40 MiB, whichever is reached first.",
    ),
    _plays(
        "upload-statuses", _D, "direct-upload page; the OpenAPI says 200",
        "202 while files are missing, 201 with the completion token after the last.",
    ),
    _plays(
        "asset-upload-not-counted", _A, "the session's token is not the API token",
        "Requests with an asset token do not use up the API token's rate limit.",
    ),
    _plays(
        "rate-limit-block", _D, "rate limits page 2026-04",
        "Beyond the limit every call is refused for the length of the window.",
    ),
    _plays(
        "latest-fully-deployed", _O, "wrangler 4.164.0: 'the latest version … isn't currently"
        " deployed'",
        "Secrets and settings can be edited only while the latest version gets all traffic.",
    ),
    _plays(
        "latest-beside-none", _A, "0 % is allowed (gradual deployments page); not what it blocks",
        "A version deployed at 0 % beside the latest one does not keep that from being edited.",
    ),
    _plays(
        "forced-secrets", _A, "not documented",
        "With force=true the version's own secret values serve.",
    ),
    _plays(
        "deployable-window", _D, "changelog 2025-09-11", "The newest 100 versions can be deployed.",
    ),
    _plays(
        "preview-durable-objects", _D, "previews page",
        "A version with Durable Objects of its own has no preview.",
    ),
    _plays(
        "put-deploys", _D, "REST reference: upload worker module",
        "PUT script, PUT content, PATCH settings and secret edits make a version and deploy it.",
    ),
    _plays(
        "resources-exist", _A, "a choice of the emulator",
        "KV namespaces, R2 buckets and D1 databases exist when asked for, unless check_resources.",
    ),
    _plays(
        "zones-unseen", _A, "not known: it may be a refusal as well",
        "A token that may not see zones is answered a list of none.",
    ),
    _plays(
        "rights-of-all-bindings", _A, "not documented for bindings that are inherited or kept",
        "A token needs the right for every binding of the new version, those that stay too.",
    ),
    _plays(
        "tunnel-right", _D, "cloudflare-docs pull request 29945; that its refusal is as that of"
        " other VPC bindings is assumed",
        "A vpc_network by tunnel_id needs Connectivity Directory Admin; Bind is for the others.",
    ),
    _plays(
        "syntax-unchecked", _A, "a limit of the emulator",
        "Without check_syntax JavaScript is not compiled at upload: a syntax error and an import"
        " of a module that was not sent show when the script runs.",
    ),
    _plays(
        "syntax-of-node", _A, "a limit of the emulator: the two V8s may be of other versions",
        "With check_syntax what Node compiles is what Cloudflare compiles.",
    ),
    _plays(
        "packages-unchecked", _A, "a limit of the emulator",
        "An import of a package or of a module of the runtime is not looked up at upload.",
    ),
    _plays(
        "handlers-from-text", _A, "a limit of the emulator",
        "Event handlers and exported classes are found in the script's text.",
    ),
    _plays(
        "settings-patch-version", _D, "SDK 5.9.0",
        "PATCH settings makes a new version even where only unversioned fields change.",
    ),
    _plays(
        "settings-patch-bindings", _D, "SDK 5.9.0",
        "bindings in PATCH settings replace the whole list, secrets included.",
    ),
    _plays(
        "triggered-by", _O,
        "third parties saw upload, version_upload, deployment and secret in live answers;"
        " settings is assumed",
        "workers/triggered_by tells what made a version: upload, version_upload, secret, settings.",
    ),
    _plays(
        "delete-envelope", _A, "the reference says that a successful delete has no body",
        "A successful delete answers with the envelope and a result of null.",
    ),
    _plays(
        "service-environment", _A,
        "the captured sentence of 10144 names one; GET workers/services answers `production` alone",
        "A script has no other environment than production: a binding to another is refused.",
    ),
    _plays(
        "service-live", _D,
        "version-affinity page: a subrequest by a service binding is shared by the deployment's"
        " percentages; that a preview calls live versions too is assumed",
        "A binding to another script calls a version that is live when it is called, also from a"
        " version that is not live itself.",
    ),
    _plays(
        "service-override", _A,
        "cloudflare-docs pull request 30733, not merged: an override is not passed on by itself",
        "Cloudflare-Workers-Version-Overrides asks a version of the script that is visited, and"
        " none of those that it calls.",
    ),
    _plays(
        "override-form", _D, "gradual deployments page: a dictionary of structured headers",
        "Cloudflare-Workers-Version-Overrides is ignored whole where any part of it is malformed.",
    ),
    _plays(
        "override-delay", _D, "gradual deployments page: a change takes about two seconds",
        "An override is ignored for two seconds after the deployment was made.",
    ),
    _plays(
        "version-key", _D, "gradual deployments page, version affinity; that the newest version"
        " has the lowest keys, so that they stay while its share grows, is assumed",
        "Requests with the same Cloudflare-Workers-Version-Key get the same version of a split.",
    ),
    _plays(
        "cron-grammar", _D, "cron triggers page, supported cron expressions; that a 0 is no"
        " weekday was seen",
        "Five fields of numbers in their range, names, lists, ranges and steps; L, W and # where"
        " they mean something.",
    ),
    _plays(
        "service-gone", _A, "not documented",
        "A call to a script that was deleted, or has no live version, throws an error.",
    ),
    _plays(
        "run-url", _A, "a choice of the emulator",
        "workers/workers reports a loopback URL where the script runs.",
    ),
)  # fmt: skip


def all_rules() -> tuple[Rule, ...]:
    """Return every rule of the emulator, those that refuse first."""
    refusing: list[Rule] = []
    books = (rulebook, binding_rulebook, account_rulebook)
    for value in (value for book in books for value in vars(book).values()):
        if isinstance(value, Rule):
            refusing.append(value)
        elif isinstance(value, dict):
            refusing.extend(v for v in value.values() if isinstance(v, Rule))
    return (*refusing, *BEHAVIOURS)
