"""Matchers put together: all of a set, any of several sets; with three answers each.

A set is refuted as soon as one of its matchers is, and several sets match as soon as one does,
whatever the others still wait for: so an answer does not hang on the order of the matchers.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek
from caddylite.node import Node

MatcherSet = Mapping[str, Matcher]


def prepare(matcher: Matcher, house: Any) -> Match:
    """Prepare one matcher of a set; a complaint names it as Caddy's provisioning does."""
    try:
        return matcher.prepare(house)
    except ConfigError as e:
        raise named(e, matcher) from None


def named(error: ConfigError, matcher: Node) -> ConfigError:
    """Return the complaint with the words about the module of a module map it is about."""
    start = f"module name '{matcher.name}': "
    if isinstance(error, InvalidConfiguration):
        return error.wrap(f"{start}{matcher.id}: invalid configuration: ")
    return error.wrap(f"{start}provision {matcher.id}: ")


def all_of(matchers: MatcherSet, house: Any) -> Match:
    """Return the test of one set; an empty set always matches."""
    tests = [prepare(m, house) for m in matchers.values()]
    if len(tests) == 1:
        return tests[0]

    def every(p: Peek) -> bool:
        waiting = committed = False
        for test in tests:
            p.at = 0
            try:
                if not test(p):
                    return False
            except NeedMore as more:
                waiting, committed = True, committed or more.committed
        if waiting:
            raise NeedMore(committed)  # a new one: kept in a variable it would hold this frame
        return True

    return every


def any_of(sets: Iterable[MatcherSet], house: Any) -> Match:
    """Return the test of several sets; with no set at all everything matches."""
    tests = [all_of(s, house) for s in sets]
    if not tests:
        return lambda p: True
    return tests[0] if len(tests) == 1 else some_of(tests)


def some_of(tests: list[Match]) -> Match:
    """Return a test that matches if one of these does."""

    def some(p: Peek) -> bool:
        waiting = committed = False
        for test in tests:
            p.at = 0
            try:
                if test(p):
                    return True
            except NeedMore as more:
                waiting, committed = True, committed or more.committed
        if waiting:
            raise NeedMore(committed)  # a new one: kept in a variable it would hold this frame
        return False

    return some
