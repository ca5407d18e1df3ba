"""Several projects of one account whose Workers call each other in the emulator."""

import json
from pathlib import Path
from typing import Any

from fakes.checkout import Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner
from fakes.wrangler import ask

# What a caller gets: an answer to each use of its bindings, or the error's message.
_CALLER = """
const uses = {{ {uses} }};
export default {{
  async fetch(request, env) {{
    const got = {{}};
    for (const [name, use] of Object.entries(uses)) {{
      try {{ got[name] = await use(env, request); }} catch (error) {{ got[name] = error.message; }}
    }}
    return Response.json(got);
  }},
}};
"""


class Neighbours:
    """The projects of an account, each in a checkout of its own."""

    def __init__(self, cloudflare: Cloudflare, root: Path) -> None:
        self.cloudflare = cloudflare
        self._root = root

    def checkout(self, name: str, source: str, **config: Any) -> Checkout:
        """Write a project of one module."""
        made = worker(self._root / name).module(source)
        return made.config(name=name, **({"no_bundle": True} | config))

    def runner(self, name: str, source: str, **config: Any) -> Runner:
        """Write a project and return what runs commands in it."""
        checkout = self.checkout(name, source, **config)
        return Runner(checkout, self.cloudflare, self._root / f"{name}-files")

    def deploy(self, name: str, source: str, **config: Any) -> Run:
        """Deploy a project through the real entrypoint."""
        run = self.runner(name, source, **config).process("deploy")
        assert run.exit_code == 0, run.log
        return run

    def redeploy(self, name: str, source: str, **config: Any) -> Run:
        """Deploy a project in this process, which is faster."""
        run = self.runner(name, source, **config).fast("deploy")
        assert run.exit_code == 0, run.log
        return run

    def answers(self, script: str, **headers: str) -> dict[str, Any]:
        """Ask a running caller."""
        answer = ask(self.cloudflare, script, **headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        return found


def caller(**uses: str) -> str:
    """Return a Worker that makes each of these uses: JavaScript over `env` and `request`.

    >>> "A: (env, request) => env.A.one()" in caller(A="env.A.one()")
    True
    """
    written = ", ".join(f"{name}: (env, request) => {use}" for name, use in uses.items())
    return _CALLER.format(uses=written)


def text_of(binding: str) -> str:
    """Return the use of a service that asks it what the caller was asked."""
    return f"env.{binding}.fetch(request).then((answer) => answer.text())"


def service(binding: str, script: str, **more: Any) -> dict[str, Any]:
    """Return a service binding as a configuration has it."""
    return {"binding": binding, "service": script, **more}
