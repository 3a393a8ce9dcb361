"""Types before evaluation."""

import pytest

from caddylite.cel import types


@pytest.mark.parametrize("text", ["int", "list(int)", "map(string, list(A))", "http.Request", "A"])
def test_types_are_written_as_they_are_read(text):
    assert str(types.parse(text)) == text


def test_full_names():
    assert types.parse("list(timestamp)").full_name() == "list(google.protobuf.Timestamp)"
    assert types.NULL.full_name() == "null_type"
    assert str(types.NULL) == "null"
    assert types.parse("any").full_name() == "google.protobuf.Any"
    assert str(types.ERROR) == "!error!"


def test_lists_of_types():
    assert types.parse_list("") == ()
    assert types.parse_list("int, list(A)") == (types.INT, types.list_of(types.variable("A")))


def test_what_is_no_type():
    with pytest.raises(ValueError, match="not a type"):
        types.parse("int)")
