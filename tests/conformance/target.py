"""What the scenarios are run against: an account, by its API only, be it real or emulated.

Nothing here looks into the emulator: what a scenario sees, it sees as any client of Cloudflare
does, so that it holds on a real account too.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from cloudflare import Cloudflare
from cloudflare.types.workers import ScriptSetting
from cloudflare.types.workers.scripts import SubdomainGetResponse

from conformance.names import PREFIX
from fakes.entrypoint import Run, RunCommand
from fakes.patience import PATIENCE

COMPATIBILITY_DATE = "2026-01-01"
SECONDS_BETWEEN_LOOKS = 2.0
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An account and what may be done to it.

    `prefix` begins the names of one scenario's scripts; it begins with PREFIX itself. `folder` is
    where their checkouts are. `lag` is how many seconds reads and edges may be behind writes.
    `control_url` is where faults are planned. `zone` is a zone's name, `kv_namespace` a namespace's
    id, `scripts_token` a token that may edit Workers scripts and nothing else; a scenario that
    needs one is left out where it is not given.
    """

    base_url: str
    token: str = field(repr=False)
    account_id: str
    prefix: str
    folder: Path
    lag: float
    sleep: Callable[[float], None]
    run: RunCommand
    control_url: str | None = None
    zone: str | None = None
    kv_namespace: str | None = None
    scripts_token: str | None = field(default=None, repr=False)

    @property
    def can_inject_faults(self) -> bool:
        """Whether requests can be made to fail: an emulator's privilege."""
        return self.control_url is not None

    def script(self, name: str, **config: Any) -> "Script":
        """Return a script that does not exist yet, with a configuration that says this of it."""
        script = Script(target=self, name=f"{self.prefix}{name}", checkout=self.folder / name)
        script.configure(**config)
        return script

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Send a request below the account, as another client; return its result.

        Raises:
            httpx.HTTPStatusError: it is refused.

        """
        return self.ask(method, f"/accounts/{self.account_id}/workers{path}", **more)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send a request to the API; the rest is as with `call`."""
        response = httpx.request(
            method,
            f"{self.base_url}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE,
            **more,
        )
        response.raise_for_status()
        return response.json()["result"]

    def fail(self, *faults: Mapping[str, Any]) -> None:
        """Plan faults, see `PUT /__emulator__/faults`; none: as before."""
        httpx.put(f"{self.control_url}/faults", json=faults, timeout=PATIENCE).raise_for_status()

    def names(self) -> list[str]:
        """Return the names of this scenario's scripts."""
        return [one["id"] for one in self.call("GET", "/scripts") if self._is_ours(one["id"])]

    def zone_id(self) -> str:
        """Return the id of the zone."""
        (found,) = self.ask("GET", "/zones", params={"name": self.zone})
        return str(found["id"])

    def routes(self) -> dict[str, str]:
        """Return the routes of this scenario's scripts, by their pattern the id."""
        found = self.ask("GET", f"/zones/{self.zone_id()}/workers/routes")
        return {
            one["pattern"]: one["id"] for one in found if self._is_ours(one.get("script") or "")
        }

    def clean_up(self) -> None:
        """Delete this scenario's scripts and their routes, and nothing else."""
        if self.zone is not None:
            for id_ in self.routes().values():
                self.ask("DELETE", f"/zones/{self.zone_id()}/workers/routes/{id_}")
        for name in self.names():
            self.call("DELETE", f"/scripts/{name}", params={"force": "true"})

    def _is_ours(self, name: str) -> bool:
        assert self.prefix.startswith(PREFIX)
        return name.startswith(self.prefix)


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A throw-away script: its checkout, our runner, and what Cloudflare says of it."""

    target: Target
    name: str
    checkout: Path

    def write(self, path: str, text: str) -> None:
        """Write a file of the checkout."""
        file = self.checkout / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def read(self, path: str) -> bytes:
        """Read a file of the checkout."""
        return (self.checkout / path).read_bytes()

    def configure(self, **keys: Any) -> None:
        """Write the configuration: a Worker with main module `index.js`, and these keys."""
        base = {"main": "index.js", "compatibility_date": COMPATIBILITY_DATE}
        said = {"name": self.name, **base, **keys}
        self.write("wrangler.json", json.dumps({k: v for k, v in said.items() if v is not None}))

    def answering(self, text: str) -> None:
        """Write a main module that answers a text."""
        self.write("index.js", worker(f"new Response({json.dumps(text)})"))

    def deploy(self, *words: str, expect: int = 0, **env: str) -> Run:
        """Run `deploy` in the checkout, with secrets' values in the environment.

        Raises:
            AssertionError: it ended with another exit code than `expect`.

        """
        return self.run("deploy", *words, expect=expect, **env)

    def run(self, command: str, *words: str, expect: int = 0, **env: str) -> Run:
        """Run a command in the checkout."""
        run = self.target.run(
            self.checkout,
            command,
            *words,
            env={
                "CLOUDFLARE_API_TOKEN": self.target.token,
                "CLOUDFLARE_ACCOUNT_ID": self.target.account_id,
                "CLOUDFLARE_API_BASE_URL": self.target.base_url,
                **env,
            },
        )
        assert run.code == expect, run.log
        return run

    # Reads

    def deployments(self) -> list[dict[str, Any]]:
        """Return the deployments, newest first."""
        # The SDK (5.9.0) takes this answer for a page and finds no items in it.
        found = self.target.call("GET", f"/scripts/{self.name}/deployments")
        deployments: list[dict[str, Any]] = found["deployments"]
        return deployments

    def shares(self) -> dict[str, float]:
        """Return which version serves how many percent."""
        newest = self.deployments()[0]
        return {share["version_id"]: share["percentage"] for share in newest["versions"]}

    def live_id(self) -> str:
        """Return the version that serves everything."""
        (only,) = self.shares()
        return only

    def version_ids(self) -> list[str]:
        """Return the versions' ids, newest first."""
        found = self.target.call("GET", f"/scripts/{self.name}/versions")
        return [one["id"] for one in found["items"]]

    def live_bindings(self) -> dict[str, dict[str, Any]]:
        """Return the bindings of the version that serves, by name."""
        found = self.target.call("GET", f"/scripts/{self.name}/versions/{self.live_id()}")
        return {one["name"]: one for one in found["resources"]["bindings"]}

    def secret_names(self) -> set[str]:
        """Return the names of the secrets that the serving version has."""
        bindings = self.live_bindings().values()
        return {one["name"] for one in bindings if one["type"] == "secret_text"}

    def settings(self) -> ScriptSetting:
        """Return the script settings."""
        scripts = self._sdk().workers.scripts
        found = scripts.settings.get(self.name, account_id=self.target.account_id)
        assert found is not None
        return found

    def subdomain(self) -> SubdomainGetResponse:
        """Return the state of workers.dev and preview URLs."""
        scripts = self._sdk().workers.scripts
        return scripts.subdomain.get(self.name, account_id=self.target.account_id)

    def crons(self) -> list[str]:
        """Return the schedules."""
        found = self.target.call("GET", f"/scripts/{self.name}/schedules")
        return [one["cron"] for one in found["schedules"]]

    def exists(self) -> bool:
        """Whether the account has the script."""
        return self.name in self.target.names()

    def look_at_everything(self) -> None:
        """Read all that the API says of the script, refusals too, for the transcript."""
        settings = f"/scripts/{self.name}/settings"
        version = f"versions/{self.live_id()}"
        for path in (
            *(f"/scripts/{self.name}/{end}" for end in ("script-settings", "schedules", version)),
            *(f"/workers/{self.name}{end}" for end in ("", f"/{version}")),
            settings,
        ):
            with suppress(httpx.HTTPStatusError):
                self.target.call("GET", path)

    def asks(self, run: Run, path: str = "") -> str:
        """Return what the script answers at the URL that a run told."""
        return self.asks_at(f"{run.outputs['deployment-url'].rstrip('/')}/{path}")

    def asks_at(self, url: str) -> str:
        """Return what is answered at a URL; of a new name DNS may not know yet."""
        asked = httpx.URL(url)
        headers = {}
        if self.target.control_url is not None and asked.host.endswith(".workers.dev"):
            # The emulator has no such address, but goes by the name that is asked for.
            headers, asked = {"Host": asked.host}, httpx.URL(self.target.control_url).join("/")
        try:
            return httpx.get(asked, headers=headers, timeout=PATIENCE).text
        except httpx.TransportError as error:
            return f"(no answer: {type(error).__name__})"

    def sees(self, read: Callable[[], T], wanted: T) -> None:
        """Read until what is read is what is wanted.

        Raises:
            AssertionError: it never was, and reads don't lag that long.

        """
        waited = 0.0
        while (found := read()) != wanted and waited < self.target.lag:
            self.target.sleep(SECONDS_BETWEEN_LOOKS)
            waited += SECONDS_BETWEEN_LOOKS
        assert found == wanted, f"saw {found!r}"

    # What others do

    def upload_version(self, text: str, *bindings: Mapping[str, Any]) -> str:
        """Leave a version without traffic, as someone's preview does; return its id."""
        metadata = {
            "main_module": "index.js",
            "compatibility_date": COMPATIBILITY_DATE,
            "bindings": bindings,
            "keep_bindings": ["secret_text"],
        }
        source = worker(f"new Response({json.dumps(text)})")
        found = self.target.call(
            "POST",
            f"/scripts/{self.name}/versions",
            files={
                "metadata": (None, json.dumps(metadata)),
                "index.js": ("index.js", source, "application/javascript+module"),
            },
        )
        return str(found["id"])

    def split_traffic(self, shares: Mapping[str, int]) -> None:
        """Begin a gradual rollout, as someone in the dashboard does."""
        versions = [{"version_id": id_, "percentage": share} for id_, share in shares.items()]
        body = {"strategy": "percentage", "versions": versions}
        self.target.call("POST", f"/scripts/{self.name}/deployments", json=body)

    def add_variable(self, name: str, text: str) -> None:
        """Add a variable in the dashboard: a new version that serves at once."""
        kept = [{"name": one, "type": "inherit"} for one in self.live_bindings()]
        added = {"name": name, "type": "plain_text", "text": text}
        settings = json.dumps({"bindings": [*kept, added]})
        self.target.call(
            "PATCH", f"/scripts/{self.name}/settings", files={"settings": (None, settings)}
        )

    def _sdk(self) -> Cloudflare:
        return Cloudflare(api_token=self.target.token, base_url=self.target.base_url)


def worker(answer: str) -> str:
    """Return a module whose fetch handler answers an expression over `request` and `env`."""
    return f"export default {{ async fetch(request, env) {{ return {answer}; }} }};\n"
