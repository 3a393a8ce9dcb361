"""What caddylite decides right and caddy-l4, as it is at 42db569, may not."""

from collections.abc import Iterator

from caddylite.layer4.config import Route
from caddylite.testing.lint.finding import INFO, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import NO_BYTES, View

#: How many bytes they may need: those at the end of the list come in several segments.
_NEEDS = ("wireguard", "ssh", "proxy_protocol", "socks4", "socks5", "postgres", "xmpp", "rdp",
          "winbox", "regexp", "openvpn", "dns", "http", "tls", "quic")  # fmt: skip


def _need(route: Route) -> int:
    """Return how late a route can be decided; -1 without a matcher that reads."""
    found = [-1]
    for matchers in route.match:
        for matcher in matchers.values():
            inner = [m for s in getattr(matcher, "sets", None) or () for m in s.values()]
            for m in inner if matcher.name == "not" else [matcher]:
                if m.name in _NEEDS and m.name not in NO_BYTES:
                    found.append(_NEEDS.index(m.name))
    return max(found)


@rule("L4080", INFO, "real caddy-l4 may drop a ClientHello in two segments")
def split_hello(view: View) -> Iterator[Remark]:
    """Look for a route that needs many bytes before one that is refuted by the first few.

    caddy-l4 forgets an earlier undecided route once the last one is refuted: a ClientHello (or a
    request) in two segments then goes to the fallback. caddylite waits, so this is about
    deploying the file to real Caddy.
    """
    for routes in view.lists:
        if routes.datagrams or len(routes.routes) < 2:
            continue
        needs = [_need(r) for r in routes.routes]
        for number, need in enumerate(needs[:-1]):
            later = needs[number + 1 :]
            if need >= _NEEDS.index("http") and (
                later[-1] < _NEEDS.index("http") or any(n != need for n in later if n >= 0)
            ):
                yield Remark(
                    routes.routes[number],
                    f"in real caddy-l4 (42db569) route {number} is forgotten when a later route "
                    "is decided by the first segment: a client whose first bytes come in two "
                    "pieces (large ClientHello) goes to what is behind",
                    "for real Caddy put the routes that need the most bytes (tls) last; "
                    "caddylite decides right in any order",
                )
                break
