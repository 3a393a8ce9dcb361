import pytest

from caddylite.caddyfile.arguments import Arguments
from caddylite.caddyfile.token import Token
from caddylite.notices import collect


def put(text: str, *args: str) -> list[str]:
    return [t.text for t in Arguments(args).put_into(Token(text, "f", 2, imports=("x:1",)))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", ["plain"]),
        ("{host}", ["{host}"]),
        ("{args[0]}", ["a"]),
        ("x{args[0]}{args[1]}y", ["xab cy"]),
        ("{args.1}", ["b c"]),
        ("{args[:]}", ["a", "b c"]),
        ("{args[1:]}", ["b c"]),
        ("{args[:1]}", ["a"]),
        ("{args[0:2]}", ["a", "b c"]),
        ("{args[1:1]}", []),
        ("{args[+1]}", ["b c"]),
        ("{args[0]}:{args[1]}", ["a:b c"]),
        ("\\{args[0]\\}", ["{args[0]}"]),
        ("{{args[0]}}", ["{a}"]),
        ("x{args[0].y}", ["x{args[0].y}"]),
        ("}", ["}"]),
    ],
)
def test_puts_arguments_in(text, wanted):
    assert put(text, "a", "b c") == wanted


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("{args[]}", "Placeholder {args[]} cannot have an empty index"),
        ("{args[x:]}", "Variadic placeholder {args[x:]} has an invalid start index"),
        ("{args[:y]}", "Variadic placeholder {args[:y]} has an invalid end index"),
        (
            "{args[2:1]}",
            "Variadic placeholder {args[2:1]} indices are out of bounds, only 1 argument(s) exist",
        ),
        ("{args[0:1]}x", "Variadic placeholder {args[0:1]} must be a token on its own"),
        ("{args[x]}", "Placeholder {args[x]} has an invalid index"),
        ("{args[1]}", "Placeholder {args[1]} index is out of bounds, only 1 argument(s) exist"),
        ("{args.7}", "Placeholder {args.7} index is out of bounds, only 1 argument(s) exist"),
        ("{args.x}", "Placeholder {args.x} has an invalid index"),
        ("{args[-1]}", "Placeholder {args[-1]} has an invalid index"),
        ("{args[99999999999999999999]}", "Placeholder {args[99999999999999999999]} has an "),
    ],
)
def test_what_cannot_be_replaced_stays_and_is_remarked_on(text, remark):
    with collect() as notices:
        assert put(text, "a") == [text]
    assert notices[0].message.startswith(remark)
    assert notices[0].logger == "caddyfile"


def test_the_old_form_is_remarked_on():
    with collect() as notices:
        assert put("{args.0}", "a") == ["a"]
    assert notices[0].message == "Placeholder {args.0} deprecated, use {args[0]} instead"


def test_a_remark_says_where():
    with collect() as notices:
        put("{args[]}")
    assert notices[0].fields == {"file": "f:2", "import_chain": ["x:1"]}
