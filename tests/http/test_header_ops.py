"""Operations on header fields."""

import pytest

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.handlers.headers import HeaderOps
from caddylite.http.header_ops import HeaderEditor
from caddylite.http.request import Headers, Request


def edited(ops, fields):
    headers = Headers(fields)
    editor = HeaderEditor(from_plain(HeaderOps, ops))
    editor.apply(headers, lambda text: text.replace("{x}", "X"))
    return list(headers)


FIELDS = [("A", "1"), ("B", "2"), ("B", "3"), ("X-One", "o"), ("X-Two", "t")]


@pytest.mark.parametrize(
    ("ops", "names"),
    [
        ({"set": {"a": ["9"]}}, {"A": ["9"]}),
        ({"set": {"A": ["8", "9"]}}, {"A": ["8,9"]}),
        ({"add": {"B": ["{x}"]}}, {"B": ["2", "3", "X"]}),
        ({"delete": ["b"]}, {"B": []}),
        ({"delete": ["X-*"]}, {"X-One": [], "X-Two": [], "A": ["1"]}),
        ({"delete": ["*-one"]}, {"X-One": [], "X-Two": ["t"]}),
        ({"delete": ["*-t*"]}, {"X-One": ["o"], "X-Two": []}),
        ({"delete": ["*"], "set": {"C": ["1"]}}, {"A": [], "C": ["1"]}),
        ({"replace": {"B": [{"search": "2", "replace": "22"}]}}, {"B": ["22", "3"]}),
        ({"replace": {"*": [{"search_regexp": "(\\d)", "replace": "<$1>"}]}},
         {"A": ["<1>"], "B": ["<2>", "<3>"], "X-One": ["o"]}),
        ({"replace": {"A": [{"search_regexp": "{bad(", "replace": ""}]}}, None),
    ],
)  # fmt: skip
def test_operations(ops, names):
    if names is None:
        with pytest.raises(ConfigError, match="replacement 0 for header field 'A'"):
            edited(ops, FIELDS)
        return
    result = edited(ops, FIELDS)
    for name, values in names.items():
        assert [v for n, v in result if n == name] == values


def test_the_host_is_a_field_of_the_request():
    editor = HeaderEditor(from_plain(HeaderOps, {"set": {"Host": ["new"]}, "delete": ["A"]}))
    request = Request(host="old", headers=Headers([("A", "1")]))
    editor.apply_to_request(request, lambda text: text)
    assert request.host == "new"
    assert list(request.headers) == []


def test_search_and_expression_exclude_each_other():
    with pytest.raises(ConfigError, match="cannot specify both"):
        edited({"replace": {"A": [{"search": "a", "search_regexp": "b"}]}}, [])
