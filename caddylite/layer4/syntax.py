"""The Caddyfile syntax of layer 4 that modules share: matcher sets, handlers, routes, servers."""

from typing import Any

from caddylite import sources
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import find_module
from caddylite.caddyfile.token import Token
from caddylite.layer4.config import Route, Server
from caddylite.layer4.handling import Handler
from caddylite.layer4.matching import Matcher
from caddylite.values import Duration

MatcherSet = dict[str, Matcher]


def parse_matcher_set(d: Dispenser) -> MatcherSet:
    """Read matchers from the rest of the line or from the block that opens here.

    On one line the first matcher takes all the words.
    """
    segments: dict[str, Dispenser] = {}
    before = d.nesting
    while d.next_arg() or d.next_block(before):
        name = d.val
        if name in segments:
            raise d.err(f"duplicate matcher module '{name}'")
        segments[name] = Dispenser(d.segment())
    out: MatcherSet = {}
    for name, words in segments.items():
        words.next()
        cls, token = find_module(words, Matcher, name), words.token
        words.reset()
        out[name] = cls.parse(words)
        if sources.collecting():
            sources.note(out[name], token.span)
    return out


def parse_handlers(d: Dispenser) -> tuple[Handler, ...]:
    """Read the handlers in the block that opens here."""
    out = []
    for name in d.block():
        cls = find_module(d, Handler, name)
        token = d.token
        handler = cls.parse(Dispenser(d.segment()))
        if sources.collecting():
            sources.note(handler, token.span)
        out.append(handler)
    return tuple(out)


def parse_routes(d: Dispenser, *, with_idle_timeout: bool = False) -> dict[str, Any]:
    """Read the block of a server, a subroute or the listener wrapper.

    Returns the fields ``routes``, ``matching_timeout`` and ``idle_timeout``, where they are given.
    Named matcher sets may stand behind the routes that use them.

    Syntax::

        @<name> <matcher> <arguments...>
        @<name> {
            <matchers...>
        }
        route [<@names...>] {
            <handlers...>
        }
        matching_timeout <duration>
        idle_timeout <duration>
    """
    sets: dict[str, Dispenser] = {}
    route_words: list[Token] = []
    fields: dict[str, Any] = {}
    timeouts = ("idle_timeout", "matching_timeout") if with_idle_timeout else ("matching_timeout",)
    for option in d.block():
        if len(option) > 1 and option[0] == "@":
            if option in sets:
                raise d.err(
                    f"duplicate matcher set '{option}'",
                    "give it another name; or write one set with a block, if all must match",
                )
            sets[option] = Dispenser(d.segment())
        elif option in timeouts:
            if option in fields:
                raise d.err(f"duplicate option '{option}'")
            fields[option] = _duration(d, option)
        elif option == "route":
            route_words += d.segment()
        else:
            raise d.arg_err()
    named = {name: _parse_named_set(words) for name, words in sets.items()}
    routes = _parse_route_words(Dispenser(route_words), named)
    if routes:
        fields["routes"] = tuple(routes)
    return fields


def _duration(d: Dispenser, option: str) -> Duration:
    if d.count_args() > 1 or not d.next_arg():
        raise d.arg_err()
    try:
        return Duration.parse(d.val)
    except ValueError as e:
        raise d.err(f"parsing option '{option}' duration: {e}") from None


def _parse_named_set(words: Dispenser) -> MatcherSet:
    words.next()
    if not words.next_arg() and not words.next_block(words.nesting):
        raise words.arg_err()
    words.reset()
    words.next()
    token = words.token
    found = parse_matcher_set(words)
    if sources.collecting():
        sources.note(found, token.span)
    return found


def _parse_route_words(d: Dispenser, named: dict[str, MatcherSet]) -> list[Route]:
    routes = []
    while d.next():
        sets, token = [], d.token
        for name in _names(d):
            found = named.get(name)
            if found is None:
                raise d.err(f"undefined matcher set '{name}'")
            sets.append(found)
        route = Route(match=tuple(sets), handle=parse_handlers(d))
        if sources.collecting():
            sources.note(route, token.span)
        routes.append(route)
    return routes


def _names(d: Dispenser) -> Any:
    while d.next_arg():
        yield d.val


def parse_server(d: Dispenser) -> Server:
    """Read one server: its addresses (the first is the current word), then its block."""
    token = d.token
    listen = [d.val, *d.args()]
    server = Server(listen=tuple(listen), **parse_routes(d, with_idle_timeout=True))
    if sources.collecting():
        sources.note(server, token.span)
    return server
