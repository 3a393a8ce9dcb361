"""The expression matcher."""

import pytest

from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError
from caddylite.http.matchers.expression import Expression
from caddylite.http.matching import MatchError, all_of
from tests.http.matchers.asking import asked, matcher, request


@pytest.mark.parametrize("plain", ["a == b", {"expr": "a == b", "name": "n"}])
def test_both_json_forms(plain):
    assert to_plain(from_plain(Expression, plain)) == plain


@pytest.mark.parametrize("plain", [1, {"expr": "a"}, {"expr": 1, "name": "x"}])
def test_other_json_is_refused(plain):
    with pytest.raises(ConfigError):
        from_plain(Expression, plain)


def test_placeholders_and_matchers():
    test = asked("""expression `path('/a*') && {http.request.uri.query.n} in ['1', '2']`""")
    assert test(request("/abc?n=2"))
    assert not test(request("/abc?n=3"))
    assert not test(request("/b?n=1"))


def test_several_words_are_joined_with_their_quotes():
    assert asked("""expression {http.request.method}.startsWith("G") == true""")(request())


def test_regular_expressions_have_the_name_of_the_matcher():
    r = request("/a/b")
    assert asked("expression `path_regexp('^/a/(.)$')`")(r)
    assert r.placeholders["http.regexp.m.1"] == "b"


def test_what_has_no_value_is_an_internal_error():
    with pytest.raises(MatchError) as caught:
        asked("expression `{'a': 1}.b == 1`")(request())
    assert caught.value.status == 500
    assert "no such key: b" in caught.value.why


def test_a_status_that_a_matcher_asks_for_goes_through():
    with pytest.raises(MatchError) as caught:
        asked("expression `file({'root': '/', 'try_files': ['=404']})`")(request())
    assert caught.value.status == 404


def test_a_mistake_has_its_place():
    with pytest.raises(ConfigError) as caught:
        asked("expression `true && fo`")
    assert str(caught.value) == (
        "compiling CEL program: ERROR: <input>:1:9: undeclared reference to 'fo' (in container '')"
        "\n | true && fo\n | ........^"
    )


def test_a_mistake_names_the_module():
    with pytest.raises(ConfigError, match=r"^module name .expression.: provision http"):
        all_of({"expression": matcher("expression `1`")}, None)


def test_the_result_must_be_true_or_false():
    with pytest.raises(ConfigError, match="expects return type of bool, not string"):
        asked("expression `'a'`")
