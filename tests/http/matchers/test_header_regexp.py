"""The header_regexp matcher."""

from tests.http.matchers.asking import asked, request


def test_captures_take_the_name_of_the_matcher():
    r = request(fields={"Cookie": "a=b; login_x1=1"})
    assert asked("header_regexp Cookie login_([a-z0-9]+)")(r)
    assert r.placeholders["http.regexp.m.1"] == "x1"


def test_an_absent_field_does_not_match():
    assert not asked("header_regexp Cookie .*")(request())


def test_every_field_must_match():
    match = asked("header_regexp A a\nheader_regexp B b")
    assert match(request(fields={"A": "xa", "B": "bx"}))
    assert not match(request(fields={"A": "xa"}))
