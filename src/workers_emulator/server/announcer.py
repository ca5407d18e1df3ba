"""Says in the emulator's own log what of a script it can't run, as soon as it is deployed."""

import logging

from workers_emulator.runtime.unsupported import Unsupported, find_unsupported
from workers_emulator.state.account import Account

_LOG = logging.getLogger("workers_emulator")


class Announcer:
    """Remembers what it said: each thing is said once for a version."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._state = account.state
        self._said: frozenset[Unsupported] = frozenset()

    def look(self) -> None:
        """Say what is new in the account's state."""
        if self._account.state is self._state:
            return
        self._state = self._account.state
        found = find_unsupported(self._state)
        for one in found:
            if one not in self._said:
                _LOG.warning("%s", _on_one_line(str(one)))
        self._said = frozenset(found)


def _on_one_line(text: str) -> str:
    """Return a text whose names can neither begin a line nor fail to be written."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
