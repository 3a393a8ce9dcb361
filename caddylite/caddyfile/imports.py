"""Imports: the words of a file, of several files or of a snippet in place of the statement.

Syntax::

    import <pattern> [<args...>] [{
        <name> [<words...>] [{ … }]
    }]

The pattern is the name of a snippet, or a file name relative to the file the statement stands in,
with at most one ``*`` and one ``?``; a pattern whose last part starts with ``*`` passes over
hidden files. In what is imported ``{args[…]}`` is replaced by arguments, ``{block}`` by the
words of the block, ``{blocks.<name>}`` by those of one of its entries.
"""

from collections.abc import Iterator, Mapping, Sequence

from caddylite.caddyfile.arguments import Arguments
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.env import expand
from caddylite.caddyfile.files import BadPattern, Files, clean, glob, join, os_error
from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.stream import Stream
from caddylite.caddyfile.token import Token, starts_line
from caddylite.errors import ConfigError
from caddylite.notices import notice


class Imports:
    """The snippets defined so far, who has imported whom, and the way to the files."""

    def __init__(self, files: Files, environ: Mapping[str, str]) -> None:
        self.files, self.environ = files, environ
        self.snippets: dict[str, list[Token]] = {}
        self.importers = Graph()

    def expand_all(self, tokens: Sequence[Token]) -> list[Token]:
        """Expand the imports at the starts of lines of a run of words."""
        if not any(token.text == "import" for token in tokens):
            return list(tokens)
        stream = Stream(tokens)
        out: list[Token] = []
        while stream.next():
            if stream.token.text == "import" and stream.starts_line:
                out += self.expand(stream, 1)
            else:
                out.append(stream.token)
        return out

    def expand(self, stream: Stream, nesting: int) -> list[Token]:
        """Put what is imported in place of the statement that the stream stands on.

        ``nesting`` is 0 outside of sites, where snippets may be defined. Afterwards the next word
        of the stream is the first imported one. Caddy leaves the first two words of a statement
        with a block behind; they are returned (elsewhere they do not matter).
        """
        before = stream.current and stream.before
        taken = stream.taken = [stream.token]
        statement = _Statement(stream)
        stream.taken = None
        imported, nodes = self._find(stream, statement.pattern)
        self._note(stream.token, nodes)
        words = _fill(imported, statement, stream.token, nesting)
        left = taken[: len(taken) - 2 - len(statement.args) - len(statement.block)]
        stream.current = left[-1] if left else before
        stream.put(words)
        return left

    def _find(self, stream: Stream, pattern: str) -> tuple[list[Token], list[str]]:
        """Return the words that a pattern names, and the names they are known by."""
        snippet = self.snippets.get(pattern)
        if snippet is not None:
            return snippet, [_node(snippet[0])] if snippet else []
        here = join(self.files.directory(), "") if not stream.token.file.startswith("/") else ""
        folder = join(here, stream.token.file).rpartition("/")[0] or "/"
        path = pattern if pattern.startswith("/") else join(folder, pattern)
        names = self._glob(stream, path, pattern)
        tokens: list[Token] = []
        for name in names:
            tokens += self._read(stream, name)
        return tokens, names

    def _glob(self, stream: Stream, path: str, pattern: str) -> list[str]:
        if path.count("*") > 1 or path.count("?") > 1 or ("[" in path and "]" in path):
            raise stream.err(
                f"Glob pattern may only contain one wildcard (*), but has others: {path}"
            )
        try:
            names = glob(self.files, path)
        except BadPattern as error:
            raise stream.err(f"Failed to use import pattern {pattern}: {error}") from None
        if not names:
            if not any(char in path for char in "*?[]"):
                hint = f"there is no snippet ({pattern}), and no file {path}"
                raise stream.err(f"File to import not found: {pattern}", hint)
            notice("No files matching import glob pattern", pattern=pattern)
        if path.rpartition("/")[2].startswith("*"):
            return [name for name in names if not name.rpartition("/")[2].startswith(".")]
        return names

    def _read(self, stream: Stream, path: str) -> list[Token]:
        try:
            data = self.files.read(path)
        except IsADirectoryError:
            raise stream.err(f"Could not import {path}: is a directory") from None
        except OSError as error:
            raise stream.err(f"Could not import {path}: {os_error(error, path)}") from None
        text = data.decode("utf-8", "surrogateescape")
        if not text.strip():
            notice("Import file is empty", file=path)
            return []
        expanded = expand(text, self.environ)
        try:
            return tokenize(expanded.text, clean(path), expanded.shift)
        except ConfigError as error:
            raise ConfigError(
                str(stream.err(f"Could not read tokens while importing {path}: {error}")),
                error.at,
            ).as_is() from None

    def _note(self, importer: Token, nodes: list[str]) -> None:
        """Remember who imports whom; refuse a circle."""
        name = _node(importer)
        for node in nodes:
            if not self.importers.connect(name, node):
                raise ConfigError(
                    f"a cycle of imports exists between {name} and {node}",
                    importer.span,
                    "a file or snippet cannot import itself, not even by way of others",
                ).as_is()


class _Statement:
    """One import statement; reading it leaves the stream on its last word."""

    def __init__(self, stream: Stream) -> None:
        if not stream.next_arg():
            text = stream.token.text
            raise stream.err(f"wrong argument count or unexpected line ending after '{text}'")
        self.pattern = stream.token.text
        if not self.pattern:
            raise stream.err("Import requires a non-empty filepath")
        self.args: list[str] = []
        while stream.next_arg():
            self.args.append(stream.token.text)
        self.block = list(_block(stream))
        self.blocks: dict[str, list[Token]] = {}
        entries = Dispenser(self.block)
        while entries.next():
            name = entries.val
            if entries.token.opens:
                raise stream.err("anonymous blocks are not supported")
            words = entries.arg_tokens()
            before = entries.nesting
            while entries.next_block(before):
                words.append(entries.token)
            self.blocks[name] = words


def _block(stream: Stream) -> Iterator[Token]:
    """Yield the words of the block that opens here, without its braces.

    A closing brace with another word behind it on its line is passed over, as Caddy does.
    """
    if stream.line_ends or not stream.rest[-1].opens:
        return
    stream.next()
    stream.next()
    depth = 0 if stream.token.closes else 1
    while depth:
        yield stream.token
        if not stream.next():
            return
        if stream.token.closes and not stream.next_on_line():
            depth -= 1
        elif stream.token.opens and not stream.next_on_line():
            depth += 1


def _fill(imported: list[Token], statement: _Statement, at: Token, nesting: int) -> list[Token]:
    """Put arguments and blocks into imported words, and note on each where it came through.

    The snippets defined in an imported file get neither; they wait for their own import. Whether
    a word belongs to one is guessed from the braces, as Caddy guesses.
    """
    arguments = Arguments(statement.args)
    place = f"{at.file}:{at.line} (import"
    out: list[Token] = []
    chains: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}
    index = 0
    named = inside = False
    for token in imported:
        key = (token.imports, token.snippet)
        chain = chains.get(key)
        if chain is None:
            name = f" {token.snippet})" if token.snippet else ")"
            chain = chains[key] = (*token.imports, place + name)
        token = token.through(chain)
        text = token.text
        if not inside and not nesting:
            index = 0 if not out or starts_line(out[-1], token) else index + 1
            if not index and len(text) >= 3 and text[0] == "(" and text[-1] == ")":
                named = True
        if token.opens:
            nesting += 1
            if index == 1 and named and nesting == 1:
                inside, named = True, False
        elif token.closes:
            nesting -= 1
            if not nesting:
                inside = False
        if inside:
            out.append(token)
        elif text == "{block}":
            out += statement.block
        elif text.startswith("{blocks.") and text.endswith("}"):
            out += statement.blocks.get(text[8:-1], [])
        else:
            out += arguments.put_into(token)
    return out


def _node(token: Token) -> str:
    return f"{token.file}:{token.snippet}" if token.snippet else token.file


class Graph:
    """Who imports whom."""

    def __init__(self) -> None:
        self._edges: dict[str, dict[str, None]] = {}

    def connect(self, importer: str, imported: str) -> bool:
        """Note an import; False if it closes a circle."""
        edges = self._edges.setdefault(importer, {})
        if imported in edges:
            return True
        if importer == imported or self._reaches(imported, importer):
            return False
        edges[imported] = None
        return True

    def _reaches(self, start: str, goal: str) -> bool:
        seen: set[str] = set()
        waiting = list(self._edges.get(start, ()))
        while waiting:
            node = waiting.pop()
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                waiting += self._edges.get(node, ())
        return False
