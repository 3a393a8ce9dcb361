"""``socks5``: a SOCKS version 5 server."""

import hmac
import socket
from collections.abc import Callable
from typing import Any, ClassVar, Final

from caddylite.errors import ConfigError
from caddylite.layer4.handlers.socks5 import Socks5 as Socks5Config
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.collect import Collect
from caddylite.layer4.live.flow import Flow, Target
from caddylite.layer4.live.socks5_udp import Place, Relay
from caddylite.layer4.matching import address_text
from caddylite.placeholders import replace_all
from caddylite.wire import socks5 as wire

_COMMANDS: Final = {"CONNECT": wire.CONNECT, "BIND": wire.BIND, "ASSOCIATE": wire.ASSOCIATE}
#: Seconds for reaching what a client asks for.
CONNECT_TIMEOUT: Final = 10.0
#: What the reply says of an error, by words in it; anything else is "host unreachable".
_CODES: Final = (
    ("refused", wire.REFUSED),
    ("network is unreachable", wire.NETWORK_UNREACHABLE),
)


class Socks5(Live[Socks5Config]):
    """Reads the client's messages, connects as asked, replies, and relays.

    BIND is answered "command not supported" where it is permitted, as in caddy-l4. Unlike there,
    ``bind_ip`` is where the datagrams of ASSOCIATE come and go (42db569 reads it and forgets it),
    and only the client's own address may send them.
    """

    passes_on: ClassVar[bool] = False

    def prepare(self, builder: Builder) -> None:
        """Read commands, credentials and the address."""
        ir, known = self.ir, self.house.globals
        self.log = self.house.logger("layer4.handlers.socks5")
        self.permitted = {wire.CONNECT, wire.ASSOCIATE} if not ir.commands else set()
        for word in ir.commands:
            command = _COMMANDS.get(replace_all(word, known).upper())
            if command is None:
                raise ConfigError(
                    f'unknown command "{word}" has to be one of ["CONNECT", "ASSOCIATE", "BIND"]'
                )
            self.permitted.add(command)
        pairs = [(replace_all(n, known), replace_all(p, known)) for n, p in ir.credentials.items()]
        self.credentials = {n.encode(): p.encode() for n, p in pairs if n}
        self.method = wire.PASSWORD if ir.credentials else wire.NO_AUTHENTICATION
        self.bind_ip = replace_all(ir.bind_ip, known)

    def __call__(self, flow: Flow) -> None:
        """Begin with the greeting."""
        self._read(flow, wire.read_greeting, self._greeted, "reading SOCKS greeting")

    def _read(
        self,
        flow: Flow,
        read: Callable[[bytes], Any],
        then: Callable[[Flow, Any], None],
        what: str,
    ) -> None:
        """Wait for a whole message."""

        def done(flow: Flow) -> None:
            message = read(flow.data)
            if isinstance(message, wire.Malformed):
                if message.code is not None:
                    flow.send(wire.reply(message.code))
                self.give_up(flow, f"{what}: {message.why}")
                return
            flow.take(message.size)
            then(flow, message)

        def enough(data: bytes) -> bool:
            return not isinstance(read(data), wire.Incomplete)

        Collect(flow, self.house, enough, done, what)

    def _greeted(self, flow: Flow, greeting: wire.Greeting) -> None:
        if self.method not in greeting.methods:
            flow.send(wire.method(wire.NONE_ACCEPTABLE))
            self.give_up(flow, "failed to authenticate: no method of authentication in common")
            return
        flow.send(wire.method(self.method))
        if self.method == wire.PASSWORD:
            self._read(flow, wire.read_credentials, self._named, "reading SOCKS credentials")
        else:
            self._ask(flow)

    def _named(self, flow: Flow, given: wire.Credentials) -> None:
        password = self.credentials.get(given.name)
        right = hmac.compare_digest(password or b"", given.password) and password is not None
        flow.send(wire.verdict(right))
        if right:
            self._ask(flow)
        else:
            self.give_up(flow, "failed to authenticate: wrong name or password")

    def _ask(self, flow: Flow) -> None:
        self._read(flow, wire.read_request, self._asked, "reading SOCKS request")

    def _asked(self, flow: Flow, request: wire.Request) -> None:
        command = request.command
        if command not in _COMMANDS.values():
            self.refuse(flow, wire.COMMAND_NOT_SUPPORTED, f"unrecognized command {command}")
        elif command not in self.permitted:
            self.refuse(flow, wire.NOT_ALLOWED, "the command is not permitted")
        elif command == wire.CONNECT:
            _Connect(self, flow, request)
        elif command == wire.ASSOCIATE:
            self._associate(flow, request)
        else:
            self.refuse(flow, wire.COMMAND_NOT_SUPPORTED, "BIND is not supported")

    def _associate(self, flow: Flow, request: wire.Request) -> None:
        local = flow.cx.local
        if isinstance(local, str) and not self.bind_ip:
            self.refuse(flow, wire.FAILURE, "no address to bind for datagrams")
            return
        host = self.bind_ip or local[0]
        try:
            relay = Relay(self.house, flow.cx, host, request.port)
        except OSError as e:
            self.refuse(flow, wire.FAILURE, f"listening for datagrams: {e.strerror}")
            return
        flow.send(wire.reply(wire.SUCCEEDED, relay.address))
        flow.serve(relay)

    def refuse(self, flow: Flow, code: int, why: str) -> None:
        """Reply with an error and close."""
        flow.send(wire.reply(code))
        self.give_up(flow, why)

    def give_up(self, flow: Flow, why: str) -> None:
        """Log it and close."""
        self.log.debug("server", remote=address_text(flow.cx.remote), error=why)
        flow.close(why)


class _Connect:
    """One CONNECT; the :class:`Forwarder` of its flow."""

    connect_timeout = CONNECT_TIMEOUT
    bind: Callable[[Any, Flow], None] | None = None
    wrap: Callable[[Any, Flow, Target], Any] | None = None

    def __init__(self, server: Socks5, flow: Flow, request: wire.Request) -> None:
        self._server, self._flow, self._port = server, flow, request.port
        self.joined: Callable[[Flow, Any], None] | None = self._joined
        self._places: list[Place] = []
        if request.is_name:
            server.house.resolver.lookup(request.host, self._found)
            return
        family = socket.AF_INET6 if ":" in request.host else socket.AF_INET
        self._found([(family, request.host)], "")

    def _found(self, addresses: list[tuple[int, str]], why: str) -> None:
        flow = self._flow
        if flow.owner is None and flow.why:
            return  # closed while the name was looked up
        self._places = [Place(family, (host, self._port)) for family, host in addresses]
        self._next(why or "no address")

    def _next(self, why: str) -> None:
        if self._places:
            self._flow.forward(self._places.pop(0), b"", self)
        else:
            code = next((c for words, c in _CODES if words in why), wire.HOST_UNREACHABLE)
            self._server.refuse(self._flow, code, f"connect failed: {why}")

    def _joined(self, flow: Flow, local: Any) -> None:
        """It is reached: reply before the relay begins."""
        flow.send(wire.reply(wire.SUCCEEDED, local))

    def failed(self, flow: Flow, target: Target, why: str) -> None:
        """It is not: try the next address of the name."""
        self._next(why)
