"""The PROXY protocol: who sends a header, and who expects one."""

from collections.abc import Iterator
from typing import Any

from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Remark
from caddylite.testing.lint.hops import carried, expects, targets
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import LOCAL, Place, View, address, addresses, is_local

#: Services that take a PROXY header for nonsense, by port.
_DEAF = {
    22: "SSH", 53: "DNS", 1433: "SQL Server", 3389: "RDP", 5432: "PostgreSQL", 6379: "Redis",
    11211: "memcached", 27017: "MongoDB",
}  # fmt: skip


def _believes_nobody(wrapper: Any) -> bool:
    return not wrapper.allow and str(wrapper.fallback_policy).upper() in ("", "IGNORE")


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


@rule("L4042", WARNING, "handler where the proxy's option was meant")
def handler_for_option(view: View) -> Iterator[Remark]:
    """Look for the handler ``proxy_protocol`` in front of a proxy, behind no other proxy."""
    for place in view.handlers:
        if place.handler.name != "proxy_protocol":
            continue
        asked = any("proxy_protocol" in m for p in place.chain for m in p.route.match)
        followers = place.route.handle[place.position + 1 :]
        plain = [
            h for h in followers if h.name == "proxy" and not getattr(h, "proxy_protocol", "")
        ]
        open_to_all = not (place.handler.allow or place.handler.fallback_policy)
        if plain and not asked and open_to_all:
            yield Remark(
                place.handler,
                "the handler proxy_protocol takes a header off incoming connections, and sends "
                "none to the upstream",
                "to send one write it inside: proxy { proxy_protocol v2 … }; if a front "
                "does send headers, say whom to believe (allow <ranges>)",
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


@rule("L4045", WARNING, "PROXY headers believed from nobody")
def believes_nobody(view: View) -> Iterator[Remark]:
    """Look for proxy_protocol wrappers that take headers off and ignore what they say."""
    for server in view.http_servers.values():
        yield from _nobody(server.listener_wrappers)
    for _, wrappers in view.orphans:
        yield from _nobody(wrappers)


def _nobody(wrappers: Any) -> Iterator[Remark]:
    for wrapper in wrappers:
        if wrapper.name == "proxy_protocol" and _believes_nobody(wrapper):
            yield Remark(
                wrapper,
                "without 'allow' the header is taken off and not believed: every client seems "
                "to come from the proxy in front",
                "add 'allow <addresses of the proxy in front>'",
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
    wanted = {n for p in place.chain for m in p.route.match for n in m}
    return bool(wanted & {"tls", "http"}) and place.routes.streams


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


@rule("L4056", WARNING, "PROXY header without a list of senders")
def any_sender(view: View) -> Iterator[Remark]:
    """Look for the handler ``proxy_protocol`` without ``allow`` on a list that uses addresses."""
    for place in view.handlers:
        if place.handler.name != "proxy_protocol" or place.handler.allow:
            continue
        policy = str(place.handler.fallback_policy).upper() or "IGNORE"
        if policy in ("REJECT", "SKIP") or not _address_used(view, place):
            continue
        if policy == "IGNORE":
            why = "the header is taken off and not believed (real caddy-l4 believes anybody's)"
        else:
            why = f"the policy {policy} believes anybody's header"
        yield Remark(
            place.handler,
            f"without 'allow' {why}: what comes after has the front's address, or one that "
            "the client has chosen",
            "add 'allow <addresses of the front>'",
        )


def _address_used(view: View, place: Place) -> bool:
    """Does the client's address matter behind a handler: is it matched, or sent on?"""
    sent = (p for p in view.proxies() if p.handler.proxy_protocol)
    asked = (m for m in view.matchers if m.name in ("remote_ip", "remote_ip_list"))
    return any(any(c.routes is place.routes for c in p.chain) for p in sent) or any(
        m.routes.above is not None and any(c.routes is place.routes for c in m.routes.above.chain)
        for m in asked
    )


@rule("L4058", WARNING, "PROXY header looked for behind another protocol")
def header_behind(view: View) -> Iterator[Remark]:
    """Look for the handler ``proxy_protocol`` on routes whose matchers have seen other bytes."""
    for place in view.handlers:
        if place.handler.name != "proxy_protocol":
            continue
        opening = carried(place)
        if opening and opening != "clear":
            yield Remark(
                place.handler,
                f"the connections of this route begin as {opening}: a PROXY header would stand "
                "before that, and the route would not have matched",
                "put the handler into a first route (matched by proxy_protocol or by the front's "
                "address); to send a header write the option: proxy { proxy_protocol v2 … }",
            )


@rule("L4049", WARNING, "front sends PROXY headers, layer4 does not take them off")
def front_forgotten(view: View) -> Iterator[Remark]:
    """Look for layer4 servers without proxy_protocol beside HTTP servers that want headers."""
    fronts = [
        w
        for wrappers in (
            *(s.listener_wrappers for s in view.http_servers.values()),
            *(o for _, o in view.orphans),
        )
        for w in wrappers
        if w.name == "proxy_protocol" and any(not r.startswith(LOCAL) for r in w.allow)
    ]
    if not fronts:
        return
    for server in view.layer4_servers.values():
        listening = addresses(server.listen)
        if expects("layer4", server) is None and any(a.network[:3] == "tcp" for a in listening):
            yield Remark(
                server,
                "the HTTP servers of this file take PROXY headers from a front; the layer4 app is "
                "no HTTP server and is not covered by that: its matchers see the header",
                "put a first route with the handler proxy_protocol (allow <the front>) here, "
                "if the front sends headers to this port too",
            )
