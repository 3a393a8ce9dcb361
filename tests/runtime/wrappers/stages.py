"""A stage of listener wrappers under a transport in memory."""

from typing import Any

from caddylite.layer4.live.transport_flow import TransportFlow
from caddylite.layer4.matching import Connection
from tests.tls.house import House
from tests.tls.live.wire import Below


class Tree:
    def __init__(self, house: House) -> None:
        self.house = house


class Owner:
    def __init__(self) -> None:
        self.over: list[Any] = []

    def closed(self, flow):
        self.over.append(flow)


class Line:
    """One connection through a stage; ``taken`` is the flow once it has come out."""

    def __init__(self, stage_of, house: House, remote=("192.0.2.7", 4711)) -> None:
        self.taken: Any = None
        self.owner = Owner()
        self.below = Below()
        stage = stage_of(Tree(house), self._take)
        cx = Connection(remote, ("127.0.0.1", 443))
        self.flow = TransportFlow(stage, house, cx, self.owner)
        self.flow.makeConnection(self.below)

    def _take(self, flow):
        assert self.taken is None
        self.taken = flow

    def send(self, data: bytes, step: int = 0) -> "Line":
        step = step or len(data) or 1
        for at in range(0, len(data), step):
            if not self.below.closed:
                self.flow.dataReceived(data[at : at + step])
        return self

    def end(self) -> "Line":
        self.flow.readConnectionLost()
        return self
