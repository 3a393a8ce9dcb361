"""The pattern of a whole URL, cut into the patterns of its components (section 1.7)."""

from typing import Final

from caddylite.http.url_pattern.canonical import COMPONENTS, SPECIAL_PORTS, protocol
from caddylite.http.url_pattern.parts import Component, Options
from caddylite.http.url_pattern.tokens import Token, tokenize

#: By state: the character that ends it, and the state after it. ``/`` belongs to what follows.
_ENDS: Final = {
    "username": (("password", ":"), ("hostname", "@")),
    "password": (("hostname", "@"),),
    "hostname": (("port", ":"), ("pathname", "/"), ("search", "?"), ("hash", "#")),
    "port": (("pathname", "/"), ("search", "?"), ("hash", "#")),
    "pathname": (("search", "?"), ("hash", "#")),
    "search": (("hash", "#"),),
    "hash": (),
}


def split(pattern: str) -> dict[str, str]:
    """Return the components that the pattern has; a component left out matches anything."""
    return _Splitter(pattern).split()


class _Splitter:
    """A walk over the tokens in states, which are named as the components."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.tokens = pattern, tokenize(pattern, lenient=True)
        self.at = self.start = 0
        self.state = "init"
        self.special = False
        self.found: dict[str, str] = {}

    def split(self) -> dict[str, str]:
        """Walk."""
        depth = brackets = 0
        while True:
            token = self.tokens[self.at]
            if token.kind == "end":
                if self.at_end():
                    break
                continue
            depth += (token.kind == "open") - (token.kind == "close" and depth > 0)
            if depth:
                self.at += 1
                continue
            if self.state == "hostname":
                brackets += self.is_plain(self.at, "[") - self.is_plain(self.at, "]")
            if not self.step(brackets):
                self.at += 1
        if "hostname" in self.found:
            self.found.setdefault("port", "")
        return self.found

    def at_end(self) -> bool:
        """Decide whether this is the end, or the component is to be read in another state."""
        if self.state == "init":
            self.at = self.start
            for state, char in (("hash", "#"), ("search", "?")):
                if self.is_end(char):
                    self.change(state, 1)
                    return False
            self.change("pathname", 0)
            return False
        if self.state == "authority":
            self.at, self.state = self.start, "hostname"
            return False
        self.note()
        return True

    def step(self, brackets: int) -> bool:
        """Look at one token; answer whether the place or the state has been changed."""
        if self.state == "init":
            if self.is_plain(self.at, ":"):
                self.at, self.state = self.start, "protocol"
                return True
            return False
        if self.state == "protocol":
            return self.step_protocol()
        if self.state == "authority":
            if self.is_plain(self.at, "@"):
                self.at, self.state = self.start, "username"
                return True
            if any(self.is_end(char) for char in "/?#"):
                self.at, self.state = self.start, "hostname"
                return True
            return False
        for state, char in _ENDS[self.state]:
            if self.is_end(char) and not (char == ":" and brackets):
                self.change(state, int(char != "/"))
                return True
        return False

    def step_protocol(self) -> bool:
        """Look for the end of the protocol; what follows depends on it."""
        if not self.is_plain(self.at, ":"):
            return False
        compiled = Component(self.text(), protocol, Options())
        self.special = any(compiled.matches(scheme) for scheme in SPECIAL_PORTS)
        if self.is_plain(self.at + 1, "/") and self.is_plain(self.at + 2, "/"):
            self.change("authority", 3)
        else:
            self.change("authority" if self.special else "pathname", 1)
        return True

    def is_plain(self, at: int, char: str) -> bool:
        """Is the token there this character, with no meaning of its own?"""
        token = self.token(at)
        return token.value == char and token.kind in ("char", "escaped", "invalid")

    def is_end(self, char: str) -> bool:
        """Is the current token this delimiter? A ``?`` behind a group is a modifier."""
        if self.is_plain(self.at, char):
            return True
        if char != "?" or self.token(self.at).value != "?":
            return False
        before = self.token(self.at - 1).kind if self.at else ""
        return before not in ("name", "regexp", "close", "asterisk")

    def token(self, at: int) -> Token:
        """Return a token; the last one where there is none."""
        return self.tokens[min(at, len(self.tokens) - 1)]

    def text(self) -> str:
        """Return the pattern's text from where the component began."""
        return self.pattern[self.token(self.start).place : self.tokens[self.at].place]

    def note(self) -> None:
        """Keep the component that ends here."""
        if self.state in COMPONENTS:
            self.found[self.state] = self.text()

    def change(self, state: str, skip: int) -> None:
        """Go on in another state; components that were passed over are empty."""
        self.note()
        if self.state != "init":
            here = 3 if self.state == "authority" else COMPONENTS.index(self.state)
            there = 3 if state == "authority" else COMPONENTS.index(state)
            if here < 3 < there:
                self.found.setdefault("hostname", "")
            if here < 5 < there:
                self.found.setdefault("pathname", "/" if self.special else "")
            if here < 6 < there:
                self.found.setdefault("search", "")
        self.state = state
        self.at += skip
        self.start = self.at
