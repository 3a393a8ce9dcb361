"""What an upstream is given, TLS or clear text, and what its port takes."""

from collections.abc import Iterator
from typing import Final

from caddylite.testing.lint.finding import INFO, WARNING, Remark
from caddylite.testing.lint.hops import carried
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Place, View

_STARTTLS: Final = {
    21: "FTP", 25: "SMTP", 110: "POP3", 143: "IMAP", 587: "mail submission",
}  # fmt: skip
#: Ports on which a ClientHello is nonsense to most servers.
_CLEAR: Final = {
    **_STARTTLS, 22: "SSH", 53: "DNS", 80: "HTTP", 389: "LDAP", 1883: "MQTT", 3000: "HTTP",
    3306: "MySQL", 5000: "HTTP", 6379: "Redis", 8000: "HTTP", 8080: "HTTP", 11211: "memcached",
}  # fmt: skip
#: Ports on which nothing but a ClientHello is understood.
_ENCRYPTED: Final = {
    443: "HTTPS", 465: "SMTP over TLS", 636: "LDAP over TLS", 853: "DNS over TLS",
    990: "FTP over TLS", 993: "IMAP over TLS", 995: "POP3 over TLS", 5671: "AMQP over TLS",
    6697: "IRC over TLS", 8883: "MQTT over TLS",
}  # fmt: skip


#: Ports on which TLS, if at all, is asked for in clear text.
_LATER: Final = {**_STARTTLS, 389: "LDAP", 3306: "MySQL", 5222: "XMPP", 5432: "PostgreSQL"}


@rule("L4038", WARNING, "TLS passed on to a port of clear text")
def tls_to_clear(view: View) -> Iterator[Remark]:
    """Look for TLS, the client's or the proxy's own, that goes to a plain port."""
    for place, upstream, text, dial in view.dials():
        port = dial.start_port if dial is not None and not dial.is_unix else 0
        if upstream.tls is not None:
            if port in _LATER:
                yield Remark(
                    place.handler,
                    f"the upstream's tls options begin with a ClientHello, and {text} "
                    f"({_LATER[port]}) wants to be asked in clear text first",
                    "remove them, or name a port of the upstream that has TLS from the start",
                )
            continue
        what = _CLEAR.get(port)
        if what and (carried(place) == "tls" or _all_of_a_tls_port(view, place)):
            yield Remark(
                place.handler,
                f"nothing takes TLS off on this route, so {text} gets a ClientHello, and that is "
                f"usually a port of {what} in clear text",
                "put the handler 'tls' before 'proxy' (it needs a certificate for that name), or "
                "name the upstream's TLS port",
            )


def _all_of_a_tls_port(view: View, place: Place) -> bool:
    """Does everything that comes to a port of TLS go this way?"""
    routes = place.routes
    alone = routes.kind == "server" and len(routes.routes) == 1 and not place.route.match
    known = {view.https_port, *_ENCRYPTED}
    return alone and routes.streams and not place.clear and {0} < {0, *routes.ports} <= {0, *known}


@rule("L4039", WARNING, "clear text passed on to a port of TLS")
def clear_to_tls(view: View) -> Iterator[Remark]:
    """Look for routes whose bytes are clear text and whose upstream's port is one of TLS."""
    for place, upstream, text, dial in view.dials():
        what = _ENCRYPTED.get(dial.start_port) if dial is not None and not dial.is_unix else None
        if not what or upstream.tls is not None:
            continue
        given = carried(place)
        if given in ("clear", "http"):
            why = "TLS has been taken off" if given == "clear" else "the request is plain HTTP"
            yield Remark(
                place.handler,
                f"{why} here, and {text} ({what}) waits for a ClientHello that never comes",
                f"encrypt again (upstream {text} {{ tls }}), "
                + (
                    "pass the connection through without the handler 'tls', "
                    if given == "clear"
                    else ""
                )
                + "or name the upstream's plain port",
            )


@rule("L4057", WARNING, "TLS wrapped in TLS")
def twice_wrapped(view: View) -> Iterator[Remark]:
    """Look for upstreams with options of TLS on routes that pass the client's own TLS through."""
    for place, upstream, text, _ in view.dials():
        if upstream.tls is not None and carried(place) == "tls":
            yield Remark(
                place.handler,
                f"the client's TLS is not taken off on this route, and the upstream's tls options "
                f"put a second one around it: {text} finds a ClientHello where it wants a request",
                "remove the tls options of the upstream to pass the connection through, or put "
                "the handler 'tls' before 'proxy' to end TLS here",
            )


@rule("L4052", INFO, "TLS ends here, and the next hop wants STARTTLS")
def starttls_next(view: View) -> Iterator[Remark]:
    """Look for proxies to mail ports in clear text behind a ``tls`` handler."""
    for place, upstream, text, dial in view.dials():
        if place.clear and dial is not None and upstream.tls is None:
            what = _STARTTLS.get(dial.start_port)
            if what:
                yield Remark(
                    place.handler,
                    f"{text} ({what}) gets clear text from this proxy: many servers refuse "
                    "to log in without STARTTLS, and they see the proxy's address",
                    "use the server's own TLS port, or allow plain logins from this address there",
                )
