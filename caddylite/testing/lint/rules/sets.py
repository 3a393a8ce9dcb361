"""Named sets, and matchers that cannot match together."""

import re
from collections.abc import Iterator

from caddylite.caddyfile.token import Token
from caddylite.testing.lint.finding import WARNING, Edit, Remark
from caddylite.testing.lint.names import alpns, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View

#: Each of them says what the first bytes are.
_PROTOCOLS = {
    "dns", "http", "openvpn", "postgres", "proxy_protocol", "quic", "rdp", "socks4", "socks5",
    "ssh", "tls", "winbox", "wireguard", "xmpp",
}  # fmt: skip
#: ALPN protocol IDs (IANA), without those of protocols never seen behind a TCP proxy.
_ALPN = {
    "http/0.9", "http/1.0", "http/1.1", "h2", "h2c", "h3", "acme-tls/1", "dot", "doq", "imap",
    "pop3", "managesieve", "ftp", "stun.turn", "stun.nat-discovery", "webrtc", "c-webrtc",
    "xmpp-client", "xmpp-server", "mqtt", "smb", "irc", "nntp", "nnsp", "sunrpc", "coap",
    "spdy/1", "spdy/2", "spdy/3", "tds/8.0", "postgresql", "radius/1.0", "radius/1.1", "ntske/1",
    "sip/2", "co", "smtp",
}  # fmt: skip
_MEANT = {
    "http/2": "h2", "http2": "h2", "http/2.0": "h2", "http/1": "http/1.1", "http1.1": "http/1.1",
    "http": "http/1.1", "http/3": "h3", "http3": "h3", "h1": "http/1.1", "http1": "http/1.1",
    "acme-tls": "acme-tls/1",
}  # fmt: skip


@rule("L4016", WARNING, "named matcher set never used")
def unused_set(view: View) -> Iterator[Remark]:
    """Look for ``@name`` lines of layer 4 that no route names."""
    for block in view.blocks:
        if block.keys:
            continue
        for segment in block.segments:
            if segment[0].text not in ("layer4", "servers"):
                continue
            for token in _unused(segment):
                yield Remark(
                    token.span,
                    f"no route uses {token.text}: these matchers do nothing",
                    f"use it (route {token.text} {{ … }}), or remove the line",
                )


def _unused(segment: list[Token]) -> Iterator[Token]:
    """Yield the names defined and not used; a name counts within the block it stands in."""
    scopes: list[dict[str, Token]] = [{}]
    used: list[set[str]] = [set()]
    before: Token | None = None
    in_route = False
    for token in segment:
        starts = before is not None and before.ends_line_before(token)
        if token.opens:
            scopes.append({})
            used.append(set())
            in_route = False
        elif token.closes and len(scopes) > 1:
            defined, named = scopes.pop(), used.pop()
            yield from (t for name, t in defined.items() if name not in named)
        elif starts and token.text == "route":
            in_route = True
        elif starts:
            in_route = False
            if token.text[:1] == "@" and len(token.text) > 1:
                scopes[-1][token.text] = token
        elif in_route:
            used[-1].add(token.text)
        before = token


@rule("L4017", WARNING, "name given twice")
def repeated_name(view: View) -> Iterator[Remark]:
    """Look for names that stand twice in one list, or in two routes of one list."""
    for asked in view.matchers:
        for values in (snis(asked.matcher), alpns(asked.matcher)) if asked.name == "tls" else ():
            twice = sorted({v for v in values if values.count(v) > 1})
            if twice:
                yield Remark(
                    asked.matcher,
                    f"{', '.join(twice)} stands twice in this list",
                    "remove one; perhaps another name was meant",
                )


@rule("L4018", WARNING, "matchers that cannot match together")
def contradiction(view: View) -> Iterator[Remark]:
    """Look for sets that want two protocols of the same first bytes."""
    for asked in view.matchers:
        names = [n for n in asked.set if n in _PROTOCOLS]
        if len(names) < 2 or asked.name != names[0]:
            continue
        first, second = names[:2]
        yield Remark(
            asked.set,
            f"no connection begins as {first} and as {second}: this set never matches",
            "put them into two sets, and name both in the route (sets are alternatives)",
        )


@rule("L4023", WARNING, "unknown ALPN protocol")
def unknown_alpn(view: View) -> Iterator[Remark]:
    """Look for ALPN protocols that nobody offers, as ``http/2`` for ``h2``."""
    for asked in view.matchers:
        if asked.name in ("tls", "quic"):
            for value in alpns(asked.matcher):
                yield from _unknown(view, asked.matcher, value)
    for place in view.handlers:
        for policy in getattr(place.handler, "connection_policies", ()):
            for value in policy.alpn:
                yield from _unknown(view, place.handler, value)
                if value == "h2c":
                    yield Remark(
                        place.handler,
                        "h2c means HTTP/2 without TLS: no client offers it in a handshake",
                        "write h2, if what comes next takes HTTP/2 in clear text; else remove it",
                    )


def _unknown(view: View, about: object, value: str) -> Iterator[Remark]:
    if value.lower() not in _MEANT or value in _ALPN:
        return
    meant, at = _MEANT[value.lower()], view.at(about)
    fix = (Edit(at.line, value, meant),) if at is not None and view.is_caddyfile else ()
    yield Remark(
        about,
        f"'{value}' is no ALPN protocol ID: no client offers it, so this never matches",
        f"write {meant}",
        fix,
    )


@rule("L4019", WARNING, "anchor holds for one alternative only")
def loose_anchor(view: View) -> Iterator[Remark]:
    """Look for regular expressions like ``^a|b|c$``: only the outer alternatives are anchored."""
    for asked in view.matchers:
        for pattern in _patterns(asked.matcher):
            bare = re.sub(r"\\.|\[[^]]*\]", "", pattern)
            flat = _without_groups(bare)
            if "|" in flat and flat.startswith("^") != all(
                p.startswith("^") for p in flat.split("|")
            ):
                yield Remark(
                    asked.matcher,
                    f"in {pattern} the ^ holds for the first alternative and the $ for the last: "
                    "the others match anywhere in the name",
                    f"write ^(?:{pattern.removeprefix('^').removesuffix('$')})$",
                )


def _without_groups(pattern: str) -> str:
    while True:
        shorter = re.sub(r"\([^()]*\)", "", pattern)
        if shorter == pattern:
            return pattern
        pattern = shorter


def _patterns(matcher: object) -> Iterator[str]:
    for name in ("pattern", "username_regexp", "cookie_hash_regexp", "custom_info_regexp"):
        value = getattr(matcher, name, "")
        if isinstance(value, str) and value:
            yield value
    inside = (getattr(matcher, "matchers", None) or {}).get("sni_regexp")
    if inside is not None:
        yield inside.pattern


@rule("L4008", WARNING, "loose regular expression for names")
def unanchored(view: View) -> Iterator[Remark]:
    """Look for SNI expressions that match in the middle of a name, or any character for a dot."""
    for asked in view.matchers:
        inside = (getattr(asked.matcher, "matchers", None) or {}).get("sni_regexp")
        if inside is None or not isinstance(inside.pattern, str):
            continue
        pattern = inside.pattern
        if not (pattern.startswith("^") and pattern.endswith("$")) and "|" not in pattern:
            yield Remark(
                asked.matcher,
                f"{pattern} matches anywhere in the server name: "
                "a name that only contains it is taken too",
                "anchor it: ^…$",
            )
