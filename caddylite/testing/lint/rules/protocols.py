"""Matchers that cannot see what they look for: wrong network, wrong port, still encrypted."""

from collections.abc import Iterator

from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Remark
from caddylite.testing.lint.hops import carried
from caddylite.testing.lint.names import alpns, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Asked, View

_DATAGRAM_ONLY = {"quic", "wireguard"}
_STREAM_ONLY = {
    "http", "postgres", "proxy_protocol", "rdp", "socks4", "socks5", "ssh", "tls", "winbox",
    "xmpp",
}  # fmt: skip
#: Ports whose protocols begin in clear text and turn to TLS later, and how.
_TLS_LATER = {
    21: "FTP (AUTH TLS)", 25: "SMTP (STARTTLS)", 110: "POP3 (STLS)", 143: "IMAP (STARTTLS)",
    389: "LDAP (StartTLS)", 587: "mail submission (STARTTLS)",
    3306: "MySQL (the server speaks first)", 5222: "XMPP (STARTTLS)",
    5432: "PostgreSQL (SSLRequest)",
}  # fmt: skip
#: Ports whose clients never open with TLS.
_NO_TLS = {22: "SSH", 53: "DNS", 3389: "RDP (a negotiation comes first)", 5900: "VNC"}


@rule("L4020", ERROR, "matcher on the wrong network")
def wrong_network(view: View) -> Iterator[Remark]:
    """Look for datagram protocols on stream listeners, and the other way round."""
    for asked in view.matchers:
        routes, name = asked.routes, asked.name
        if routes.streams and routes.listen and name in _DATAGRAM_ONLY:
            where = "listener wrappers see TCP only" if routes.http_server else "this is TCP"
            yield Remark(
                asked.matcher,
                f"{name} comes in UDP datagrams, and {where}: it never matches"
                + (
                    ", and in real Caddy it makes the routes around it fail now and then"
                    if name == "quic"
                    else ""
                ),
                f"move the route to a layer4 server on udp/:{_port(asked, 443)}",
            )
        elif routes.datagrams and name in _STREAM_ONLY:
            yield Remark(
                asked.matcher,
                f"{name} comes over TCP, and this listener takes datagrams: it never matches",
                "use 'quic' for HTTP/3 and 'openvpn', 'wireguard' or 'dns' for those"
                if name in ("tls", "http")
                else "move the route to a TCP listener",
            )


def _port(asked: Asked, default: int) -> int:
    return min(asked.routes.ports, default=default)


@rule("L4021", WARNING, "plain HTTP looked for in encrypted bytes")
def encrypted(view: View) -> Iterator[Remark]:
    """Look for ``http`` where TLS has not been taken off: on the HTTPS port, or under ``tls``."""
    for asked in view.matchers:
        if asked.name != "http" or asked.clear or not asked.routes.streams:
            continue
        above = asked.routes.above
        inside = above is not None and carried(above) == "tls"
        if inside or (_on_tls_port(view, asked) and not _for_both(asked)):
            yield Remark(
                asked.matcher,
                (
                    "only TLS clients come here"
                    if inside
                    else f"clients of port {_port(asked, 443)} speak TLS"
                )
                + ": the request is still encrypted, and 'http' matches plain HTTP only",
                "match by 'tls sni', or end TLS before (handler 'tls' in an earlier route or "
                "before this subroute) or behind the 'tls' wrapper",
            )


def _on_tls_port(view: View, asked: Asked) -> bool:
    ports = asked.routes.ports
    return bool(ports) and ports <= {view.https_port, 443, 8443}


def _for_both(asked: Asked) -> bool:
    """Is it the half for plain HTTP of a list that has another for TLS?"""
    return not any(asked.matcher.sets or ()) and any(
        "tls" in matchers for route in asked.routes.routes for matchers in route.match
    )


@rule("L4026", WARNING, "'http' asked for an address")
def http_for_an_address(view: View) -> Iterator[Remark]:
    """Look for ``remote_ip`` inside ``http``: it waits for a request, which has no address."""
    for asked in view.matchers:
        if asked.name != "http":
            continue
        names = {n for s in asked.matcher.sets or () for n in s} & {"remote_ip", "client_ip"}
        for name in sorted(names):
            yield Remark(
                asked.matcher,
                f"'http' with {name} inside waits for an HTTP request, so other protocols never "
                "match; and in real caddy-l4 the request knows no address, so nothing does",
                "use the matcher 'remote_ip' of layer 4, which needs no byte of the client "
                "(beside 'http' in the set, if only requests are meant)",
            )


@rule("L4029", WARNING, "TLS looked for where it has been taken off")
def decrypted(view: View) -> Iterator[Remark]:
    """Look for ``tls`` behind the ``tls`` wrapper, or for the same TLS behind its handler."""
    for asked in view.matchers:
        if asked.name != "tls" or not asked.clear or asked.negated:
            continue
        wrapped = asked.routes.kind == "wrapper" and asked.routes.clear
        if wrapped or (asked.routes.clear and _same_again(asked)):
            yield Remark(
                asked.matcher,
                f"TLS ends before this {'wrapper' if wrapped else 'subroute'}: what comes here is "
                "clear text, and 'tls' matches a second TLS inside only",
                "put the layer4 wrapper before the 'tls' wrapper"
                if wrapped
                else "match sni and alpn before the handler 'tls', in the route that holds it",
            )


def _same_again(asked: Asked) -> bool:
    """Is it asked for the names that led here, or for a protocol of the Web?"""
    inside = set(snis(asked.matcher))
    outside = {
        n for p in (asked.routes.above.chain if asked.routes.above else ())
        for m in p.route.match if "tls" in m for n in snis(m["tls"])
    }  # fmt: skip
    web = {"h2", "http/1.1"} & set(alpns(asked.matcher))
    return bool(web or inside & outside)


@rule("L4022", WARNING, "TLS by its first bytes, where TLS comes later")
def tls_later(view: View) -> Iterator[Remark]:
    """Look for ``tls`` on ports whose clients negotiate TLS after some words in clear text."""
    for asked in view.matchers:
        if asked.name != "tls" or asked.clear or asked.negated or not asked.routes.streams:
            continue
        if asked.routes.kind == "subroute":
            continue
        ports = sorted(asked.routes.ports)
        known = [p for p in ports if p in _TLS_LATER or p in _NO_TLS]
        if not known or len(known) != len(ports):
            continue
        what = _TLS_LATER.get(known[0]) or _NO_TLS[known[0]]
        postgres = known[0] == 5432
        yield Remark(
            asked.matcher,
            f"ordinary clients of port {known[0]}, {what}, do not begin with a ClientHello: "
            "they are not matched",
            "match 'postgres' and answer with the handler postgres_tls, then match 'tls sni'"
            if postgres
            else "use the port that has TLS from the start, or tell clients apart by address",
        )


@rule("L4024", INFO, "TLS looked for on the HTTP port only")
def tls_on_http_port(view: View) -> Iterator[Remark]:
    """Look for ``tls`` matchers where all listeners are on port 80."""
    for asked in view.matchers:
        if asked.name == "tls" and asked.routes.ports == {view.http_port} and not asked.negated:
            yield Remark(
                asked.matcher,
                f"browsers speak plain HTTP to port {view.http_port}: TLS clients "
                f"go to {view.https_port}",
                f"listen on :{view.https_port} too, if they are meant",
            )


@rule("L4025", INFO, "HTTP/3 looked for on TCP")
def h3_on_tcp(view: View) -> Iterator[Remark]:
    """Look for ALPN of HTTP/3 asked of TLS over TCP."""
    for asked in view.matchers:
        if asked.name == "tls" and any(a.startswith("h3") for a in alpns(asked.matcher)):
            yield Remark(
                asked.matcher,
                "h3 is offered over QUIC (UDP) only: no TLS client on TCP offers it",
                "match 'quic' on a udp/ listener",
            )
