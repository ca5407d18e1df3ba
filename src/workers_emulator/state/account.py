"""The account: its state, its time and its identifiers. No I/O but what it is given."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from workers_emulator.rules.account_rules import NAMESPACE_SCRIPT_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import SCRIPT_MISSING
from workers_emulator.state.clock import Clock
from workers_emulator.state.model import Place, Script, State
from workers_emulator.state.options import Options
from workers_emulator.state.store import AssetStore
from workers_emulator.state.syntax import Compiler, compile_nothing


class Account:
    """One Cloudflare account. Written by one thread; every former state stays as it was."""

    def __init__(
        self,
        options: Options,
        clock: Clock,
        random: Callable[[int], bytes],
        compiler: Compiler = compile_nothing,
    ) -> None:
        self.options = options
        self.clock = clock
        self.random = random
        self.compiler = compiler
        self.signing_key = random(32)
        self.assets = AssetStore(keep_contents=not options.discard_assets)
        self.state = self._first_state()
        # what was the state until when, oldest first; kept only while a fault asks for it
        self.former: list[tuple[float, State]] = []
        self.keep_former_seconds = 0.0

    def reset(self) -> None:
        """Forget everything but the options and the clock."""
        self.assets.clear()
        self.former.clear()
        self.state = self._first_state()

    def _first_state(self) -> State:
        options = self.options
        return State(
            subdomain=options.subdomain,
            zones=dict(self._zone(text) for text in options.zones),
            namespaces={
                name: self.stable_id("namespace", name) for name in options.dispatch_namespaces
            },
        )

    def _zone(self, text: str) -> tuple[str, str]:
        name, _, zone_id = text.partition("=")
        return zone_id or self.stable_id("zone", name), name

    def write(self, state: State) -> None:
        """Make this the account's state."""
        if self.keep_former_seconds:
            self.former.append((self.now(), self.state))
        self.state = state

    def state_before(self, seconds: float) -> State:
        """Return the state as it was this many seconds ago, as far as it was kept."""
        then = self.now() - seconds
        return next((state for until, state in self.former if until > then), self.state)

    def write_script(self, script: Script) -> Script:
        """Store the script in the place of the former one, modified now."""
        modified = replace(script, modified_on=self.now())
        scripts = {**self.state.scripts, script.place: modified}
        self.write(replace(self.state, scripts=scripts))
        return modified

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.clock.now()

    def new_uuid(self) -> str:
        """Return a new identifier such as versions have."""
        return str(uuid.UUID(bytes=self.random(16), version=4))

    def new_hex(self) -> str:
        """Return a new identifier of 32 hex digits such as scripts have."""
        return self.random(16).hex()

    def stable_id(self, kind: str, name: str) -> str:
        """Return the same 32 hex digits for the same thing of this account, in every run."""
        text = f"{self.options.account_id}/{kind}/{name}"
        return uuid.uuid5(uuid.NAMESPACE_URL, text).hex


def script_in(state: State, place: Place) -> Script:
    """Return the script, or refuse as Cloudflare does where there is none."""
    script = state.scripts.get(place)
    if script is not None:
        return script
    raise Refusal(NAMESPACE_SCRIPT_MISSING if place.namespace else SCRIPT_MISSING)


def with_script(scripts: Mapping[Place, Script], script: Script) -> dict[Place, Script]:
    """Return the scripts with this one in its place."""
    return {**scripts, script.place: script}
