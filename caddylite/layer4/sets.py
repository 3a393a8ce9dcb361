"""Matchers put together: all of a set, any of several sets; with three answers each.

A set is refuted as soon as one of its matchers is, and several sets match as soon as one does,
whatever the others still wait for: so an answer does not hang on the order of the matchers.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.kinds import refuse_null
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek

MatcherSet = Mapping[str, Matcher]

_CHEAP: Final = ("remote_ip", "local_ip", "remote_ip_list", "clock", "vars", "vars_regexp")
#: A placeholder that matchers set: not one of the connection itself, or of the ``vars`` handler.
_NAME: Final = re.compile(r"\{l4\.(?!conn\.|vars\.)")


def prepare(matcher: Matcher, house: Any) -> Match:
    """Prepare one matcher of a set; a complaint names it as Caddy's provisioning does."""
    refuse_null(matcher)
    try:
        return matcher.prepare(house)
    except ConfigError as e:
        raise e.named(matcher.name, matcher.id) from None


def in_order(matchers: MatcherSet, house: Any) -> list[tuple[str, Match]]:
    """Return the tests of a set in the order in which they are asked, with their names.

    Those that need no bytes come first: they refute at once. Those that read what others set
    (``vars`` of ``{l4.tls.server_name}``) come last, and wait for these to match.
    """
    readers = [name for name in matchers if reads_names({name: matchers[name]})]
    first = sorted(
        (name for name in matchers if name not in readers),
        key=lambda name: (name not in _CHEAP, name),
    )
    tests = [(name, prepare(matchers[name], house)) for name in first]
    setters = [test for name, test in tests if name not in _CHEAP]
    return tests + [
        (name, _behind(setters, prepare(matchers[name], house))) for name in sorted(readers)
    ]


def reads_names(matchers: MatcherSet) -> bool:
    """Does one of them look at placeholders that matchers set?"""
    return any("{l4." in said and _NAME.search(said) for said in map(repr, matchers.values()))


def _behind(setters: list[Match], reader: Match) -> Match:
    """Ask a matcher only once others have matched; until they do it waits as they do."""
    if not setters:
        return reader

    def match(p: Peek) -> bool:
        for test in (*setters, reader):
            p.at = 0
            if not test(p):
                return False
        return True

    return match


def all_of(matchers: MatcherSet, house: Any) -> Match:
    """Return the test of one set; an empty set always matches."""
    tests = [test for _, test in in_order(matchers, house)]
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
