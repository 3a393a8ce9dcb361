"""A component's pattern to a regular expression (the standard's sections 2.2 to 2.4)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from caddylite.http.url_pattern.tokens import Malformed, Token, tokenize
from caddylite.regexps import Regexp

_ANYTHING = ".*"
Encode = Callable[[str], str]


class Part(NamedTuple):
    """A piece of a pattern: fixed text (no name), or a group between a prefix and a suffix.

    ``modifier`` is ``?``, ``*``, ``+`` or nothing.
    """

    value: str
    modifier: str
    name: str | None = None
    prefix: str = ""
    suffix: str = ""


class Component:
    """A compiled component; ``names`` are its groups'."""

    def __init__(self, pattern: str, encode: Encode, options: "Options") -> None:
        parts = _Parser(pattern, encode, options).parse()
        self.names = [part.name for part in parts if part.name is not None]
        case = "(?i)" if options.ignore_case else ""
        self._regexp = Regexp(f"{case}\\A(?:{''.join(map(_expression, parts))})\\z")

    def groups(self, text: str) -> dict[str, str] | None:
        """Match the whole text; return the groups, or None."""
        found = self._regexp.groups(text)
        if found is None:
            return None
        if found == ["", ""]:
            return {}
        return dict(zip(self.names, found[1:], strict=False))

    def matches(self, text: str) -> bool:
        """Does the whole text match?"""
        return self._regexp.matches(text)


class Options(NamedTuple):
    """What ends a named group, what may stand before one as its prefix, whether case counts."""

    delimiter: str = "\0"
    prefix: str = ""
    ignore_case: bool = False


class _Parser:
    """Reads tokens to parts."""

    def __init__(self, pattern: str, encode: Encode, options: Options) -> None:
        self.tokens, self.at = tokenize(pattern), 0
        self.encode, self.options = encode, options
        self.segment = f"[^{re.escape(options.delimiter)}]+?"
        self.parts: list[Part] = []
        self.pending, self.number = "", 0

    def parse(self) -> list[Part]:
        """Read them all."""
        while True:
            char = self.take("char")
            name = self.take("name")
            group = self.take("regexp") or (None if name else self.take("asterisk"))
            if name or group:
                prefix = char.value if char else ""
                if prefix and prefix != self.options.prefix:
                    self.pending += prefix
                    prefix = ""
                self.flush()
                self.add(prefix, name, group, "", self.modifier())
            elif text := char or self.take("escaped"):
                self.pending += text.value
            elif self.take("open"):
                self.braces()
            else:
                self.flush()
                self.need("end")
                return self.parts

    def braces(self) -> None:
        """Read ``{prefix :name(regexp) suffix}modifier`` behind its brace."""
        prefix = self.text()
        name = self.take("name")
        group = self.take("regexp") or (None if name else self.take("asterisk"))
        suffix = self.text()
        self.need("close")
        self.add(prefix, name, group, suffix, self.modifier())

    def take(self, kind: str) -> Token | None:
        """Take the next token if it is of this kind."""
        token = self.tokens[self.at]
        if token.kind != kind:
            return None
        self.at += kind != "end"
        return token

    def need(self, kind: str) -> None:
        """Take a token that must be there."""
        if self.take(kind) is None:
            token = self.tokens[self.at]
            raise Malformed(f"unexpected {token.value!r} at {token.place}, expected {kind}")

    def text(self) -> str:
        """Take plain characters."""
        out = ""
        while token := self.take("char") or self.take("escaped"):
            out += token.value
        return out

    def modifier(self) -> str:
        """Take a modifier, if there is one."""
        token = self.take("modifier") or self.take("asterisk")
        return token.value if token else ""

    def flush(self) -> None:
        """Make a part of the fixed text so far."""
        if self.pending:
            self.parts.append(Part(self.encode(self.pending), ""))
            self.pending = ""

    def add(
        self, prefix: str, name: Token | None, group: Token | None, suffix: str, modifier: str
    ) -> None:
        """Add what was read: a group, or a text that may be modified."""
        if not (name or group):
            if not modifier:
                self.pending += prefix
                return
            self.flush()
            if prefix:
                self.parts.append(Part(self.encode(prefix), modifier))
            return
        self.flush()
        if group is None:
            value = self.segment
        else:
            value = _ANYTHING if group.kind == "asterisk" else group.value
        label = name.value if name else str(self.number)
        self.number += name is None
        if any(part.name == label for part in self.parts):
            raise Malformed(f"duplicate name {label!r}")
        self.parts.append(Part(value, modifier, label, self.encode(prefix), self.encode(suffix)))


def _expression(part: Part) -> str:
    value, modifier, prefix, suffix = part.value, part.modifier, part.prefix, part.suffix
    if part.name is None:
        return f"(?:{re.escape(value)}){modifier}" if modifier else re.escape(value)
    repeated = modifier in ("*", "+")
    if not (prefix or suffix):
        return f"((?:{value}){modifier})" if repeated else f"({value}){modifier}"
    before, behind = re.escape(prefix), re.escape(suffix)
    if not repeated:
        return f"(?:{before}({value}){behind}){modifier}"
    optional = "?" if modifier == "*" else ""
    return f"(?:{before}((?:{value})(?:{behind}{before}(?:{value}))*){behind}){optional}"
