"""Blocks of directives inside a directive (``handle``, ``route``, ``handle_errors`` …)."""

from caddylite.adapt.directives import find_directive
from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.caddyfile.parser import Segment
from caddylite.errors import ConfigError

#: Directives that are sorted as others are.
SORTED_AS = {"handle_path": "handle"}


def values_of_block(h: Helper) -> list[ConfigValue]:
    """Read a segment whose block holds directives; return what they contribute, in file order.

    Matchers defined in the block are added to those in scope, for this block only.
    """
    out: list[ConfigValue] = []
    while h.next():
        if h.next_arg():
            raise h.arg_err()
        segments = [h.segment() for _ in h.block()]
        matchers = dict(h.matchers)
        for segment in segments:
            if segment[0].text.startswith("@"):
                from caddylite.adapt.named_matchers import define_matcher

                define_matcher(segment, matchers)
        block_state = dict(h.block_state)
        for segment in segments:
            if not segment[0].text.startswith("@"):
                out += _run(h, segment, h.within(segment, matchers, block_state))
    return out


def _run(outer: Helper, segment: Segment, inner: Helper) -> list[ConfigValue]:
    name = segment[0].text
    directive = find_directive(name)
    if directive is None:
        from caddylite.adapt.advice import about_directive

        raise outer.err(
            f"unrecognized directive: {name} - are you sure your Caddyfile structure "
            "(nesting and braces) is correct?",
            about_directive(name),
        )
    try:
        values = directive(inner)
    except ConfigError as e:
        told = str(outer.err(f"parsing caddyfile tokens for '{name}': {e}"))
        raise ConfigError(told, e.at or outer.at, e.hint).as_is() from None
    return attributed(values, name)


def attributed(values: list[ConfigValue], directive: str) -> list[ConfigValue]:
    """Note which directive contributed these values (the one they are sorted as)."""
    name = SORTED_AS.get(directive, directive)
    for v in values:
        v.directive = name
    return values
