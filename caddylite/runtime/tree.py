"""The config as a tree of stages: listener → wrappers → router → handlers.

A stage is called with a flow and owns it from then on
(:data:`caddylite.layer4.live.selector.Next`).
An :class:`Entry` is the root for one listening address. The same tree runs on both carriages:

* :class:`caddylite.runtime.accept.Acceptor` brings bare sockets to ``entry.start``;
* :class:`EntryFactory` is an ordinary Twisted protocol factory, for any reactor and for transports
  in memory.

Listener wrappers are stages as well: each passes the flow with its unread bytes to the next, and
the last is the app. What falls through ``layer4`` so reaches TLS and HTTP in the same process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from zope.interface import implementer

from caddylite.errors import ConfigError
from caddylite.layer4.config import Layer4
from caddylite.layer4.live.addresses import from_twisted, to_twisted
from caddylite.layer4.live.building import Builder, drop
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.selector import Limits, Next
from caddylite.layer4.live.transport_flow import TransportFlow
from caddylite.layer4.matching import Connection
from caddylite.netaddr import NetworkAddress
from caddylite.placeholders import replace_all
from caddylite.runtime.connections import Connections


@dataclass(slots=True)
class Entry:
    """One listening address: where its connections go, and who counts them.

    ``idle`` is for datagrams: the seconds of a client's silence that end its association (0:
    Caddy's default). ``streams``: no datagrams can be served (HTTP).
    ``stages`` names what stands in the way, outermost first, for people to read.
    """

    address: NetworkAddress
    start: Next
    connections: Connections
    stages: list[str] = field(default_factory=list)
    idle: float = 0.0
    streams: bool = False

    def factory(self, house: Any) -> "EntryFactory":
        """Return the entry as a Twisted protocol factory."""
        return EntryFactory(self, house)

    def __str__(self) -> str:
        return " → ".join([str(self.address), *self.stages])


@implementer(IProtocolFactory)
class EntryFactory:
    """An entry on Twisted's own transports."""

    noisy = False

    def __init__(self, entry: Entry, house: Any) -> None:
        self._entry, self._house = entry, house

    def doStart(self) -> None:
        """A port begins to listen."""

    def doStop(self) -> None:
        """A port stops listening."""

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:
        """Make the protocol of one connection."""
        entry = self._entry

        def start(flow: Flow) -> None:
            transport = flow.transport  # type: ignore[attr-defined]
            flow.cx = Connection(
                from_twisted(transport.getPeer()),
                from_twisted(transport.getHost()),
                "unix" if entry.address.is_unix else "tcp",
                self._house.clock(),
            )
            flow.cx.passed = self._house.ourselves.coming.pop(flow.cx.remote, ())
            if entry.connections.opened(flow):
                try:
                    entry.start(flow)
                except Exception as e:
                    entry.connections.crashed(flow, e)

        return TransportFlow(start, self._house, owner=entry.connections)


#: Makes the stage of a listener wrapper: its IR, the tree's maker, what comes after it.
WrapperMaker = Callable[[Any, "TreeMaker", Next], Next]


class TreeMaker:
    """Builds entries from the apps of a config. ConfigError where that cannot be done."""

    def __init__(self, house: Any) -> None:
        self.house = house
        caps = house.caps
        self.builder = Builder(house, Limits(caps.matching, caps.matching_per_host))

    def layer4(self, app: Layer4) -> list[Entry]:
        """Build the entries of the layer4 app."""
        entries = []
        for name, server in sorted(app.servers.items()):
            connections = Connections(self.house, "layer4", name)
            try:
                addresses = [
                    a for i, text in enumerate(server.listen) for a in self._addresses(text, i)
                ]
                self.builder.server, self.builder.listens = connections.label, addresses
                selector = self.builder.selector(
                    server.routes, drop, server.matching_timeout.seconds, f"{name}/"
                )
            except ConfigError as e:
                raise e.wrap(f"server '{name}': ") from None
            stage = f"routes of {name} ({len(server.routes)})"
            for address in addresses:
                entries.append(
                    Entry(address, selector, connections, [stage], server.idle_timeout.seconds)
                )
        return entries

    def _addresses(self, text: str, position: int) -> list[NetworkAddress]:
        text = replace_all(text, self.house.globals)
        try:
            address = NetworkAddress.parse(text)
        except ValueError as e:
            raise ConfigError(
                f"parsing listener address '{text}' in position {position}: {e}"
            ) from None
        return address.expand() if not (address.is_unix or address.is_fd) else [address]

    def http(self, app: Any) -> list[Entry]:
        """Build the entries of the HTTP app (a :class:`caddylite.http.live.app.HttpApp`)."""
        entries = []
        known: dict[str, Connections] = {}
        for listen in app.listens():
            connections = known.get(listen.server)
            if connections is None:
                connections = known[listen.server] = Connections(
                    self.house, "http.connections", listen.server
                )
            self.builder.server, self.builder.listens = connections.label, []
            start, stages = self._wrapped(listen)
            for address in self._addresses(listen.address, 0):
                entries.append(Entry(address, start, connections, stages, streams=True))
        return entries

    def _wrapped(self, listen: Any) -> tuple[Next, list[str]]:
        """Put the wrappers in front of the HTTP app.

        TLS ends where ``tls`` stands; where it is not named it ends before all of them, as in
        Caddy: then they see the clear text.
        """
        stage = serve(listen.factory)
        names = [f"http {listen.server}"]
        wrappers = list(listen.wrappers)
        places = [i for i, wrapper in enumerate(wrappers) if wrapper.name == "tls"]
        if places[:1] == [0]:
            raise ConfigError(
                "it is unnecessary to specify the TLS listener wrapper in the first position "
                "because that is the default"
            )
        if len(places) > 1:
            raise ConfigError("TLS listener wrapper can only be specified once")
        before, behind = wrappers[: places[0]] if places else [], wrappers[sum(places) :]
        chain: list[Any] = [*before, None, *(w for w in behind if w.name != "tls")]
        for wrapper in reversed(chain):
            if wrapper is not None:
                try:
                    stage = self.wrapper(wrapper, stage)
                except ConfigError as e:
                    where = f"position {wrappers.index(wrapper)}: loading module '{wrapper.name}'"
                    raise e.wrap(
                        f"loading listener wrapper modules: {where}: provision {wrapper.id}: "
                    ) from None
                names.insert(0, wrapper.name)
            elif listen.policies:
                try:
                    stage = self.tls(listen.policies, stage, listen.alpn)
                except ConfigError as e:
                    raise e.wrap(
                        f"server {listen.server}: setting up TLS connection policies: "
                    ) from None
                names.insert(0, "tls")
        return stage, names

    def tls(self, policies: Sequence[Any], nxt: Next, alpn: Sequence[str]) -> Next:
        """Build the stage that ends TLS by connection policies."""
        make = _wrapper("tls").terminate
        stage: Next = make(policies, self, nxt, alpn)
        return stage

    def wrapper(self, ir: Any, nxt: Next) -> Next:
        """Build the stage of a listener wrapper, from ``caddylite/runtime/wrappers/<name>.py``."""
        make: WrapperMaker = _wrapper(ir.name).make
        return make(ir, self, nxt)


def _wrapper(name: str) -> Any:
    from importlib import import_module

    path = f"caddylite.runtime.wrappers.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as e:
        if e.name != path:
            raise
        raise ConfigError(f"the listener wrapper '{name}' is not built yet") from None


def serve(factory: IProtocolFactory) -> Next:
    """Return the stage that gives flows to a Twisted protocol factory."""

    def stage(flow: Flow) -> None:
        protocol = factory.buildProtocol(to_twisted(flow.cx.remote))
        if protocol is None:
            flow.close("refused by the app")
        else:
            flow.serve(protocol)

    return stage
