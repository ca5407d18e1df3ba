"""What an HTTP client has open, for whoever must end what waits on it."""

import socket
import threading
import weakref


class OpenSockets:
    """The sockets that an HTTP client has open, so that a signal can end what waits on them."""

    def __init__(self) -> None:
        # Re-entrant: a signal handler may run in the very thread that holds it.
        self._lock = threading.RLock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._times_shut = 0

    @property
    def times_shut(self) -> int:
        """Return how often `shut_all` was called: who waits for a socket sees that it came."""
        return self._times_shut

    def add(self, opened: socket.socket) -> None:
        """Keep a socket for as long as someone uses it."""
        with self._lock:
            self._open.add(opened)

    def shut_all(self) -> None:
        """Shut all sockets down. Closing one would not wake the thread that waits on it."""
        with self._lock:
            self._times_shut += 1
            opened = list(self._open)
        for one in opened:
            try:
                # Not `one.shutdown`: an SSLSocket's forgets its session while another
                # thread may be using it.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
