"""Expressions as functions."""

from caddylite.cel import program
from caddylite.cel.declarations import Environment, generic
from caddylite.cel.library import standard
from caddylite.cel.macros import STANDARD
from caddylite.cel.steps import Constant
from caddylite.cel.types import INT
from tests.cel.evaluating import compiled, value


def test_constants_are_computed_once():
    for text in ("[1, 2]", "{'a': [1]}", "int('5')", "duration('1s')", "int", "2 in []"):
        assert isinstance(compiled(text).step, Constant), text
    assert not isinstance(compiled("[x]", x=INT).step, Constant)


def test_a_bound_value_is_computed_once_and_only_if_it_is_looked_at():
    calls = []

    def note(number: int) -> int:
        calls.append(number)
        return number

    functions = {**standard(), "note": generic(note, "(int) -> int")}
    environment = Environment(functions, STANDARD)
    run = program.compile("cel.bind(x, note(1), false ? x : x + x)", environment)
    assert run() == 2
    assert calls == [1]
    calls.clear()
    assert program.compile("cel.bind(x, note(1), 5)", environment)() == 5
    assert calls == []


def test_a_program_can_be_called_again_and_again():
    run = compiled("[1, 2].map(y, y + x)", x=INT)
    assert [run(1), run(10), run(1)] == [[2, 3], [11, 12], [2, 3]]


def test_the_lists_of_a_loop_do_not_stay_the_same_list():
    assert value("[[1, 2].map(x, x), [3].map(x, x)]") == [[1, 2], [3]]
    assert value("[1, 2].map(x, [].map(y, y) + [x])") == [[1], [2]]


def test_calls_can_be_replaced_where_arguments_are_constant():
    functions = {**standard(), "f": generic(max, "(int, int) -> int")}
    seen = []

    def specialize(name, constants):
        seen.append((name, [c.value if c else None for c in constants]))
        return min if name == "f" else None

    environment = Environment(functions, STANDARD, {"x": INT})
    assert program.compile("f(x, 3)", environment, specialize)(5) == 3
    assert seen == [("f", [None, 3])]
