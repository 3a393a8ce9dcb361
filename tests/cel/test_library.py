"""The library put together."""

from caddylite.cel.library import standard


def test_overloads_of_two_libraries_stand_together():
    kinds = [str(o.parameters[0]) for o in standard()["reverse"].overloads]
    assert kinds == ["string", "list(T)"]


def test_all_of_cel_and_of_the_four_libraries_is_there():
    """The names of CEL's language definition, "List of Standard Definitions"."""
    names = set(standard())
    assert names >= {
        "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_",
        "_>=_", "_&&_", "_||_", "_?_:_", "_[_]", "@in", "bool", "bytes", "contains", "double",
        "duration", "dyn", "endsWith", "getDate", "getDayOfMonth", "getDayOfWeek",
        "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes", "getMonth",
        "getSeconds", "int", "matches", "size", "startsWith", "string", "timestamp", "type",
        "uint",
    }  # fmt: skip
    assert names >= {"charAt", "format", "lists.range", "math.sqrt", "strings.quote", "distinct"}


def test_it_is_made_once():
    assert standard() is standard()
