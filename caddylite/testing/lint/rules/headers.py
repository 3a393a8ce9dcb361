"""The PROXY protocol: who is sent a header, and who expects one."""

from collections.abc import Iterator

from caddylite.layer4.config import Route
from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Remark
from caddylite.testing.lint.hops import expects, targets
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Place, View, address, is_local

#: Services that take a PROXY header for nonsense, by port.
_DEAF = {
    22: "SSH", 53: "DNS", 1433: "SQL Server", 3389: "RDP", 5432: "PostgreSQL", 6379: "Redis",
    11211: "memcached", 27017: "MongoDB",
}  # fmt: skip


@rule("L4040", ERROR, "PROXY header sent where none is expected")
def sent_not_expected(view: View) -> Iterator[Remark]:
    """Look for proxies that send a header to a server of this file that does not take it."""
    for place, _, text, dial in view.dials():
        if not place.handler.proxy_protocol or dial is None or dial.network.startswith("udp"):
            continue
        for app, name, server in targets(view, dial):
            if expects(app, server) is None:
                yield Remark(
                    place.handler,
                    f"a PROXY header is sent to {text}, and the {app} server '{name}' there "
                    "does not take it: it reads the header as a broken request",
                    "add the listener wrapper proxy_protocol (with allow) to that server"
                    if app == "http"
                    else "put the handler proxy_protocol first in that server's routes",
                )


@rule("L4041", WARNING, "PROXY header expected and not sent")
def expected_not_sent(view: View) -> Iterator[Remark]:
    """Look for hops inside the file whose receiver wants a header that the sender leaves out."""
    for place, _, text, dial in view.dials():
        if place.handler.proxy_protocol or dial is None or dial.network.startswith("udp"):
            continue
        for app, name, server in targets(view, dial):
            taker = expects(app, server)
            if taker is None:
                continue
            strict = str(taker.fallback_policy).upper() == "REQUIRE"
            what = "refuses" if strict else "believes"
            yield Remark(
                place.handler,
                f"the {app} server '{name}' at {text} {what} connections without a PROXY header"
                + ("" if strict else " to come from this proxy: the client's address is lost"),
                "add 'proxy_protocol v2' to this proxy",
            )


@rule("L4043", WARNING, "PROXY header to a service that does not know it")
def deaf_service(view: View) -> Iterator[Remark]:
    """Look for headers sent to ports of services that do not speak the PROXY protocol."""
    for place, _, text, dial in view.dials():
        if place.handler.proxy_protocol and dial is not None and dial.start_port in _DEAF:
            what = _DEAF[dial.start_port]
            yield Remark(
                place.handler,
                f"{text} is the port of {what}, which takes a PROXY header for a broken request",
                "remove proxy_protocol from this proxy",
            )


@rule("L4044", WARNING, "PROXY header in datagrams to the HTTP app")
def header_in_datagrams(view: View) -> Iterator[Remark]:
    """Look for headers sent over UDP to HTTP/3: listener wrappers do not apply to datagrams."""
    for place, _, text, dial in view.dials():
        if dial is None or not dial.network.startswith("udp"):
            continue
        for app, name, server in targets(view, dial):
            if app != "http":
                continue
            if place.handler.proxy_protocol:
                yield Remark(
                    place.handler,
                    f"HTTP/3 of server '{name}' at {text} takes no PROXY header: listener "
                    "wrappers work on TCP only, and the first datagram of a client is dropped",
                    "send no header here; or leave HTTP/3 out (protocols h1 h2)",
                )
            elif expects(app, server) is not None:
                yield Remark(
                    place.handler,
                    f"HTTP/3 clients of server '{name}' all seem to come from this proxy: "
                    "over UDP no PROXY header can tell their addresses",
                    "leave HTTP/3 out (protocols h1 h2), or let the HTTP app own udp/:443",
                )


@rule("L4046", INFO, "next hop must expect a PROXY header")
def must_expect(view: View) -> Iterator[Remark]:
    """Name the hops outside this file that are sent a header."""
    for place, _, text, dial in view.dials():
        if not place.handler.proxy_protocol or (dial is not None and dial.start_port in _DEAF):
            continue
        if dial is not None and any(True for _ in targets(view, dial)):
            continue
        yield Remark(
            place.handler,
            f"{text} is sent a PROXY {place.handler.proxy_protocol} header: a service that is not "
            "told to expect one takes it for a broken request",
            "switch it on there (ocserv: listen-proxy-proto = true; nginx: listen … "
            "proxy_protocol; Postfix: haproxy), and keep other clients away from that port",
        )


@rule("L4047", INFO, "client address lost")
def address_lost(view: View) -> Iterator[Remark]:
    """Look for TLS or HTTP passed to a local port without a header that names the client."""
    for place in view.proxies():
        if place.handler.proxy_protocol or not _is_web(place):
            continue
        for upstream in place.handler.upstreams:
            local = [t for t in upstream.dial if (d := address(t)) and is_local(d.host)]
            expecting = [
                t for t in local for app, _, s in targets(view, address(t))  # type: ignore[arg-type]
                if expects(app, s) is not None
            ]  # fmt: skip
            if local and not expecting:
                yield Remark(
                    place.handler,
                    f"the server at {local[0]} sees this proxy's address for every client: "
                    "logs, limits and bans hold the wrong one",
                    "send 'proxy_protocol v2' and let it be expected there; if it is "
                    "this Caddy's own HTTP app, use the layer4 listener wrapper, no second hop",
                )
                break


def _is_web(place: Place) -> bool:
    """Do TLS or HTTP clients come here: matched, or left over by routes that look for such?"""
    asked = {n for p in place.chain for n in _names(p.route)}
    if not asked:
        asked = {n for p in place.chain for route in p.routes.routes for n in _names(route)}
    return bool(asked & {"tls", "http"}) and place.routes.streams


def _names(route: Route) -> Iterator[str]:
    """Yield the names of a route's matchers, those inside ``not`` instead of it."""
    for matchers in route.match:
        for name, matcher in matchers.items():
            yield from (
                (n for s in getattr(matcher, "sets", ()) for n in s) if name == "not" else (name,)
            )


@rule("L4048", WARNING, "one upstream with and without PROXY header")
def uneven(view: View) -> Iterator[Remark]:
    """Look for upstreams that are sent a header by one proxy of the file and none by another."""
    sending = {text for place, _, text, _ in view.dials() if place.handler.proxy_protocol}
    for place, _, text, dial in view.dials():
        if text in sending and not place.handler.proxy_protocol and dial is not None:
            yield Remark(
                place.handler,
                f"another route sends {text} a PROXY header, and this one does not: the upstream "
                "refuses one of the two, or has the wrong address of this one's clients",
                "send it on both, or name another port of that service here",
            )
