"""A deploy of everything, one of whose steps fails for good, and how the account looks then."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from fakes.chaos import EXIT_CODES
from fakes.checkout import Checkout, full
from fakes.cloudflare import Cloudflare, content_of
from fakes.runs import Run, Runner
from fakes.site import Site
from fakes.wrangler import upload

REFUSED = {"kind": "status", "status": 400, "code": 10021, "message": "Not so."}
UNANSWERED = {"kind": "status", "status": 503}
LOST = {"kind": "lost"}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "refused": REFUSED,
    "unanswered": UNANSWERED,
    "lost": LOST,
}
MAX_ATTEMPTS = 2
SECRETS = {"STRIPE_KEY": "sk_live_51Hv0xSecret", "MAIL_KEY": "mail-0b5e-value"}
MODULE = (
    "export default { fetch() { return new Response('%s') }, async scheduled() {},"
    " async queue() {} };\n"
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One way in which one step of a deploy fails."""

    title: str  # of the step, as the report has it
    route: str  # of the request that fails, or before which someone deploys
    nth: int = 1
    fault: Mapping[str, Any] = field(default_factory=dict)
    probe: str = ""  # "refused", "unanswered" or, where the script answers, ""
    mismatch: bool = False  # a binding is missing from what is read


def _request(title: str, route: str, kind: str, nth: int = 1) -> Cell:
    return Cell(title=title, route=route, nth=nth, fault=KINDS[kind])


_ROUTES: Mapping[str, tuple[str, ...]] = {
    "Assets": ("POST assets-upload-session", "POST assets/upload"),
    "Version": ("POST versions",),
    "Script": ("PUT workers/scripts/shop",),
    "Settings": ("PATCH script-settings",),
    "Usage model": ("PUT usage-model",),
    "Subdomain": ("POST subdomain",),
    "Deployment": ("POST deployments",),
    "Schedules": ("PUT schedules",),
    "Routes": ("PUT scripts/shop/routes",),
    "Domain": ("PUT workers/domains",),
    "Queue consumer": ("POST consumers", "PUT consumers/*"),
}
STEPS = (*_ROUTES, "Check", "Probe")
# The upload of a new script carries its settings.
_NOT_FIRST = ("POST versions", "POST deployments", "PUT consumers/*", "PATCH script-settings")
_ONLY_FIRST = ("PUT workers/scripts/shop", "POST consumers")


def cells_of(step: str, *, is_first: bool) -> list[Cell]:
    """Return the ways in which a step fails; none where such a deploy has no such step."""
    match step:
        case "Check":
            route, nth = "GET versions/*", 1 if is_first else 2  # an update's plan reads it too
            failing = [_request(step, route, kind, nth) for kind in ("refused", "unanswered")]
            return [*failing, Cell(title=step, route=route, nth=nth, mismatch=True)]
        case "Probe":
            # Others deploy as the check's last read goes on; an update's plan reads it as well.
            route, nth = "GET workers/workers/shop", 1 if is_first else 2
            kinds = ("refused", "unanswered")
            return [Cell(title=step, route=route, nth=nth, probe=kind) for kind in kinds]
        case _:
            foreign = _NOT_FIRST if is_first else _ONLY_FIRST
            routes = [route for route in _ROUTES[step] if route not in foreign]
            return [_request(step, route, kind) for route in routes for kind in KINDS]


def configure(checkout: Checkout, *, is_new: bool) -> None:
    """Write a project that names everything which a deploy sets, in its old or its new state."""
    word = "two" if is_new else "one"
    checkout.module(MODULE % word).assets(index_html=f"<h1>{word}</h1>", app_js=f"'{word}'")
    checkout.config(
        logpush=is_new,
        preview_urls=is_new,
        vars={"GREETING": word},
        triggers={"crons": ["5 4 * * *" if is_new else "0 * * * *"]},
        routes=[
            f"example.com/{word}/*",
            {"pattern": f"{word}.example.com", "custom_domain": True},
        ],
        queues={"consumers": [{"queue": "orders", "max_batch_size": 20 if is_new else 10}]},
    )


class Account:
    """An account that can be put back to what it was, faster than by deploys."""

    def __init__(self, cloudflare: Cloudflare, folder: Path) -> None:
        self.cloudflare = cloudflare
        self.runner = Runner(full(folder / "checkout"), cloudflare, folder / "files")
        self.runner.knows(**SECRETS)
        cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
        self._states = {True: cloudflare.account.state}
        self.wanted = {True: self._deployed(is_new=True)}
        cloudflare.account.write(self._states[True])
        configure(self.runner.checkout, is_new=False)
        self._deploy(cpu_ms=10)
        self.theirs = cloudflare.live()["id"]
        self.runner.checkout.config(compatibility_flags=["nodejs_compat"])
        self._deploy(cpu_ms=10)
        self._states[False] = cloudflare.account.state
        self.runner.checkout.config(compatibility_flags=None)
        self.wanted[False] = self._deployed(is_new=True)

    def _deployed(self, *, is_new: bool) -> dict[str, Any]:
        configure(self.runner.checkout, is_new=is_new)
        self._deploy(cpu_ms=50)
        return seen(self.cloudflare)

    def _deploy(self, *, cpu_ms: int) -> None:
        run = self.runner.fast("deploy", usage_model="standard", cpu_ms=cpu_ms)
        assert run.exit_code == 0, run.log

    def begin(self, *, is_first: bool) -> dict[str, Any]:
        """Put the account back to before a first deploy or an update; return what is seen of it."""
        cloudflare = self.cloudflare
        cloudflare.faults()
        cloudflare.forget_requests()
        cloudflare.answer_truly()
        cloudflare.account.write(self._states[is_first])
        cloudflare.account.assets.clear()
        return seen(cloudflare)

    def run(self, cell: Cell, *, on_failure: str, site: Site, meanwhile: Callable[[], None]) -> Run:
        """Deploy while a step fails, and while others do something right before it does."""
        cloudflare = self.cloudflare
        site.statuses = [500 if cell.probe == "refused" else 200]
        url = "http://127.0.0.1:9/" if cell.probe == "unanswered" else site.url
        if cell.fault:
            cloudflare.faults({"route": cell.route, "nth": cell.nth, "count": None, **cell.fault})
        cloudflare.when(cell.route, meanwhile, nth=cell.nth)
        if cell.mismatch:
            cloudflare.alter(cell.route, _without_greeting)
        return self.runner.fast(
            "deploy",
            usage_model="standard",
            cpu_ms=50,
            on_failure=on_failure,
            max_attempts=MAX_ATTEMPTS,
            probe=url,
            probe_timeout=2,
        )

    def deploy_theirs(self, *, is_first: bool) -> None:
        """What someone else deploys at a bad moment."""
        if is_first:
            with suppress(httpx.TransportError):  # a fault of the route may be theirs to bear
                upload(self.cloudflare, "shop", "theirs", logpush=True)
        else:
            self.cloudflare.deploy_version(self.theirs)


def _without_greeting(version: dict[str, Any]) -> None:
    bindings = version["resources"]["bindings"]
    bindings[:] = [binding for binding in bindings if binding["name"] != "GREETING"]


def seen(cloudflare: Cloudflare) -> dict[str, Any]:
    """All that the public and the dashboard see of the script, by what sets it."""
    served = cloudflare.served()
    if served is None:
        return {}
    state = cloudflare.state()
    usage = cloudflare.ask("GET", "/workers/scripts/shop/usage-model")
    schedules = cloudflare.ask("GET", "/workers/scripts/shop/schedules")["schedules"]
    return {
        "traffic": served["shares"],
        "Settings": {k: v for k, v in served["settings"].items() if k in ("logpush", "tags")},
        "Subdomain": served["subdomain"],
        "Usage model": usage,
        "Schedules": sorted(one["cron"] for one in schedules),
        "Routes": sorted(one["pattern"] for one in state["routes"] if one["script"] == "shop"),
        "Domain": sorted(one["hostname"] for one in state["domains"] if one["service"] == "shop"),
        "Queue consumer": [
            consumer["settings"].get("batch_size")
            for queue in state["queues"]
            for consumer in queue["consumers"]
        ],
    }


def assert_as_told(
    account: Account,
    run: Run,
    *,
    cell: Cell,
    before: dict[str, Any],
    wanted: dict[str, Any],
    is_first: bool,
) -> None:
    """Fail where what is live is neither as before nor as wanted, nor exactly what the run says."""
    now = seen(account.cloudflare)
    if cell.mismatch:
        message = run.report["error"]["message"]
        assert "binding GREETING is missing" in message, "what is wrong is told"
    assert run.exit_code in (*EXIT_CODES[run.outcome], *([7] if run.outcome == "partial" else []))
    match run.outcome:
        case "deployed":
            assert now == wanted, now
        case "failed" | "reverted":
            assert now == before, f"{now} is not {before}"
        case _:
            _assert_parts(account, run, now, before=before, wanted=wanted, is_first=is_first)


def _assert_parts(
    account: Account,
    run: Run,
    now: dict[str, Any],
    *,
    before: dict[str, Any],
    wanted: dict[str, Any],
    is_first: bool,
) -> None:
    assert run.report["live"], "a partial deploy says what is live"
    if not now:
        assert "live-version-id" not in run.outputs
        return
    if "not known" not in run.report["live"]:
        versions = {version["id"]: version for version in account.cloudflare.versions()}
        told = versions[run.outputs["live-version-id"]]
        assert [content for content, _ in now["traffic"]] == [content_of(told)]
    for step in run.report["steps"]:
        title, status = step["title"], step["status"]
        if title not in now or step["action"] == "unchanged":
            continue
        if status == "done":
            assert now[title] == wanted[title], f"{title} is done"
        elif status == "failed":
            assert now[title] in (
                before.get(title),
                wanted[title],
                now[title] if is_first else None,
            )
        elif not is_first:  # a script that was not there had no state of its own
            assert now[title] == before[title], f"{title} is {status}"
