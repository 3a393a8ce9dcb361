"""Two sockets joined: what one sends the other gets, until both have ended.

A direction copies through one shared buffer while its reads are small; after two big ones it
splices through a pooled pipe, and goes back to copying when reads get small. Nothing is read from
a side while its peer cannot take more, so at most one buffer or one pipe per direction is held.
An end of stream is passed on once everything before it has been. What a side had sent before it
broke is delivered first; when the second side (the upstream) is gone, the first (the client) is
read on for a moment after it has been told, because closing a socket with unread bytes resets it,
and the answer still on its way would be lost.
"""

import os
import socket
import sys
from _socket import socket as Socket
from typing import Final, Protocol

from caddylite.runtime import pipes
from caddylite.runtime.watch import BROKEN, IN, OUT, Watch, is_broken

_CHUNK: Final = 1 << 16
_BIG: Final = _CHUNK // 2
_SMALL: Final = 8192
_BUFFER: Final = memoryview(bytearray(_CHUNK))
_DONTWAIT: Final = socket.MSG_DONTWAIT
_CAN_SPLICE: Final = hasattr(os, "splice") and sys.platform == "linux"
_FLAGS: Final = getattr(os, "SPLICE_F_NONBLOCK", 0) | getattr(os, "SPLICE_F_MOVE", 0)


class Owner(Protocol):
    """Whose relay it is."""

    def relayed(self, first: int, second: int) -> None:
        """All is over: bytes read from the first side, bytes read from the second."""
        ...


class Side:
    """One socket of a relay, and the direction that reads from it.

    ``count`` is how many bytes have been read from it; ``left`` what could not yet be written to
    the peer; ``over`` that this direction has ended and the peer knows; ``ended`` that nothing
    more can be read; ``sink`` that what is read is dropped; ``parked`` that the watch no longer
    knows the socket.
    """

    __slots__ = (
        "big",
        "count",
        "ended",
        "fd",
        "first",
        "in_pipe",
        "left",
        "mask",
        "over",
        "owner",
        "parked",
        "peer",
        "pipe",
        "quiet",
        "seen",
        "sink",
        "sock",
        "watch",
    )
    peer: "Side | None"

    def __init__(self, sock: Socket, fd: int, watch: Watch) -> None:
        self.sock, self.fd, self.watch = sock, fd, watch
        self.mask = IN
        self.pipe: pipes.Pipe | None = None
        self.in_pipe = self.big = self.count = 0
        self.seen, self.quiet = -1, 0
        self.left: bytes | memoryview | None = None
        self.over = self.ended = self.parked = self.sink = self.first = False
        self.owner: Owner | None = None

    def ready(self, event: int) -> None:
        """Take an event of this side's socket."""
        peer = self.peer
        if peer is None:
            return
        if event == IN:  # nearly always
            if self.mask & IN:
                self._pump(peer)
            return
        if event & OUT and self.mask & OUT:
            peer._flush(self)
            if self.peer is None:
                return
        if event & IN and self.mask & IN:
            self._pump(peer)
        elif event & BROKEN and not self.parked and is_broken(self.fd):
            self._hung(peer)

    @property
    def passed(self) -> int:
        """Bytes read from this side that the peer has taken."""
        return self.count - self.in_pipe - (len(self.left) if self.left is not None else 0)

    @property
    def stuck(self) -> bool:
        """Is there something the peer has not taken yet?"""
        return self.left is not None or self.in_pipe > 0

    # Reading from this side, writing to the other.

    def _pump(self, peer: "Side") -> None:
        if self.big >= 2 and _CAN_SPLICE:
            self._splice(peer)
            return
        try:
            size = self.sock.recv_into(_BUFFER, 0, _DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            self._reset(peer)
            return
        if not size:
            self._end_of_stream(peer)
            return
        self.count += size
        if self.sink:
            return
        self.big = self.big + 1 if size >= _BIG else 0
        try:
            sent = peer.sock.send(_BUFFER[:size], _DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._refused(peer)
            return
        if sent < size:
            self.left = bytes(_BUFFER[sent:size])
            self._block(peer)

    def _splice(self, peer: "Side") -> None:
        pipe = self.pipe
        if pipe is None:
            pipe = self.pipe = pipes.take()
            if pipe is None:
                self.big = 0
                return
            os.set_blocking(self.fd, False)
            os.set_blocking(peer.fd, False)
        try:
            size = os.splice(self.fd, pipe[1], pipes.PIPE_SIZE, flags=_FLAGS)
        except BlockingIOError:
            return
        except OSError:
            self._reset(peer)
            return
        if not size:
            self._end_of_stream(peer)
            return
        self.count += size
        self.in_pipe = size  # before writing: a pipe with bytes inside must not be used again
        try:
            sent = os.splice(pipe[0], peer.fd, size, flags=_FLAGS)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._refused(peer)
            return
        self.in_pipe = size - sent
        if sent < size:
            self._block(peer)
        elif size < _SMALL:
            self._drop_pipe()

    def _drop_pipe(self) -> None:
        if self.pipe is not None:
            pipes.give_back(self.pipe, self.in_pipe)
        self.pipe, self.in_pipe, self.big = None, 0, 0

    # What this side has sent and the other could not take.

    def _block(self, peer: "Side") -> None:
        self._set_mask(self.mask & ~IN)
        peer._set_mask(peer.mask | OUT)

    def _flush(self, peer: "Side") -> None:
        """Write what is left to the peer, which is writable."""
        try:
            if self.left is not None:
                sent = peer.sock.send(self.left, _DONTWAIT)
                if sent < len(self.left):
                    self.left = memoryview(self.left)[sent:]
                    return
                self.left = None
            elif self.in_pipe and self.pipe is not None:
                self.in_pipe -= os.splice(self.pipe[0], peer.fd, self.in_pipe, flags=_FLAGS)
                if self.in_pipe:
                    return
        except BlockingIOError:
            return
        except OSError:
            self._refused(peer)
            return
        peer._set_mask(peer.mask & ~OUT)
        if self.parked:
            self._pump_out(peer)
        elif not self.over:
            self._set_mask(self.mask | IN)

    def _pump_out(self, peer: "Side") -> None:
        """Read what is there already, until it ends or the peer blocks."""
        while self.peer is not None and not self.over and not self.stuck:
            before = self.count, self.big
            self._pump(peer)
            if before == (self.count, self.big):
                return

    # Ends.

    def _end_of_stream(self, peer: "Side") -> None:
        """This side has ended in order: pass it on."""
        self.ended = True
        if self.sink:
            self.finish()
            return
        if self.pipe is not None:
            self._drop_pipe()
        if not peer.over:
            self._set_mask(self.mask & ~IN)
        self._conclude(peer)

    def _conclude(self, peer: "Side") -> None:
        """This direction is over. Close when both are, else tell the peer."""
        self.over = True
        if not peer.over:
            try:  # noqa: SIM105 - once a connection: suppress() costs four times as much
                peer.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it is gone; its own direction will find out
            return
        client, upstream = (self, peer) if self.first else (peer, self)
        if client.ended or not client.sink:
            self.finish()
            return
        # The upstream is done with a client that still sends: tell it, and read on for a moment.
        upstream._park()
        try:
            client.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.finish()

    def _refused(self, peer: "Side") -> None:
        """The peer takes no more of this side's bytes; what it has sent is still delivered."""
        self.left = None
        self._drop_pipe_unclean()
        self.over = True
        peer._set_mask(peer.mask & ~OUT)
        if self.first and not self.ended:
            self.sink = True
            self._set_mask(self.mask | IN)
        else:
            self._set_mask(self.mask & ~IN)
        if peer.over:
            self._conclude(peer)
        elif not peer.stuck:
            peer._pump_out(self)

    def _drop_pipe_unclean(self) -> None:
        if self.pipe is not None:
            pipes.give_back(self.pipe, 1)
        self.pipe, self.in_pipe, self.big = None, 0, 0

    def _reset(self, peer: "Side") -> None:
        """This side is gone, and all it had sent has been passed on."""
        self.ended = self.over = True
        if self.first or peer.ended:
            self.finish()
            return
        peer.left = None
        peer._drop_pipe_unclean()
        peer.sink = peer.over = True
        self._set_mask(0)
        peer._set_mask(IN)
        self._conclude(peer)

    def _hung(self, peer: "Side") -> None:
        """An error or hang-up came while this side is not being read."""
        if not self.stuck:
            self._reset(peer)
            return
        self._park()  # it would report its hang-up for ever
        if not peer.over:
            peer._refused(self)

    def _park(self) -> None:
        if not self.parked:
            self.parked = True
            self.watch.remove(self.fd)

    def _set_mask(self, mask: int) -> None:
        if mask != self.mask:
            self.mask = mask
            if not self.parked:
                self.watch.change(self.fd, mask)

    @property
    def lingering(self) -> bool:
        """Is the upstream gone, and the client being read only to spare it a reset?"""
        peer = self.peer
        return peer is not None and self.over and peer.over

    def finish(self) -> None:
        """Close both sockets, now."""
        peer = self.peer
        if peer is None:
            return
        self.peer = peer.peer = None
        first, second = (self, peer) if self.first else (peer, self)
        first._let_go()
        second._let_go()
        owner, first.owner = first.owner, None
        if owner is not None:
            owner.relayed(first.count, second.count)

    def _let_go(self) -> None:
        if self.pipe is not None:
            pipes.give_back(self.pipe, self.in_pipe)
            self.pipe = None
        self.left = None
        self.watch.forget(self.fd)
        self.sock.close()

    def broken(self) -> None:
        """End it after an unhandled error."""
        self.finish()


def join(
    first: Socket,
    first_fd: int,
    second: Socket,
    watch: Watch,
    owner: Owner | None = None,
    *,
    left: bytes = b"",
    second_watched: bool = False,
) -> Side:
    """Relay between two connected sockets; return the first's side (the client's).

    ``left`` is what the first has sent already and the second could not yet take;
    ``second_watched`` tells that the watch knows the second already.
    """
    a = Side(first, first_fd, watch)
    b = Side(second, second.fileno(), watch)
    a.peer, b.peer = b, a
    a.first, a.owner = True, owner
    if left:
        a.left = left
        a.mask, b.mask = 0, IN | OUT
    watch.add(a.fd, a.mask, a)
    if second_watched:
        watch.replace(b.fd, b.mask, b)
    else:
        watch.add(b.fd, b.mask, b)
    return a
