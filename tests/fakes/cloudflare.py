"""The emulated Cloudflare as tests use it: what was sent is kept, and things happen meanwhile."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from anyio import to_thread
from starlette.requests import Request

from workers_emulator.endpoints.table import Ask
from workers_emulator.requests.envelope import Answer
from workers_emulator.requests.forms import parse_form
from workers_emulator.server.faults import Fault
from workers_emulator.server.server import EmulatorServer
from workers_emulator.state.model import State


@dataclass(frozen=True)
class Sent:
    """A request that the API carried out or refused."""

    method: str
    path: str  # below the account
    query: dict[str, str]
    status: int
    content_type: str = field(repr=False)
    body: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> dict[str, tuple[str | None, str | None, bytes]]:
        """File name, content type and bytes of each part, by name."""
        form = parse_form(self.content_type, self.body)
        return {part.name: (part.filename, part.content_type, part.content) for part in form}

    @property
    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.parts["metadata"][2])
        return found


@dataclass(kw_only=True)
class _Hook:
    route: Fault
    action: Callable[[], None]
    nth: int
    seen: int = 0


class Cloudflare(EmulatorServer):
    """An emulated account with one script under test, `shop` unless another is named."""

    def __init__(self, **options: Any) -> None:
        changes: dict[str, Any] = {"subdomain": "acme", "rate_limit": 0, **options}
        super().__init__(**changes)
        self.sent: list[Sent] = []
        self._hooks: list[_Hook] = []
        # Called with its token as each request arrives.
        self.before_each: Callable[[str], None] | None = None
        self._changes: list[tuple[Fault, Callable[[dict[str, Any]], Any]]] = []
        self._api_answer = self.app._api_answer
        self._answer_of = self.app._api.answer
        self.app._api_answer = self._after_hooks  # type: ignore[method-assign]
        self.app._api.answer = self._keep  # type: ignore[method-assign]

    def fail(self, route: str, kind: str, **more: Any) -> None:
        """Let requests of a route fail, `count` of them (1; None: all), from the `nth` on."""
        self.faults({"route": route, "kind": kind, **more})

    def when(self, route: str, action: Callable[[], None], *, nth: int = 1) -> None:
        """Call `action` as the nth request of a route arrives, before its fault or effect."""
        self._hooks.append(
            _Hook(
                route=Fault.model_validate({"route": route, "kind": "slow"}), action=action, nth=nth
            )
        )

    def alter(self, route: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Let `change` edit the result of each success of a route, as Cloudflare may answer it."""
        pattern = Fault.model_validate({"route": route, "kind": "slow"})
        self._changes.append((pattern, change))

    def answer_truly(self) -> None:
        """Let nothing edit answers any more."""
        self._changes.clear()

    def forget_requests(self) -> None:
        """Look at what follows only."""
        self.sent.clear()
        self._hooks.clear()
        self.app.ledger.clear()

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Do what someone else does: a request of their own; returns its result."""
        answer = self._answer_of(
            Ask(
                method=method,
                path=f"/accounts/{self.account_id}{path}",
                query=query,
                headers={
                    "authorization": f"Bearer {self.token}",
                    "content-type": "application/json",
                },
                origin=self.origin,
                body=b"" if body is None else json.dumps(body).encode(),
            ),
            self.account.state,
        )
        assert answer.status < 300, answer.body
        return json.loads(answer.body)["result"] if answer.body else None

    def deploy_version(
        self,
        *version_ids: str,
        script: str = "shop",
        message: str = "mine",
        shares: Sequence[float] = (),
    ) -> str:
        """Move the traffic, as someone at a dashboard does; returns the deployment's id.

        `shares` are percentages in the order of the ids; without them all get the same.
        """
        even = [100 / len(version_ids)] * len(version_ids)
        made = self.ask(
            "POST",
            f"/workers/scripts/{script}/deployments",
            {
                "strategy": "percentage",
                "versions": [
                    {"version_id": one, "percentage": share}
                    for one, share in zip(version_ids, shares or even, strict=True)
                ],
                "annotations": {"workers/message": message},
            },
            force="true",
        )
        return str(made["id"])

    def script(self, name: str = "shop") -> dict[str, Any]:
        found: dict[str, Any] = self.state()["scripts"][name]
        return found

    def versions(self, name: str = "shop") -> list[dict[str, Any]]:
        """All versions, oldest first; none where there is no script."""
        scripts = self.state()["scripts"]
        return list(scripts[name]["versions"]) if name in scripts else []

    def live(self, name: str = "shop") -> dict[str, Any]:
        """The version that serves alone."""
        script = self.script(name)
        ((version_id, percentage),) = script["live_versions"]
        assert percentage == 100
        return next(version for version in script["versions"] if version["id"] == version_id)

    def secrets(self, name: str = "shop") -> dict[str, str]:
        """Secret values of the version that serves."""
        found: dict[str, str] = self.live(name)["test_only_secret_values"]
        return found

    def bindings(self, name: str = "shop") -> dict[str, dict[str, Any]]:
        """Bindings of the version that serves, by name."""
        return {b["name"]: b for b in self.live(name)["resources"]["bindings"]}

    def served(self, name: str = "shop") -> dict[str, Any] | None:
        """What the public and the dashboard see of a script, without ids and times."""
        if name not in self.state()["scripts"]:
            return None
        script = self.script(name)
        versions = {version["id"]: version for version in script["versions"]}
        shares = [(content_of(versions[id_]), share) for id_, share in script["live_versions"]]
        return {
            "shares": shares,
            "settings": script["settings"],
            "subdomain": script["subdomain"],
            "usage_model": script["usage_model"],
        }

    @property
    def requests(self) -> list[str]:
        """Every request as "METHOD path below the account", also those that failed."""
        return [f"{entry.method} {self._below(entry.path)}" for entry in self.app.ledger.entries]

    @property
    def writes(self) -> list[str]:
        """What was asked to change, in its order; ids and the script's path left out."""
        return [_short(request) for request in self.requests if not request.startswith("GET ")]

    def one_sent(self, method: str, end: str) -> Sent:
        """The one request of a method whose path ends so."""
        (found,) = [s for s in self.sent if s.method == method and s.path.endswith(end)]
        return found

    def _below(self, path: str) -> str:
        return path.removeprefix(f"/accounts/{self.account_id}")

    def _altered(self, ask: Ask, answer: Answer) -> Answer:
        for pattern, change in self._changes:
            if answer.status < 300 and answer.body and pattern.matches(ask.method, ask.path):
                answer = _edited(answer, change)
        return answer

    async def _after_hooks(self, request: Request, path: str, body: bytes) -> Answer:
        """Let things happen meanwhile, in a thread: what happens may be a whole run."""
        if self.before_each is not None:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            await to_thread.run_sync(self.before_each, token)
        for hook in self._hooks:
            if hook.route.matches(request.method, path):
                hook.seen += 1
                if hook.seen == hook.nth:
                    await to_thread.run_sync(hook.action)
        return await self._api_answer(request, path, body)

    def _keep(self, ask: Ask, state: State) -> Answer:
        answer = self._altered(ask, self._answer_of(ask, state))
        self.sent.append(
            Sent(
                method=ask.method,
                path=self._below(ask.path),
                query=dict(ask.query),
                status=answer.status,
                content_type=ask.headers.get("content-type", ""),
                body=ask.body,
            )
        )
        return answer


def _edited(answer: Answer, change: Callable[[dict[str, Any]], Any]) -> Answer:
    envelope = json.loads(answer.body)
    change(envelope["result"])
    return replace(answer, body=json.dumps(envelope).encode())


def content_of(version: dict[str, Any]) -> dict[str, Any]:
    """Return what a version serves, without its id and annotations."""
    bindings = version["resources"]["bindings"]
    return {
        "modules": version["modules"],
        "bindings": sorted(bindings, key=lambda binding: str(binding["name"])),
        "secrets": version["test_only_secret_values"],
        "assets": version["assets"],
        "runtime": version["resources"]["script_runtime"],
    }


def _short(request: str) -> str:
    """`POST versions`, `PUT script`, `PATCH script-settings`."""
    method, _, path = request.partition(" ")
    parts = path.split("/")
    if parts[1:3] == ["workers", "scripts"]:
        return f"{method} {'/'.join(parts[4:5]) or 'script'}"
    return f"{method} {path.removeprefix('/workers/')}"
