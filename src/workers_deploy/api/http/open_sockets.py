"""What an HTTP client has open, for whoever must end what waits on it."""

import socket
import threading
import weakref
from collections.abc import Mapping
from typing import Any


class OpenSockets:
    """The sockets that the HTTP client has open, so that a signal can end what waits on them."""

    def __init__(self) -> None:
        # Re-entrant: a signal handler may run in the very thread that holds it.
        self._lock = threading.RLock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep each new socket; httpcore's `trace` extension calls this with every event."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        opened = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._open.add(opened)

    def shut_all(self) -> None:
        """Shut all sockets down. Closing one would not wake the thread that waits on it."""
        with self._lock:
            opened = list(self._open)
        for one in opened:
            try:
                # Not `one.shutdown`: an SSLSocket's forgets its session while another
                # thread may be using it.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
