"""Named sets, and matchers that cannot match together."""

from collections.abc import Iterator

from caddylite.caddyfile.token import Token
from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View

#: Each of them says what the first bytes are.
_PROTOCOLS = {
    "dns", "http", "openvpn", "postgres", "proxy_protocol", "quic", "rdp", "socks4", "socks5",
    "ssh", "tls", "winbox", "wireguard", "xmpp",
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
