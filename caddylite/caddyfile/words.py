"""Words to the terminals of ``grammar/caddyfile.lark``: the lexer that the grammar runs on.

What Caddy says about a word where it stands is said here (a comma in an address, something behind
an opening brace), and imports are expanded where Caddy expands them: among the keys at the start
of a line, among directives, and at the start of a line inside a directive's block. What does not
fit together (braces that are not closed, or closed once too often) the grammar notices.
"""

from collections.abc import Iterator

from caddylite.caddyfile.imports import Imports
from caddylite.caddyfile.stream import Stream
from caddylite.caddyfile.token import Token

Terminal = tuple[str, object]


class Words:
    """Reads a stream of words to its end."""

    def __init__(self, stream: Stream, imports: Imports) -> None:
        self.stream, self.imports = stream, imports

    def terminals(self) -> Iterator[Terminal]:
        """Yield ``(terminal, value)`` for the whole file."""
        stream = self.stream
        while stream.next():
            keys, behind = self._keys()
            if behind == "nothing":
                yield "KEYS", (keys, False)
                yield "_BARE", None
            elif _is_name(keys, "&("):
                yield self._named_route(keys[0].text[2:-1])
            elif _is_name(keys, "("):
                yield self._snippet(keys[0].text[1:-1], keys)
            else:
                opens, braces = stream.token.opens, behind == "brace"
                if keys or not braces:
                    yield "KEYS", (keys, braces)
                yield "_SITE_OPEN" if opens else "_BARE", None
                yield from self._directives(opens)

    # --- before the brace

    def _keys(self) -> tuple[list[Token], str]:
        """Read a site's addresses; the stream is left on what is behind them.

        The second value tells what that is: a ``brace`` on their line, another ``line`` (which
        may be a brace all the same), or ``nothing``.
        """
        stream = self.stream
        keys: list[Token] = []
        another = False
        while True:
            token, text = stream.token, stream.token.text
            if text.startswith("@"):
                raise stream.err(
                    "request matchers may not be defined globally, they must be in a site block; "
                    f"found {text}",
                    "move it between the braces of the site that uses it",
                )
            if text == "import" and stream.starts_line:
                self.imports.expand(stream, 0)
                if not stream.next():
                    stream.before, stream.current = stream.current, None
                continue
            if token.opens:
                if another:
                    raise stream.err(
                        f"Expected another address but had '{text}' - check for extra comma"
                    )
                return keys, "brace"
            if text:
                another = self._key(token, keys)
            if not stream.next():
                if another:
                    raise stream.err("unexpected EOF")
                return keys, "nothing"
            if not another and stream.starts_line:
                return keys, "line"

    def _key(self, token: Token, keys: list[Token]) -> bool:
        """Add one address; does a comma behind it promise another?"""
        text = token.text
        if text.endswith("{") and not token.quote:
            raise self.stream.err(
                f"Site addresses cannot end with a curly brace: '{text}' - "
                "put a space between the token and the brace"
            )
        address = text.removesuffix(",")
        if "," in address:
            raise self.stream.err(
                f"Site addresses cannot contain a comma ',': '{address}' - "
                "put a space after the comma to separate site addresses"
            )
        if address:
            keys.append(token.replaced(address))
        return address != text

    # --- inside a site

    def _directives(self, braces: bool) -> Iterator[Terminal]:
        stream = self.stream
        loaded = not braces  # without braces the first directive has been loaded
        while loaded or stream.next():
            loaded = False
            token = stream.token
            if token.closes:
                yield "_SITE_CLOSE", None
                return
            if token.text == "import":
                self.imports.expand(stream, 1)
                continue
            yield from self._segment(token)
        if stream.token.closes:
            # The file has ended behind the brace of a nested block; Caddy lets that do.
            yield "_SITE_CLOSE", None

    def _segment(self, first: Token) -> Iterator[Terminal]:
        """Read a directive: to the end of its line, or of the blocks that open on it."""
        stream = self.stream
        segment, depth, words = [first], 0, 1
        rest = stream.rest
        while rest:
            token = rest.pop()
            stream.before, stream.current = stream.current, token
            text = token.text
            if text == "{" and not token.quote:
                self._check_opening()
                if words:
                    yield "WORDS", words
                yield "_OPEN", None
                depth, words = depth + 1, -1
            elif text == "{}" and not token.quote:
                if stream.line_ends:
                    raise stream.err(
                        "Unexpected '{}' at end of line",
                        "leave the braces out, or put '}' on a line of its own",
                    )
            elif not depth and stream.starts_line:
                stream.back()
                break
            elif text == "}" and not token.quote:
                if words:
                    yield "WORDS", words
                yield "_CLOSE", None
                depth, words = depth - 1, -1
            elif text == "import" and stream.starts_line:
                self.imports.expand(stream, 1)
                continue
            segment.append(token)
            words += 1
        if words:
            yield "WORDS", words
        if not depth:
            yield "END", segment

    def _check_opening(self) -> None:
        stream = self.stream
        if not stream.line_ends:
            raise stream.err(
                "Unexpected next token after '{' on same line", "begin a new line after '{'"
            )
        if stream.starts_line:
            raise stream.err(
                "Unexpected '{' on a new line; did you mean to place the '{' on the previous line?"
            )

    # --- what waits for later

    def _named_route(self, name: str) -> Terminal:
        key = self.stream.token.replaced(name)
        tokens = self._raw_block([key], retain_braces=True)
        return "ROUTE", [key, *self.imports.expand_all(tokens)]

    def _snippet(self, name: str, keys: list[Token]) -> Terminal:
        if name in self.imports.snippets:
            raise self.stream.err(f"redeclaration of previously declared snippet {name}")
        tokens = self._raw_block(keys, retain_braces=False)
        self.imports.snippets[name] = [token.within(name) for token in tokens]
        return "SNIPPET", name

    def _raw_block(self, keys: list[Token], retain_braces: bool) -> list[Token]:
        """Take the block's words as they stand."""
        stream = self.stream
        if not stream.token.opens:
            if stream.token.text == "import" and _is_name(keys, "("):
                raise stream.err(
                    "global options block must appear before import directives; "
                    "move the global options block to the top of the Caddyfile"
                )
            raise stream.syntax_err("{")
        tokens, depth = [stream.token], 1
        while depth and stream.next():
            token = stream.token
            tokens.append(token)
            depth += token.opens - token.closes
        if depth:
            raise stream.syntax_err("}")
        return tokens if retain_braces else tokens[1:-1]


def _is_name(keys: list[Token], opening: str) -> bool:
    return len(keys) == 1 and keys[0].text.startswith(opening) and keys[0].text.endswith(")")
