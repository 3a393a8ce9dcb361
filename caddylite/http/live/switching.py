"""A server's connection that has left HTTP (``101 Switching Protocols``)."""

from collections.abc import Callable
from typing import Any, Protocol


def _nothing() -> None:
    """Nobody listens."""


class Leaving(Protocol):
    """The HTTP connection that is being left."""

    transport: Any
    writable: bool

    def close_switched(self) -> None:
        """End the connection once all that was written has gone out."""
        ...


class Switching:
    """The connection after ``101``: bytes go straight to whoever took it over."""

    def __init__(self, connection: Leaving, rest: bytes) -> None:
        self._connection, self.transport = connection, connection.transport
        self._rest = rest
        self._data: Callable[[bytes], object] | None = None
        self._lost: Callable[[], object] = _nothing
        self._room: Callable[[], object] = _nothing
        self._ended: Callable[[], object] = _nothing
        self._gone = False

    @property
    def writable(self) -> bool:
        """Does the client take what is sent?"""
        return self._connection.writable

    def on_data(
        self,
        data: Callable[[bytes], object],
        lost: Callable[[], object],
        room: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Say where bytes go, and who is told of the end, of room to write and of a half-close."""
        self._data, self._lost, self._room, self._ended = data, lost, room, ended
        rest, self._rest = self._rest, b""
        if rest:
            data(rest)
        if self._gone:
            lost()

    def close(self) -> None:
        """End the connection once all that was written has gone out."""
        self._connection.close_switched()

    # The connection's side.

    def received(self, data: bytes) -> None:
        """Pass bytes on."""
        if self._data is None:
            self._rest += data
        else:
            self._data(data)

    def lost(self) -> None:
        """Pass the end on."""
        self._gone = True
        self._lost()

    def ended(self) -> None:
        """The client sends no more."""
        self._ended()

    def room(self) -> None:
        """The client takes more."""
        self._room()
