"""One client, several upstreams at once (``dial`` with more than one address).

What the client sends goes to all of them, what they send goes to the client as it comes: that is
what caddy-l4 does. All must be reached; then each goes its own way.
"""

from collections.abc import Callable
from typing import Any

from caddylite.layer4.live.flow import Flow, Forwarder, Target
from caddylite.layer4.live.protocols import HalfCloseable


class Fan(HalfCloseable):
    """Towards the client. Dials first; the flow is served once all targets are connected."""

    def __init__(
        self,
        flow: Flow,
        targets: list[Target],
        preface: bytes,
        forwarder: Forwarder,
        house: Any,
        failed: Callable[[Flow, Target, str], None],
    ) -> None:
        self._flow, self._preface, self._failed = flow, preface, failed
        self.branches = [_Branch(self, target) for target in targets]
        self._missing = len(targets)
        self._given_up = False
        self._full: set[_Branch] = set()  # branches that take no more for now
        self._over = False  # the client has ended
        for branch in self.branches:
            wrap = forwarder.wrap
            outer: Any = wrap(branch, flow, branch.target) if wrap is not None else branch
            branch.dial = house.dial(
                branch.target, outer, forwarder.connect_timeout, bind=_bound(forwarder, flow)
            )

    # Before all are there.

    def reached(self, branch: "_Branch") -> None:
        """One is connected."""
        self._missing -= 1
        if self._given_up:
            branch.transport.loseConnection()
        elif not self._missing:
            for one in self.branches:
                one.target.conns += 1
                if one.target.datagrams:
                    one.transport.preface = self._preface  # of every datagram
                elif self._preface:
                    one.transport.write(self._preface)
            self._flow.serve(self)

    def missed(self, branch: "_Branch", why: str) -> None:
        """One could not be connected: none of them is wanted then."""
        if self._given_up:
            return
        self._given_up = True
        for one in self.branches:
            one.drop()
        self._failed(self._flow, branch.target, why)

    # The client.

    def connectionMade(self) -> None:
        """Let the client's transport pause all of them."""
        self.transport.registerProducer(_All(self.branches), True)
        for branch in self.branches:
            branch.transport.registerProducer(_One(self, branch), True)

    def dataReceived(self, data: bytes) -> None:
        """Give it to each."""
        for branch in self.branches:
            if not branch.gone:
                branch.transport.write(data)

    def readConnectionLost(self) -> None:
        """The client has ended: tell each."""
        self._over = True
        for branch in self.branches:
            branch.end()
        self.ended()

    def connectionLost(self, reason: Any = None) -> None:
        """The client is gone."""
        for branch in self.branches:
            branch.target.conns -= 1
            branch.drop()

    def ended(self) -> None:
        """Somebody has ended; close when all upstreams have, and the client too."""
        if any(not b.over for b in self.branches):
            return
        self.transport.unregisterProducer()
        if self._over or all(b.gone for b in self.branches):
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def hold(self, branch: "_Branch", full: bool) -> None:
        """Read from the client while all take more."""
        (self._full.add if full else self._full.discard)(branch)
        if self._full:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()


class _Branch(HalfCloseable):
    """Towards one upstream. ``over``: it has ended; ``gone``: it can take nothing, either."""

    def __init__(self, fan: Fan, target: Target) -> None:
        self._fan, self.target = fan, target
        self.dial: Any = None
        self.over = self.gone = False

    def connectionMade(self) -> None:
        self.dial = None
        self._fan.reached(self)

    def connectionFailed(self, why: str) -> None:
        self.dial = None
        self._fan.missed(self, why)

    def dataReceived(self, data: bytes) -> None:
        self._fan.transport.write(data)

    def readConnectionLost(self) -> None:
        self.over = True
        self._fan.ended()

    def connectionLost(self, reason: Any = None) -> None:
        if self.gone:
            return
        self.gone = self.over = True
        if self._fan.transport is not None:
            self._fan.hold(self, False)
            self._fan.ended()

    def end(self) -> None:
        """Tell it that the client has ended."""
        if not self.gone:
            self.transport.unregisterProducer()
            half = getattr(self.transport, "loseWriteConnection", self.transport.loseConnection)
            half()

    def drop(self) -> None:
        """It is not wanted any more."""
        if self.dial is not None:
            self.dial.cancel()
        elif self.transport is not None and not self.gone:
            self.gone = self.over = True
            self.transport.unregisterProducer()
            self.transport.loseConnection()


class _One:
    """What a full branch pauses: the client."""

    def __init__(self, fan: Fan, branch: _Branch) -> None:
        self._fan, self._branch = fan, branch

    def pauseProducing(self) -> None:
        self._fan.hold(self._branch, True)

    def resumeProducing(self) -> None:
        self._fan.hold(self._branch, False)

    def stopProducing(self) -> None:
        """The branch is gone; connectionLost follows."""


class _All:
    """What a full client pauses: all branches."""

    def __init__(self, branches: list[_Branch]) -> None:
        self._branches = branches

    def pauseProducing(self) -> None:
        for branch in self._branches:
            if not branch.gone:
                branch.transport.pauseProducing()

    def resumeProducing(self) -> None:
        for branch in self._branches:
            if not branch.gone:
                branch.transport.resumeProducing()

    def stopProducing(self) -> None:
        for branch in self._branches:
            branch.drop()


def _bound(forwarder: Forwarder, flow: Flow) -> Callable[[Any], None] | None:
    bind = forwarder.bind
    return None if bind is None else lambda sock: bind(sock, flow)
