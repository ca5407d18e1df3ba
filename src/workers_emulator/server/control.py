"""The emulator's own routes: what Cloudflare would never tell or do. Loopback only, no token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from workers_emulator.requests.envelope import Answer, json_answer
from workers_emulator.rules.effects import all_rules
from workers_emulator.rules.rules import Known
from workers_emulator.runtime.unsupported import find_unsupported
from workers_emulator.server.describe import describe
from workers_emulator.server.faults import Fault, Faults
from workers_emulator.server.ledger import Ledger, RateLimit
from workers_emulator.state.account import Account
from workers_emulator.state.clock import render_time

_FAULTS = TypeAdapter(list[Fault])


class ClockMove(BaseModel):
    """The body of PUT clock: seconds to move forward."""

    advance: float


class Control:
    """What tests do to the emulator: look inside, reset, plan faults, move the time."""

    def __init__(self, account: Account, faults: Faults, ledger: Ledger, limits: RateLimit) -> None:
        self._account = account
        self._faults = faults
        self._ledger = ledger
        self._limits = limits
        self._routes: Mapping[tuple[str, str], Callable[[bytes], Answer]] = {
            ("GET", "state"): lambda _: json_answer(self.state()),
            ("POST", "reset"): self._reset,
            ("GET", "faults"): lambda _: json_answer(self._faults.as_json()),
            ("PUT", "faults"): self._put_faults,
            ("GET", "requests"): lambda _: json_answer(self._ledger.as_json()),
            ("GET", "assumptions"): lambda _: json_answer(assumptions()),
            ("GET", "unsupported"): lambda _: json_answer(self.unsupported()),
            ("GET", "clock"): self._get_clock,
            ("PUT", "clock"): self._put_clock,
        }

    def answer(self, method: str, name: str, body: bytes) -> Answer:
        """Return the answer of a control route."""
        route = self._routes.get((method, name))
        if route is None:
            routes = [f"{method} /__emulator__/{path}" for method, path in self._routes]
            return json_answer({"error": "no such control route", "routes": routes}, status=404)
        try:
            return route(body)
        except ValidationError as exc:
            faults = exc.errors(include_url=False, include_input=False, include_context=False)
            return json_answer({"error": faults}, status=400)
        except ValueError as exc:
            return json_answer({"error": str(exc)}, status=400)

    def state(self) -> dict[str, Any]:
        """Return everything that the emulator holds, the requests included."""
        return describe(self._account) | {"requests": self._ledger.as_json()}

    def unsupported(self) -> list[dict[str, Any]]:
        """Return what of the deployed scripts can't run here, and why."""
        return [asdict(one) for one in find_unsupported(self._account.state)]

    def reset(self) -> None:
        """Forget state, faults, requests, used-up limits and how far the time was moved."""
        self._account.reset()
        self._account.clock.reset()
        self.plan([])
        self._ledger.clear()
        self._limits.clear()

    def plan(self, faults: list[Fault]) -> None:
        """Replace the plan of faults."""
        self._faults.plan(faults)
        self._account.keep_former_seconds = self._faults.stale_seconds

    def _reset(self, _: bytes) -> Answer:
        self.reset()
        return json_answer({"reset": True})

    def _put_faults(self, body: bytes) -> Answer:
        self.plan(_FAULTS.validate_json(body))
        return json_answer(self._faults.as_json())

    def _get_clock(self, _: bytes) -> Answer:
        now = self._account.now()
        return json_answer({"seconds": now, "time": render_time(now)})

    def _put_clock(self, body: bytes) -> Answer:
        self._account.clock.advance(ClockMove.model_validate_json(body).advance)
        return self._get_clock(b"")


def assumptions() -> dict[str, Any]:
    """Return what the emulator assumes, and every rule with how it is known."""
    rules = [asdict(rule) for rule in all_rules()]
    return {
        "assumed": [rule for rule in rules if rule["known"] is Known.ASSUMED],
        "rules": rules,
    }


def parse_faults(value: object) -> list[Fault]:
    """Return the faults of a JSON-like value (what PUT faults takes)."""
    return _FAULTS.validate_json(json.dumps(value))
