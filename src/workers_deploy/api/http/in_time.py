"""Requests that end when they have to, whatever they wait on.

httpx counts seconds without a byte: a server that sends one header line a second is waited for as
long as it likes, and a name that does not resolve as long as the system's resolver likes.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from workers_deploy.api.http.open_sockets import OpenSockets

T = TypeVar("T")

SECONDS_BETWEEN_LOOKS = 0.1


class TooLateError(Exception):
    """A request did not end in its time."""


def in_time(send: Callable[[], T], sockets: OpenSockets, remaining: Callable[[], float]) -> T:
    """Return what `send` returns, or raise what it raises, while time remains.

    Args:
        send: runs in a thread of its own, which is left alone when its time is over.
        sockets: of the client that it sends with; shut then, so that the thread ends.
        remaining: tells the seconds that are left, again and again; may raise, to end it at once.

    Raises:
        TooLateError: it did not end in time.

    """
    sent: Future[T] = Future()
    threading.Thread(target=_send_into, args=(sent, send), daemon=True).start()
    try:
        while not sent.done() and (left := remaining()) > 0:
            wait([sent], timeout=min(left, SECONDS_BETWEEN_LOOKS))
    finally:
        is_late = not sent.done()
        if is_late:
            sockets.shut_all()
            # Its thread lets go of the sockets before someone closes them.
            wait([sent], timeout=SECONDS_BETWEEN_LOOKS)
    if is_late:
        raise TooLateError
    return sent.result()


def _send_into(sent: Future[T], send: Callable[[], T]) -> None:
    try:
        sent.set_result(send())
    except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
        sent.set_exception(error)
