"""The protocol that client and server agree on in the TLS handshake, and who speaks it then."""

from collections.abc import Iterator
from typing import Any, Final

from caddylite.testing.lint.finding import INFO, WARNING, Remark
from caddylite.testing.lint.hops import carried
from caddylite.testing.lint.names import MISSPELT, alpns
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Place, View

#: What is answered where no policy says otherwise.
_DEFAULT: Final = ("h2", "http/1.1")
_WEB_PORTS: Final = (80, 3000, 5000, 8000, 8080, 8888, 9000)
#: Ports whose services have nothing to do with HTTP.
_OTHERS: Final = {
    21, 22, 25, 53, 110, 143, 389, 443, 587, 993, 995, 1194, 1433, 1883, 3306, 3389, 3478, 5222,
    5349, 5432, 5900, 6379, 11211, 27017,
}  # fmt: skip


def _offered(handler: Any) -> set[str]:
    """Return the protocols that a ``tls`` handler agrees to."""
    found: set[str] = set()
    for policy in handler.connection_policies:
        found.update(policy.alpn or _DEFAULT)
    return found or set(_DEFAULT)


def _wanted(place: Place) -> tuple[str, ...]:
    """Return the protocols that clients must offer to get to a handler; empty if any will do."""
    for step in place.chain:
        named = [alpns(m["tls"]) for m in step.route.match if "tls" in m]
        if named and all(named) and len(named) == len(step.route.match):
            return tuple(dict.fromkeys(n for names in named for n in names))
    return ()


@rule("L4037", WARNING, "protocol matched by ALPN and not agreed to")
def not_agreed(view: View) -> Iterator[Remark]:
    """Look for ``tls`` handlers that do not offer the protocol that their clients come with."""
    for place in view.handlers:
        if place.handler.name != "tls":
            continue
        wanted = [w for w in _wanted(place) if w != "acme-tls/1" and w not in MISSPELT]
        where = f"the matcher asks for {' or '.join(wanted)}"
        if not wanted and place.routes.ports == {853}:
            wanted, where = ["dot"], "clients of port 853 may offer 'dot' only"
        offered = _offered(place.handler)
        if not wanted or any("{" in w for w in wanted) or offered & set(wanted):
            continue
        yield Remark(
            place.handler,
            f"{where}, and this handler agrees to {', '.join(sorted(offered))} only: a client "
            "that offers nothing else is refused (no_application_protocol)",
            f"tls {{ connection_policy {{ alpn {' '.join(wanted)} }} }}",
        )


@rule("L4054", INFO, "TLS ended and begun again")
def twice_encrypted(view: View) -> Iterator[Remark]:
    """Look for proxies that speak TLS to an upstream behind a ``tls`` handler."""
    for place, upstream, text, _ in view.dials():
        if not place.clear or upstream.tls is None or carried(place) == "tls":
            continue
        if not any(policy.alpn for h in place.ended for policy in h.connection_policies):
            yield Remark(
                place.handler,
                f"TLS ends here and a new one goes to {text}: both sides must agree on ALPN, "
                "and the client is told h2 or http/1.1 before the upstream is asked",
                "pass the connection through by SNI if you can; else say the protocols that "
                "the upstream knows (tls { connection_policy { alpn … } })",
            )


@rule("L4055", WARNING, "no ALPN set for an upstream in clear text")
def alpn_for_plain_http(view: View) -> Iterator[Remark]:
    """Look for TLS ended in front of a plain HTTP port: browsers choose h2, servers want 1.1."""
    for place, upstream, text, dial in view.dials():
        if dial is None or upstream.tls is not None or carried(place) not in ("clear", "http"):
            continue
        port = dial.start_port
        browsers = place.routes.ports <= {443, view.https_port} and port not in _OTHERS
        wanted = _wanted(place)
        other = bool(wanted) and not set(wanted) & set(_DEFAULT)
        if other or not (browsers or port in _WEB_PORTS):
            continue
        if place.ended and not any(x.alpn for h in place.ended for x in h.connection_policies):
            yield Remark(
                place.handler,
                f"browsers offer h2, it is accepted here, and {text} then gets HTTP/2 in clear "
                "text, which most web servers take for a broken request"
                + ("" if port in _WEB_PORTS else " (no matter if it is something else)"),
                "allow http/1.1 only: tls { connection_policy { alpn http/1.1 } }",
            )
