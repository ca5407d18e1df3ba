"""Resets a connection, as a network that fails does: no answer, not even an end."""

import asyncio
import socket
import struct

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "transport"
_LINGER_NOT = struct.pack("ii", 1, 0)  # close() then sends RST


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, which lets a request's scope know its transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport where the application finds it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


def abort(scope: Scope) -> None:
    """Reset the connection that this request came by."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    connection = transport.get_extra_info("socket")
    if connection is not None and not transport.is_closing():  # the client may be gone already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
