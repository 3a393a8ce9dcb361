"""Protocols in which the server speaks first: clients wait, and nothing can be matched."""

from collections.abc import Iterator
from typing import Final

from caddylite.layer4.config import Route
from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.hops import carried
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import NO_BYTES, Place, View

#: By port: clients of these wait for a greeting.
_SERVER_FIRST: Final = {
    21: "FTP", 25: "SMTP", 110: "POP3", 143: "IMAP", 587: "mail submission", 2525: "SMTP",
    3306: "MySQL", 5900: "VNC",
}  # fmt: skip


@rule("L4014", WARNING, "server speaks first behind a 'not' that reads bytes")
def silent_behind_not(view: View) -> Iterator[Remark]:
    """Look for ``not`` of matchers that need bytes: silent clients wait until the timeout."""
    for asked in view.matchers:
        if asked.name != "not" or asked.routes.datagrams:
            continue
        if asked.routes.ports <= {80, 443, view.http_port, view.https_port}:
            continue  # where clients speak first
        reads = {m.name for s in asked.matcher.sets or () for m in s.values()} - NO_BYTES
        ahead = [
            m for m in asked.set.values() if m.name not in NO_BYTES and m is not asked.matcher
        ]
        if reads and not ahead:
            names = ", ".join(sorted(reads))
            yield Remark(
                asked.matcher,
                f"'not {names}' is undecided until the client has sent something: a client that "
                "waits for the server to speak (SMTP, MySQL, FTP, IMAP) is closed at the "
                "matching timeout",
                "give such protocols a listener of their own, or match them by address",
            )


@rule("L4036", WARNING, "server speaks first behind matchers that read bytes")
def waits_for_bytes(view: View) -> Iterator[Remark]:
    """Look for mail and the like behind routes that are undecided until the client speaks."""
    for place, upstream, text, dial in view.dials():
        what = _SERVER_FIRST.get(dial.start_port) if dial is not None else None
        if not what or upstream.tls is not None or carried(place) or place.clear:
            continue
        reader = _reader(place)
        if reader:
            at = view.at(reader)
            line = f" (line {at.line})" if at else ""
            yield Remark(
                place.handler,
                f"{what} clients say nothing before {text} has greeted them, and the route before "
                f"it{line} is undecided until they do: they are closed at the matching timeout",
                "give this service a listener of its own, or tell its clients apart by "
                "remote_ip or local_ip in a first route",
            )


def _reader(place: Place) -> Route | None:
    """Return an earlier route of the list that certainly waits for bytes of every client."""
    if place.route.match and not all(m.keys() <= NO_BYTES for m in place.route.match):
        return None  # its own matchers are for clients that speak
    for route in place.routes.routes[: place.index]:
        if any(m and not m.keys() & (NO_BYTES | {"not"}) for m in route.match):
            return route
    return None
