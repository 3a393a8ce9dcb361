"""Outgoing connections as transports."""

from twisted.internet.protocol import Protocol

from caddylite.layer4.live.peers import Peer


class Clumsy(Protocol):
    """Fails when it is connected."""

    lost = failed = False

    def connectionMade(self):
        raise RuntimeError("oh")

    def connectionLost(self, reason=None):
        self.lost = True

    def connectionFailed(self, why):
        self.failed = True


def test_a_protocol_that_fails_to_begin_is_told_that_it_is_over(fast_world):
    world, clumsy = fast_world, Clumsy()
    up = world.backend()
    world.house.dial(Peer(up.dial), clumsy, 5)
    server = up.take()
    world.turn(lambda: clumsy.lost)
    assert world.closed(server)
    assert not clumsy.failed
