"""What a run must keep to, whatever happens to its requests."""

from typing import Any

from fakes.cloudflare import content_of
from fakes.runs import Run, Runner

# What may stand in the place of an answer, with the effect done or not. Each of them passes when
# the request is sent again.
PASSING: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "500 after": {"kind": "status", "status": 500, "when": "after"},
    "page": {"kind": "html", "status": 502},
    "page after": {"kind": "html", "status": 502, "when": "after"},
    "no body": {"kind": "empty", "status": 200},
    "no body after": {"kind": "empty", "status": 200, "when": "after"},
    "reset": {"kind": "reset"},
    "lost": {"kind": "lost"},
    "429": {"kind": "status", "status": 429, "code": 971},
    "429 and when": {"kind": "status", "status": 429, "headers": {"Retry-After": "7"}},
    "null": {"kind": "null-result"},
    "cut": {"kind": "malformed"},
    "nulls": {"kind": "errors-null"},
    "busy": {"kind": "status", "status": 409, "code": 10035},
}
# What a request that never passes is tried with; the rest of them end in the same ways.
FOR_GOOD = ("500", "500 after", "lost", "null")
# These end a run.
FINAL: dict[str, dict[str, Any]] = {
    "refused": {"kind": "status", "status": 400, "code": 10021, "message": "Not so."},
    "forbidden": {"kind": "status", "status": 403, "code": 10000},
    "unknown": {"kind": "status", "status": 404, "code": 10007},
    "other token": {"kind": "expired-token"},
}
FIRST_WRITES = (
    "POST assets-upload-session",
    "POST assets/upload",
    "PUT workers/scripts/*",
    "PATCH script-settings",
    "POST subdomain",
)
UPDATE_WRITES = (
    "POST assets-upload-session",
    "POST assets/upload",
    "POST versions",
    "PATCH script-settings",
    "POST subdomain",
    "POST deployments",
)
READS = (
    "GET deployments",
    "GET versions",
    "GET versions/*",
    "GET script-settings",
    "GET workers/scripts/*/subdomain",
    "GET workers/workers/*",
)
EXIT_CODES = {
    "deployed": {0},
    "unchanged": {0},
    "failed": {1, 2, 3, 4, 5, 6, 7, 130, 143},
    "reverted": {4, 5, 6},
    "partial": {1, 4, 5, 6, 130, 143},
}


def change_everything(runner: Runner) -> None:
    """Change all that a deploy writes."""
    runner.checkout.module("export default { fetch() { return new Response('two') } };\n")
    runner.checkout.assets(index_html="<h1>two</h1>", app_js="console.log(2)")
    runner.checkout.config(logpush=False, preview_urls=True, vars={"GREETING": "servus"})
    runner.knows(STRIPE_KEY="sk_live_another")


def go_back(runner: Runner) -> None:
    """Deploy another state than the changed one."""
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    runner.checkout.module().config(logpush=True, preview_urls=False, vars={"GREETING": "hello"})
    run = runner.fast("deploy")
    assert run.exit_code == 0, run.log


def wanted_of(runner: Runner) -> dict[str, Any] | None:
    """Return what is served after the deploy of this checkout when nothing fails."""
    assert runner.fast("deploy").exit_code == 0
    return runner.cloudflare.served()


def assert_honest(
    runner: Runner,
    run: Run,
    *,
    former: dict[str, Any] | None,
    wanted: dict[str, Any] | None,
    note: str,
) -> None:
    """Fail where a run ends in a way that is not documented, or says what is not so."""
    served = runner.cloudflare.served()
    assert run.exit_code in EXIT_CODES[run.outcome], f"{run.outcome}, exit {run.exit_code}: {note}"
    assert run.report["exit_code"] == run.exit_code, note
    assert run.report["outcome"] == run.outcome, note
    match run.outcome:
        case "deployed" | "unchanged":
            assert served == wanted, f"said to be deployed: {note}"
        case "failed" | "reverted":
            assert served == former, f"said to be as before: {note}"
        case _:
            _assert_told(runner, run)


def _assert_told(runner: Runner, run: Run) -> None:
    """Of a partial deploy: what serves is what the outputs say, or is said to be not known.

    An upload that was sent twice, both answers lost, may be named by the id of its twin.
    """
    assert run.report["live"], run.log
    if "not known" in run.report["live"]:
        return
    versions = {version["id"]: version for version in runner.cloudflare.versions()}
    assert versions, run.log
    serving = versions[runner.cloudflare.script()["live_versions"][0][0]]
    told = versions.get(run.outputs.get("live-version-id", ""))
    assert told is not None, run.log
    assert content_of(told) == content_of(serving), run.log


def assert_converges(runner: Runner, wanted: dict[str, Any] | None) -> None:
    """Fail where a run without faults does not mend everything."""
    runner.cloudflare.faults()
    mending = runner.fast("deploy")
    assert mending.exit_code == 0, mending.log
    assert runner.cloudflare.served() == wanted, mending.log
