"""What the IR looks like as JSON: keys, order, what is left out."""

from typing import Annotated, Any, ClassVar

import msgspec

from caddylite.encoding import sort_keys, to_plain
from caddylite.node import ALWAYS, Node
from caddylite.values import Duration


class Kind(Node, frozen=True):
    namespace: ClassVar[str | None] = "tests.encoding"
    inline_key: ClassVar[str | None] = "kind"


class Inner(Node, frozen=True):
    zeta: str = ""
    alpha: int = 0


class Module(Kind, frozen=True):
    name: ClassVar[str] = "mod"

    zulu: Inner | None = None
    plain: tuple[Inner, ...] = ()
    big: int = 0
    raw: Any = None


class Words(Node, frozen=True):
    transparent: ClassVar[bool] = True

    words: tuple[str, ...] | None = None


class Pairs(Kind, frozen=True):
    name: ClassVar[str] = "pairs"
    transparent: ClassVar[bool] = True

    values: dict[str, Any] = {}


class Own(Kind, frozen=True):
    name: ClassVar[str] = "own"

    def plain_form(self) -> Any:
        """Return a form of its own."""
        return {"z": 1, "a": 2}


class Everything(Node, frozen=True):
    last: str = ""
    first: Annotated[str, ALWAYS] = ""
    flag: bool = False
    pointer: bool | None = None
    span: Duration = Duration(0)
    renamed: str = msgspec.field(default="", name="not")
    modules: tuple[Kind, ...] = ()
    by_name: dict[str, Words] = {}
    holes: tuple[tuple[str, ...] | None, ...] = ()
    struct: Inner = Inner()


def keys(value: dict[str, Any]) -> list[str]:
    return list(value)


def test_empty_fields_are_left_out_but_for_those_that_never_are() -> None:
    assert to_plain(Everything()) == {"first": "", "struct": {}}


def test_a_pointer_is_left_out_only_when_it_is_none() -> None:
    assert to_plain(Everything(pointer=False))["pointer"] is False


def test_fields_keep_their_order_and_maps_are_sorted() -> None:
    plain = to_plain(
        Everything("x", span=Duration(5), renamed="r", by_name={"b": Words(("w",)), "a": Words()})
    )
    assert keys(plain) == ["last", "first", "span", "not", "by_name", "struct"]
    assert plain["span"] == 5
    assert type(plain["span"]) is int
    assert list(plain["by_name"].items()) == [("a", None), ("b", ["w"])]


def test_everything_in_a_module_is_sorted() -> None:
    module = Module(Inner("z", 1), (Inner("z", 1),), raw={"b": {"d": 1, "c": 2}})
    (plain,) = to_plain(Everything(modules=(module,)))["modules"]
    assert keys(plain) == ["kind", "plain", "raw", "zulu"]
    assert plain["kind"] == "mod"
    assert keys(plain["zulu"]) == keys(plain["plain"][0]) == ["alpha", "zeta"]
    assert keys(plain["raw"]["b"]) == ["c", "d"]


def test_outside_of_modules_structs_are_not_sorted() -> None:
    assert keys(to_plain(Inner("z", 1))) == ["zeta", "alpha"]


def test_integers_in_modules_have_gone_through_floating_point() -> None:
    assert to_plain(Module(big=2**53 + 1))["big"] == 2**53
    assert to_plain(Inner(alpha=2**53 + 1))["alpha"] == 2**53 + 1
    assert sort_keys([2**63])[0] == 9223372036854776000


def test_forms_of_their_own_get_their_inline_key() -> None:
    assert to_plain(Pairs({"b": 1, "a": 2})) == {"a": 2, "b": 1, "kind": "pairs"}
    assert keys(to_plain(Own())) == ["a", "kind", "z"]


def test_none_in_a_list_stays() -> None:
    assert to_plain(Everything(holes=(None, ("h1",))))["holes"] == [None, ["h1"]]
