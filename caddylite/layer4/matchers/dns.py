"""The ``dns`` matcher."""

from collections.abc import Callable
from typing import Any, Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Connection, Match, Matcher, NeedMore, Peek, expand_early
from caddylite.node import Node
from caddylite.registry import module

#: Class, type and name of a question, as text.
_Asked = tuple[str, str, str]
_RuleTest = Callable[[_Asked, Connection], bool]


class Rule(Node, frozen=True):
    """What a question must be like; what is empty does not matter."""

    class_: str = field(default="", name="class")
    class_regexp: str = ""
    name_: str = field(default="", name="name")
    name_regexp: str = ""
    type: str = ""
    type_regexp: str = ""


@module("layer4.matchers.dns")
class DNS(Matcher, frozen=True):
    """Matches DNS requests: datagrams, or messages behind their length in a stream (RFC 1035).

    Of allow rules one must match each question, of deny rules none may. Where both kinds are given
    a question that neither matches is allowed (``default_deny``: not), and one that both match is
    denied (``prefer_allow``: not). Names are compared in lower case and end in a dot.

    Syntax::

        dns
        dns {
            <allow|deny> <*|name> [<*|type> [<*|class>]]
            <allow_regexp|deny_regexp> <*|pattern> [<*|pattern> [<*|pattern>]]
            default_deny
            prefer_allow
        }
    """

    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    default_deny: bool = False
    prefer_allow: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the rules."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        rules: dict[str, list[Rule]] = {"allow": [], "deny": []}
        flags: set[str] = set()
        before = d.nesting
        for option in d.block():
            verdict, _, kind = option.partition("_")
            if verdict in rules and kind in ("", "regexp"):
                rules[verdict].append(_rule(d, kind))
            elif option in ("default_deny", "prefer_allow"):
                if option in flags:
                    raise d.err(f"duplicate {cls.name} option '{option}'")
                if d.count_args():
                    raise d.arg_err()
                flags.add(option)
            else:
                raise d.arg_err()
            if d.next_block(before + 1):
                raise d.err(
                    f"malformed {cls.name} option {option}: nested blocks are not supported"
                )
        return cls(
            tuple(rules["allow"]),
            tuple(rules["deny"]),
            "default_deny" in flags,
            "prefer_allow" in flags,
        )

    def prepare(self, house: Any) -> Match:
        """Compile the rules."""
        from caddylite.wire import dns

        allow = [_rule_test(rule, house) for rule in self.allow]
        deny = [_rule_test(rule, house) for rule in self.deny]

        def permitted(asked: _Asked, cx: Connection) -> bool:
            allowed = any(test(asked, cx) for test in allow)
            denied = any(test(asked, cx) for test in deny)
            if denied:
                return allowed and self.prefer_allow
            return allowed or (bool(deny) and not self.default_deny)

        def match(p: Peek) -> bool:
            message, size = _message(p)
            found = dns.read(message, size)
            if isinstance(found, dns.Incomplete):
                raise NeedMore
            if isinstance(found, dns.NotDNS):
                return p.no(found.why)
            if not (allow or deny):
                return True
            for question in found.questions:
                class_, kind = dns.CLASSES.get(question.class_), dns.TYPES.get(question.type)
                if class_ is None or kind is None:
                    return p.no("a question of unknown class or type")
                if not permitted((class_, kind, question.name), p.cx):
                    return p.no(f"the rules do not allow {question.name} {kind} {class_}")
            return True

        return match


def _rule(d: Dispenser, kind: str) -> Rule:
    """Read name, type and class, or patterns for them; ``*`` is for any."""
    if not 1 <= d.count_args() <= 3:
        raise d.arg_err()
    words = ["" if word == "*" else word for word in d.args()]
    name, type_, class_ = [*words, "", ""][:3]
    if kind:
        return Rule(class_regexp=class_, name_regexp=name, type_regexp=type_)
    return Rule(class_=class_, name_=name, type=type_)


def _message(p: Peek) -> tuple[bytes, int]:
    """Return the beginning of the first message, and how long the whole is."""
    message = p.first_datagram
    if p.cx.is_datagram:
        return message, len(message)
    size = int.from_bytes(p.read(2), "big")
    return p.rest(), size


def _rule_test(rule: Rule, house: Any) -> _RuleTest:
    from caddylite import regexps

    exact = (rule.class_, rule.type, rule.name_.lower())
    patterns: list[regexps.Regexp | None] = []
    for pattern in (rule.class_regexp, rule.type_regexp, rule.name_regexp):
        try:
            patterns.append(regexps.compile(expand_early(pattern, house)) if pattern else None)
        except ValueError as e:
            raise ConfigError(str(e)) from None

    def test(asked: _Asked, cx: Connection) -> bool:
        for wanted, pattern, given in zip(exact, patterns, asked, strict=True):
            expected = cx.expand(wanted)
            if expected and expected != given:
                return False
            if pattern is not None and not pattern.matches(given):
                return False
        return True

    return test
