"""A connection on its way through wrappers, routes and handlers, without a socket."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import Router
from caddylite.testing.effects import Effects
from caddylite.testing.look import Look
from caddylite.testing.stream import Clock, Cut, Flights
from caddylite.testing.trace import TERMINAL, Listener, Step, Trace, is_datagrams

if TYPE_CHECKING:
    from caddylite.testing.lab import Lab
    from caddylite.testing.strategy import Strategy


class Walk(Effects):
    """One connection; each step changes it as the live handler would."""

    def __init__(
        self,
        lab: "Lab",
        strategy: "Strategy",
        trace: Trace,
        cx: Connection,
        cut: Cut,
        detail: bool,
    ) -> None:
        self.lab, self.strategy, self.trace, self.cx = lab, strategy, trace, cx
        self.detail, self.certificates = detail, lab.certificates
        self.as_caddy_l4 = strategy.as_caddy_l4
        self.clock = Clock()
        self.flights = Flights(trace.client, cut, self.clock)
        self.stream = self.flights.next()
        self._pending = ("", "nothing has come")
        #: TLS has been taken off, and it is not known what the client says inside.
        self.blind = False

    def enter(self, listener: Listener) -> None:
        """Go through what stands behind a listener."""
        if listener.app == "layer4":
            server = listener.config
            timeout = server.matching_timeout.seconds
            if not self.through(server.routes, listener.server, timeout):
                self.end("closed", listener.server, "no route matched: the connection is closed")
        elif is_datagrams(listener.ports.network):
            self.end("closed", listener.server, "an HTTP server takes no datagrams here")
        else:
            self._through_wrappers(listener.server, listener.config)

    def _through_wrappers(self, name: str, server: Any) -> None:
        wrappers = list(server.listener_wrappers)
        names = [w.name for w in wrappers]
        if "tls" not in names and server.tls_connection_policies:
            wrappers.insert(0, None)  # TLS ends before them all, as in Caddy
        for wrapper in wrappers:
            if self._wrapper(wrapper, name, server):
                return
        self.site(name, server)

    def _wrapper(self, wrapper: Any, name: str, server: Any) -> bool:
        kind = "tls" if wrapper is None else wrapper.name
        where = f"{name}-wrapper" if kind == "layer4" else f"{name}/{kind}"
        if kind == "layer4":
            timeout = wrapper.matching_timeout.seconds
            if self.through(wrapper.routes, where, timeout):
                return True
            self.note("wrapper", where, "no route matched: falls through to what is below")
            return False
        if kind == "proxy_protocol":
            return self.take_proxy_header(wrapper, where, handler=False)
        if kind == "http_redirect":
            return self.redirect_plain_http(where)
        if kind == "tls" and server.tls_connection_policies:
            return self.tls(server.tls_connection_policies, where)
        return False

    def through(self, routes: Sequence[Route], where: str, timeout: float) -> bool:
        """Go through a route list; True if something kept the connection."""
        kept = self.strategy.routes(self, routes, where, timeout)
        if not kept and self.detail and self.lab.observer is not None:
            self.lab.observer.fell_through(where)
        return kept

    # What strategies use.

    def handlers(self, route: Route, where: str) -> bool:
        """Run a route's handlers; True if one kept the connection."""
        for position, handler in enumerate(route.handle):
            place = f"{where}.{position}"
            if self.detail and self.lab.observer is not None:
                self.lab.observer.handler(f"{place}:{handler.name}")
            if handler.name == "subroute":
                timeout = handler.matching_timeout.seconds  # type: ignore[attr-defined]
                inside: Sequence[Route] = handler.routes  # type: ignore[attr-defined]
                if self.through(inside, place, timeout):
                    return True
            elif handler.name in TERMINAL:
                return self.terminal(handler, f"{place}:{handler.name}")
            elif self.passing(handler, f"{place}:{handler.name}"):
                return True
        return False

    def routes_step(
        self,
        routes: Sequence[Route],
        router: Router,
        where: str,
        first: int = 0,
        taken: int | None = None,
    ) -> Step:
        """Add what became of a route list."""
        step = Step("routes", where, taken=taken, time=self.clock.now)
        if self.detail and self.lab.observer is not None:
            self.lab.observer.decided(self, routes, where, first, taken)
        if self.detail:
            stream, flight = self.stream, self.flights.begun - 1
            step.look = Look(
                router, routes, first, self.cx, stream.data, stream.datagrams, self.line,
                flight, stream.taken,
            )  # fmt: skip
        self.trace.steps.append(step)
        return step

    def line(self, value: Any) -> str:
        """Return ``file:line`` of a part of the config, or nothing."""
        at = self.lab.places.at(value)
        return str(at) if at is not None else ""

    def note(self, kind: str, where: str, text: str, value: Any = None) -> None:
        """Add a step."""
        if self.detail:
            step = Step(kind, where, text, time=self.clock.now)
            if value is not None:
                step.line = self.line(value)
            self.trace.steps.append(step)

    def end(self, outcome: str, place: str = "", why: str = "") -> bool:
        """Say how it ends."""
        self.trace.time = self.clock.now
        if self.detail and self.lab.observer is not None:
            self.lab.observer.ended(outcome, place)
        return self.trace.end(outcome, place, why)

    def pending_at(self, place: str, why: str) -> None:
        """Remember what is waited for, in case nothing comes."""
        self._pending = place, why

    def still_waiting(self) -> None:
        """The client has been watched long enough."""
        place, why = self._pending
        if self.blind and not self.stream.data:
            self.end("tls", place, "TLS ends here; nothing is known of what is inside")
        else:
            self.end("pending", place, why)
