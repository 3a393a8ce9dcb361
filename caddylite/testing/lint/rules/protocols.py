"""Matchers that cannot see what they look for: wrong network, wrong port, still encrypted."""

from collections.abc import Iterator

from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Remark
from caddylite.testing.lint.names import alpns
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
                f"{name} comes in UDP datagrams, and {where}: it never matches, and in real "
                "Caddy it makes the routes around it fail now and then",
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


@rule("L4021", WARNING, "plain HTTP looked for on an encrypted port")
def encrypted(view: View) -> Iterator[Remark]:
    """Look for ``http`` on the HTTPS port before TLS is taken off."""
    for asked in view.matchers:
        if asked.name == "http" and not asked.clear and asked.routes.streams:
            ports = asked.routes.ports
            if ports and ports <= {view.https_port, 443, 8443}:
                yield Remark(
                    asked.matcher,
                    f"clients of port {_port(asked, 443)} speak TLS: the request is still "
                    "encrypted here, and 'http' matches plain HTTP only",
                    "match by 'tls sni', or end TLS in an earlier route (handler 'tls') "
                    "or behind the 'tls' wrapper",
                )


@rule("L4029", WARNING, "TLS looked for where it has been taken off")
def decrypted(view: View) -> Iterator[Remark]:
    """Look for ``tls`` matchers in wrappers behind the ``tls`` wrapper."""
    for asked in view.matchers:
        if asked.name == "tls" and asked.routes.clear and asked.routes.kind == "wrapper":
            yield Remark(
                asked.matcher,
                "TLS ends before this wrapper: what comes here is clear text, "
                "and 'tls' matches a second TLS inside only",
                "put the layer4 wrapper before the 'tls' wrapper",
            )


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
