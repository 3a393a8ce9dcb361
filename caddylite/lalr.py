"""Parsing by the tables that Lark makes of the grammars in ``grammar/``.

Lark reads ``grammar/NAME.lark`` and computes an LALR(1) table; the table is kept beside it as
``NAME.table.json``, for importing Lark and making the table anew takes longer than a whole small
``adapt`` may. A table that does not belong to its grammar (by checksum) is never used: then Lark
makes it on the spot. ``python -m caddylite.lalr`` writes the tables; a test holds them fresh.

What is parsed is a stream of ``(terminal, value)`` pairs from a lexer of ours.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

Action = Callable[[list[Any]], Any]


class Unexpected(Exception):
    """The grammar allows no such terminal here; ``expected`` are those it allows."""

    def __init__(self, terminal: str, value: Any, expected: frozenset[str]) -> None:
        super().__init__(f"unexpected {terminal}")
        self.terminal, self.value, self.expected = terminal, value, expected


class Grammar:
    """An LALR(1) table that runs.

    A state maps terminals to what to do: a number ≥ 0 is the state to go to, ``~n`` the rule to
    reduce by; state 0 is the first. As in Lark, a rule or terminal whose name starts with an
    underscore leaves no mark: the terminal's value is dropped, the rule's children become its
    parent's.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.states: list[dict[str, int]] = table["states"]
        self.rules = [
            (str(n), str(o), int(size), list(keep)) for n, o, size, keep in table["rules"]
        ]
        self.end: int = table["end"]

    def parse(self, stream: Iterable[tuple[str, Any]], actions: Mapping[str, Action]) -> Any:
        """Run over a stream; ``actions[rule]`` makes each rule's value of its children's."""
        states, rules = self.states, self.rules
        stack, values = [0], []
        steps = [actions.get(name, _children) for name, _, _, _ in rules]
        for terminal, value in _ended(stream):
            while True:
                step = states[stack[-1]].get(terminal)
                if step is None:
                    raise Unexpected(terminal, value, self._expected(stack))
                if step >= 0:
                    stack.append(step)
                    values.append(value)
                    break
                _, origin, size, keep = rules[~step]
                children = _gather(values, size, keep)
                if size:
                    del stack[-size:]
                values.append(children if origin[0] == "_" else steps[~step](children))
                stack.append(states[stack[-1]][origin])
                if terminal == "$END" and stack[-1] == self.end:
                    return values[-1]
        raise AssertionError("the stream went on after its end")

    def _expected(self, stack: list[int]) -> frozenset[str]:
        """Return the terminals that may come: a state's row alone also names others."""
        row = self.states[stack[-1]]
        return frozenset(t for t in row if t.isupper() and self._takes(list(stack), t))

    def _takes(self, stack: list[int], terminal: str) -> bool:
        while (step := self.states[stack[-1]].get(terminal)) is not None:
            if step >= 0:
                return True
            _, origin, size, _ = self.rules[~step]
            if size:
                del stack[-size:]
            stack.append(self.states[stack[-1]][origin])
            if terminal == "$END" and stack[-1] == self.end:
                return True
        return False


def _ended(stream: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    yield from stream
    yield "$END", None


def _children(children: list[Any]) -> Any:
    return children


def _gather(values: list[Any], size: int, keep: list[int]) -> list[Any]:
    """Take a rule's ``size`` values off; ``keep`` says of each: 0 drop, 1 keep, 2 splice in.

    The first spliced list grows in place, so that a repetition takes linear time.
    """
    if not size:
        return []
    taken = values[-size:]
    del values[-size:]
    out: list[Any] = []
    for value, how in zip(taken, keep, strict=True):
        if how == 1:
            out.append(value)
        elif how == 2 and out:
            out += value
        elif how == 2:
            out = value
    return out


@cache
def folder() -> str:
    """Find the grammars: beside the package in a checkout, inside it when installed."""
    package = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(package, "grammar")
    return inside if os.path.isdir(inside) else os.path.join(package, "..", "grammar")


@cache
def load(name: str) -> Grammar:
    """Load ``grammar/NAME.lark``."""
    path = os.path.join(folder(), name)
    with open(f"{path}.lark", encoding="utf-8") as file:
        source = file.read()
    try:
        with open(f"{path}.table.json", "rb") as file:
            table = json.load(file)
    except (OSError, ValueError):
        table = {}
    if table.get("checksum") != _checksum(source):
        table = compile_table(source)
    return Grammar(table)


def _checksum(source: str) -> int:
    return zlib.crc32(source.encode())


def compile_table(source: str) -> dict[str, Any]:
    """Let Lark make the table of a grammar."""
    from lark import Lark, lexer
    from lark.grammar import Rule

    class Declared(lexer.Lexer):
        """The terminals are declared only; their lexer is ours."""

        __future_interface__ = 2

        def __init__(self, conf: Any) -> None: ...

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            raise NotImplementedError

    made = Lark(source, parser="lalr", lexer=Declared)
    data, memo = made.memo_serialize([lexer.TerminalDef, Rule])
    parser = data["parser"]["parser"]
    (start,), (end,) = parser["start_states"].values(), parser["end_states"].values()
    numbers = _Numbers(start)
    rules = _Numbers()
    states = []
    for state in numbers.seen:  # grows as we go
        moves = parser["states"][state]
        row: dict[str, int] = {}
        for token, (reduces, argument) in sorted(
            (parser["tokens"][token], move) for token, move in moves.items()
        ):
            row[token] = ~rules[_rule(memo[argument["@"]])] if reduces else numbers[argument]
        states.append(row)
    return {
        "checksum": _checksum(source),
        "end": numbers[end],
        "rules": rules.seen,
        "states": states,
    }


class _Numbers:
    """Numbers things in the order they are first met: Lark's own numbers change by the run."""

    def __init__(self, *seen: Any) -> None:
        self.seen = list(seen)

    def __getitem__(self, thing: Any) -> int:
        if thing not in self.seen:
            self.seen.append(thing)
        return self.seen.index(thing)


def _rule(rule: Mapping[str, Any]) -> list[Any]:
    """Name, origin, size, and what becomes of each part (see :func:`_gather`)."""
    origin = rule["origin"]["name"]
    parts = [part["name"] for part in rule["expansion"]]
    keep = [
        (0 if part["__type__"] == "Terminal" else 2) if part["name"].startswith("_") else 1
        for part in rule["expansion"]
    ]
    return [rule["alias"] or origin, origin, len(parts), keep]


def table_text(table: Mapping[str, Any]) -> str:
    """Write a table down, a line an entry."""
    lines = [f'"{key}": {json.dumps(value)}' for key, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _write_tables() -> None:
    from pathlib import Path

    for path in Path(folder()).glob("*.lark"):
        text = table_text(compile_table(path.read_text("utf-8")))
        path.with_suffix(".table.json").write_text(text, "utf-8")


if __name__ == "__main__":
    _write_tables()
