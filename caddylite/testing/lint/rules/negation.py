"""``not`` in the wrong place, and what it takes that was not meant."""

from collections.abc import Iterator
from typing import Any

from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Edit, Remark
from caddylite.testing.lint.names import alpns, hosts, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Asked, View


def _values(matcher: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if matcher.name in ("tls", "quic"):
        return ("sni", snis(matcher)), ("alpn", alpns(matcher))
    if matcher.name == "http":
        return (("host", hosts(matcher)),)
    return ()


@rule("L4012", ERROR, "literal 'not' as a value")
def literal_not(view: View) -> Iterator[Remark]:
    """Look for the word ``not`` among names: there it is a name, and negates nothing."""
    for asked in view.matchers:
        for what, values in _values(asked.matcher):
            if "not" not in values:
                continue
            rest = " ".join(v for v in values if v != "not")
            good = (
                f"not {asked.name} {what} {rest}".rstrip()
                if view.is_caddyfile
                else f'{{"not": [{{"{asked.name}": …}}]}}'
            )
            yield Remark(
                asked.matcher,
                f"'not' is taken as a name here: it matches clients whose {what} is "
                f"'not'{' or ' + rest if rest else ''}, the opposite of what was meant",
                f"write: {good}",
                _fix(view, asked, what),
            )


def _fix(view: View, asked: Asked, what: str) -> tuple[Edit, ...]:
    at = view.at(asked.matcher)
    if at is None or not view.is_caddyfile or asked.negated or at.line > len(view.lines):
        return ()
    old = f"{asked.name} {what} not"
    return (Edit(at.line, old, f"not {asked.name} {what}"),)


@rule("L4013", WARNING, "'not' takes its matchers together")
def several_in_not(view: View) -> Iterator[Remark]:
    """Look for ``not`` around several matchers: it says "not both", not "neither"."""
    for asked in view.matchers:
        if asked.name != "not":
            continue
        for inside in asked.matcher.sets or ():
            if len(inside) > 1:
                names = " and ".join(f"'{n}'" for n in inside)
                yield Remark(
                    asked.matcher,
                    f"this refuses only what matches {names} together; "
                    "a connection that matches one of them passes",
                    "for \"none of them\" put each 'not' in a subroute of its own, "
                    "or (in JSON) give 'not' several sets",
                )


@rule("L4009", INFO, "'not tls alpn' holds for clients that offer no ALPN")
def not_alpn(view: View) -> Iterator[Remark]:
    """Look for routes that take TLS clients by the ALPN protocols that they do not offer."""
    for asked in view.matchers:
        if asked.negated and asked.name == "tls" and alpns(asked.matcher):
            yield Remark(
                asked.matcher,
                "every client that offers none of these protocols is meant by this, also one "
                "without ALPN: monitoring, old browsers, mail programs, scanners",
                "add 'tls sni <name>' to the set, so that only clients of that name are taken",
            )
