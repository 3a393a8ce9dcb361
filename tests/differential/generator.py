"""Makes Caddyfiles from a seed: most of them valid, some of them slightly broken."""

from collections.abc import Callable
from random import Random

from caddylite.adapt.directives import built_in
from tests.differential.mutations import broken
from tests.differential.syntax import DIRECTIVES, MATCHERS, OPTIONS, SITE_ONLY, Line
from tests.differential.words import WORDS, filled

#: What stands in lines that are refused more often than not.
_RISKY = (
    "nope", "filesystem", "exec", "1h", "burst", "<hash>", "force_automate", "message <text>",
    "auto_https <word>", "<path> <word>", "header <field> <text>", "protocol <word>", "read_body",
    "respond <m> <text> <status>", "request_header <header>", "tls <email>", "close", "http_port <port>",
    "copy_response", "order <word>", "write <dur>", "hostnames", "acme_dns", "header <field> <re>",
    "include a.b", "exclude c", "core mock", "response_buffers", "rewrite <m> <path> <word>", "@e", "@ok",
)  # fmt: skip

#: Words that make a line wrong more often than right are chosen less often than these say.
_CAREFUL = 0.95
_BAD = {
    "65536", "http", "x", "forever", "5", "big", "100 MB", "nope", "abc", "2x", "999", "300.1.1.1",
    "h4", "(", "bad", "ssl3", "NOPE", "rsa1", "-1", "08", "1_000", "ftp://x/y", "//x", "-1s", "srv+http://x",
    "https://x:80", "http://x/path", "header", "random_choose x", "1.5", "=y", "{env.BIND}", "file()",
}  # fmt: skip


class Generator:
    """One file from one seed."""

    def __init__(self, seed: int, accepts: Callable[[str], bool] | None = None) -> None:
        self.rng, self.accepts = Random(seed), accepts
        self.indent = 0
        self.lines: list[str] = []
        self.named: list[str] = []
        self.special: dict[str, Callable[[], str]] = {
            "m": self.matcher_token,
            "directive": lambda: self.rng.choice(sorted(built_in())),
        }
        for slot in WORDS:
            self.special[slot] = lambda slot=slot: self.word(slot)  # type: ignore[misc]

    def choose(self, table: list[Line], but: list[Line] | None = None) -> Line:
        """Choose a line; risky ones, and those that were chosen before, seldom."""
        chosen = self.rng.choice(table)
        for _ in range(9):
            text = chosen if isinstance(chosen, str) else chosen[0]
            good = not any(r in text for r in _RISKY) and chosen not in (but or ())
            if good or self.rng.random() > _CAREFUL:
                break
            chosen = self.rng.choice(table)
        return chosen

    def word(self, slot: str) -> str:
        """Choose a word; bad ones seldom."""
        chosen = self.rng.choice(WORDS[slot])
        while chosen in _BAD and self.rng.random() < _CAREFUL:
            chosen = self.rng.choice(WORDS[slot])
        return chosen

    def make(self) -> str:
        """Return the text: options, named routes, snippets, sites."""
        parts: list[Callable[[], None]] = []
        if self.rng.random() < 0.5:
            count = self.rng.randint(1, 4)
            parts.append(lambda: self.block("", OPTIONS, count))
        if self.rng.random() < 0.15:
            parts.append(lambda: self.definition("&(main)"))
        if self.rng.random() < 0.1:
            parts.append(lambda: self.definition("(snip)"))
        parts += [self.site] * self.rng.choice((0, 1, 1, 2, 2, 3, 4, 6))
        for part in parts:
            self.add(part)
        text = self.text()
        return (
            broken(text, self.rng) if self.accepts is None and self.rng.random() < 0.12 else text
        )

    def add(self, part: Callable[[], None]) -> None:
        """Add a part of the file; if it is to be accepted, try some times and else leave it out."""
        before = len(self.lines)
        for _ in range(8):
            part()
            if self.accepts is None or self.accepts(self.text()):
                return
            del self.lines[before:]

    def text(self) -> str:
        """Return what there is so far."""
        return "\n".join(self.lines) + "\n"

    def definition(self, name: str) -> None:
        """Add a named route or a snippet."""
        self.named = []
        self.put(name + " {")
        self.indent += 1
        self.directives(2)
        self.indent -= 1
        self.put("}")

    def put(self, line: str) -> None:
        """Add a line."""
        self.lines.append("\t" * self.indent + line)

    def site(self) -> None:
        """Add a site."""
        keys = [self.address() for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3)))]
        self.put(", ".join(keys) + " {")
        self.indent += 1
        self.named = []
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            self.matcher()
        for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2))):
            self.line(self.choose(SITE_ONLY))
        self.directives(self.rng.choice((0, 1, 2, 3, 4)))
        self.indent -= 1
        self.put("}")

    def address(self) -> str:
        """Choose a site address."""
        scheme = self.rng.choice(
            ("", "", "", "", "http://", "https://", "ws://" if self.rng.random() < 0.1 else "")
        )
        host = self.word("host") if self.rng.random() < 0.85 else ""
        port = f":{self.word('port')}" if not host or self.rng.random() < 0.2 else ""
        path = "/p" if self.rng.random() < 0.03 else ""
        return scheme + host + port + path or ":80"

    def matcher(self) -> None:
        """Define a named matcher."""
        name = f"@{self.word('name')}"
        if name in self.named and self.rng.random() < 0.9:
            return
        self.named.append(name)
        if self.rng.random() < 0.6:
            self.line(self.choose(MATCHERS), f"{name} ")
        else:
            self.block(f"{name} ", MATCHERS, self.rng.randint(0, 3))

    def matcher_token(self) -> str:
        """Choose a matcher token, or none."""
        if self.named and self.rng.random() < 0.35:
            return self.rng.choice(self.named)
        return self.rng.choice(
            (
                "",
                "",
                "",
                "*",
                "/api/*",
                "/foo",
                "/foo/*",
                "/a/*",
                "/",
                "@no" if self.rng.random() < 0.1 else "",
            )
        )

    def directives(self, count: int) -> None:
        """Add directives."""
        if self.indent > 4:
            count = 0
        for _ in range(count):
            if self.rng.random() < 0.05:
                self.matcher()
            self.line(self.choose(DIRECTIVES))

    def line(self, line: Line, prefix: str = "") -> None:
        """Add a line of a table, with its block."""
        if isinstance(line, str):
            self.put(prefix + filled(line, self.rng, self.special))
            return
        head, inside = line
        head = prefix + filled(head, self.rng, self.special) + " "
        if inside == "<directives>":
            self.put(head + "{")
            self.indent += 1
            before = list(self.named)
            self.directives(self.rng.choice((0, 1, 1, 2, 3)))
            self.named = before
            self.indent -= 1
            self.put("}")
        else:
            self.block(head, inside, self.rng.choice((0, 1, 1, 2, 3)))

    def block(self, head: str, table: list[Line], count: int) -> None:
        """Add a block with some lines of a table."""
        self.put(head + "{")
        self.indent += 1
        before: list[Line] = []
        for _ in range(count):
            before.append(self.choose(table, before))
            self.line(before[-1])
        self.indent -= 1
        self.put("}")


def make(seed: int, accepts: Callable[[str], bool] | None = None) -> str:
    """Return the Caddyfile of a seed.

    With ``accepts``, sites that are not accepted are made anew; so most files are valid.
    """
    return Generator(seed, accepts).make()


# ruff: noqa: E501
