"""Reading a datagram socket: every datagram goes to the association of its sender."""

import socket
from _socket import socket as Socket
from collections.abc import Callable
from typing import Any, Final

from caddylite.layer4.live.addresses import from_socket
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.matching import Connection, address_text
from caddylite.runtime.connections import Connections
from caddylite.runtime.udp import sockets
from caddylite.runtime.udp.association import Association
from caddylite.runtime.udp.bounds import MOST_HOPS, Bounds
from caddylite.runtime.udp.sockets import LONGEST
from caddylite.runtime.watch import IN

#: Datagrams read in one go before others get their turn.
_BATCH: Final = 64
#: Seconds without a datagram of the client after which an association ends (caddy-l4's default).
IDLE_TIMEOUT: Final = 30.0
#: The longest wait between two looks at who has been silent for too long, in seconds.
_LOOK: Final = 1.0


class DatagramListener:
    """A bound datagram socket with its associations.

    ``start(flow)`` is where the tree begins; ``idle`` is in seconds. ``lost`` counts datagrams
    that nobody could take, ``refused`` those of clients beyond the bounds.
    """

    def __init__(
        self,
        sock: Socket,
        house: Any,
        start: Callable[[Flow], None],
        owner: Connections,
        idle: float = 0.0,
    ) -> None:
        self.sock, self.house, self.start, self.owner = sock, house, start, owner
        self.idle = idle if idle > 0 else IDLE_TIMEOUT
        self.fd = sock.fileno()
        self.lost = self.refused = 0
        self.table: dict[Any, Association] = {}
        self.bounds: Bounds = house.bounds
        self.add, self.unwatch = house.watch.add, house.watch.forget
        unix = sock.family == getattr(socket, "AF_UNIX", -1)
        self._network = "unixgram" if unix else "udp"
        self._local = from_socket(sock.getsockname())
        self._looking: Any = None
        self.answer: Callable[[bytes, Any], object] = sock.sendto
        self._read: Callable[[], None] = self._read_addressed
        if sockets.HAS_PKTINFO and sockets.is_wildcard(sock):
            sockets.ask_for_receiver(sock)
            self.answer, self._read = self._answer_from, self._read_wildcard
        house.ourselves.listens(sock, owner.label)
        house.watch.add(self.fd, IN, self)

    def broken(self) -> None:
        """Go on: each association takes care of its own errors."""

    def ready(self, event: int) -> None:
        """Read what is there."""
        self._read()

    def _read_addressed(self) -> None:
        """Read from a socket that has one address."""
        find, receive, now = self.table.get, self.sock.recvfrom, self.house.monotonic()
        for _ in range(_BATCH):
            try:
                data, key = receive(LONGEST)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error for an answer sent before
                continue
            flow = find(key)
            if flow is None:
                flow = self._open(key, key, self._local, now)
                if flow is None:
                    continue
                self._begin(flow, data)
                continue
            flow.heard = now
            flow.read += len(data)
            try:
                flow.deliver(data)
            except BlockingIOError:
                self.lost += 1
            except OSError as e:
                flow.failed(e)
            except Exception as e:
                self.owner.crashed(flow, e)

    def _read_wildcard(self) -> None:
        """Read from a socket for all our addresses: answers must come from the one asked."""
        now = self.house.monotonic()
        for _ in range(_BATCH):
            try:
                data, ancillary, _, sender = self.sock.recvmsg(LONGEST, 128)
            except BlockingIOError:
                return
            except OSError:
                continue
            # The same control message comes with every datagram to the same address.
            key = (sender, ancillary[0][2]) if ancillary else (sender, b"")
            flow = self.table.get(key)
            if flow is None:
                host, origin = sockets.receiver(ancillary)
                local = (host or self._local[0], self._local[1])
                flow = self._open(key, (sender, origin), local, now)
                if flow is not None:
                    self._begin(flow, data)
                continue
            flow.heard = now
            flow.read += len(data)
            try:
                flow.deliver(data)
            except BlockingIOError:
                self.lost += 1
            except OSError as e:
                flow.failed(e)
            except Exception as e:
                self.owner.crashed(flow, e)

    def _answer_from(self, data: bytes, peer: Any) -> None:
        address, origin = peer
        self.sock.sendmsg((data,), origin, 0, address)

    # Associations.

    def _open(self, key: Any, peer: Any, local: Any, now: float) -> Association | None:
        sender = peer if peer is key else peer[0]
        remote = from_socket(sender)
        host = remote if isinstance(remote, str) else remote[0]
        if not self.bounds.take(host):
            self.refused += 1
            if self.bounds.may_complain(now):
                self.owner.log.warn("too many associations", remote=host, **self.bounds.counts())
            return None
        hops = self.bounds.hops.get(remote, 0) if self.bounds.hops else 0
        if hops >= MOST_HOPS:
            self.bounds.give_back(remote)
            self.refused += 1
            if self.bounds.may_complain(now):
                self.owner.log.error("datagrams go in a circle", local=address_text(local))
            return None
        cx = Connection(remote, local, self._network, self.house.clock())
        flow = Association(self, key, peer, cx, now)
        flow.hops = hops
        if not sender:
            flow.answer = _lose  # a Unix socket without a name cannot be answered
        self.table[key] = flow
        if not self.owner.opened(flow):
            self.forget(flow)
            return None
        if self._looking is None:
            self._look_later()
        return flow

    def _begin(self, flow: Association, data: bytes) -> None:
        flow.datagrams, flow.data = (data,), data
        flow.read = len(data)
        try:
            self.start(flow)
        except Exception as e:
            self.owner.crashed(flow, e)

    def forget(self, flow: Association) -> None:
        """An association is over."""
        if self.table.get(flow.key) is flow:
            del self.table[flow.key]
            remote = flow.peer if flow.peer is flow.key else flow.peer[0]
            self.bounds.give_back(from_socket(remote))

    def _look_later(self) -> None:
        self._looking = self.house.later(min(self.idle / 8, _LOOK), self._look)

    def _look(self) -> None:
        """End the associations whose clients have been silent for too long."""
        self._looking = None
        limit = self.house.monotonic() - self.idle
        for flow in [f for f in self.table.values() if f.heard <= limit]:
            flow.abort("idle timeout")
        if self.table:
            self._look_later()

    def go_on_with(
        self, start: Callable[[Flow], None], owner: Connections, idle: float = 0.0
    ) -> None:
        """Serve new clients by another config; those there are keep their routes and upstreams."""
        self.start, self.owner = start, owner
        self.idle = idle if idle > 0 else IDLE_TIMEOUT

    def stop(self) -> None:
        """Close the socket; without it no association can go on."""
        if self.fd < 0:
            return
        for flow in list(self.table.values()):
            flow.abort("the listener is closed")
        if self._looking is not None and self._looking.active():
            self._looking.cancel()
        self._looking = None
        self.house.ourselves.closes(self.sock, self.owner.label)
        self.house.watch.forget(self.fd)
        self.sock.close()
        self.fd = -1


def _lose(data: bytes, peer: Any) -> None:
    raise BlockingIOError
