"""An upstream with several addresses: all of them are found before any is dialled."""

from functools import partial
from typing import Any, cast

from caddylite.layer4.live.fan import Fan
from caddylite.layer4.live.flow import Flow, Target
from caddylite.layer4.live.peers import Spot
from caddylite.layer4.live.upstreams import Upstream


class Together:
    """Finds the addresses of all peers of an upstream, then fans out."""

    def __init__(self, proxy: Any, flow: Flow, upstream: Upstream) -> None:
        self._proxy, self._flow, self._upstream = proxy, flow, upstream
        self._spots: dict[int, Target] = {}
        self._failed = False
        for i in range(len(upstream.peers)):
            upstream.find(upstream.peers[i], flow, partial(self._found, i))

    def _found(self, i: int, spots: list[Spot], why: str) -> None:
        if self._failed:
            return
        peer = self._upstream.peers[i]
        if not spots:
            self._failed = True
            self._proxy.missed(self._flow, peer, why)
            return
        spots, why = self._proxy.vet(self._upstream, peer, spots)
        why = why if not spots else self._proxy.directly_back(self._flow, spots[0])
        if why:
            self._failed = True
            self._proxy.refuse(self._flow, peer, why)
            return
        self._spots[i] = cast(Target, spots[0])
        if len(self._spots) == len(self._upstream.peers):
            targets = [self._spots[n] for n in sorted(self._spots)]
            proxy, flow = self._proxy, self._flow
            Fan(flow, targets, proxy.preface(flow), self._upstream.via, proxy.house, proxy.failed)
