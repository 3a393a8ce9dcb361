"""The vars_regexp matcher."""

from tests.http.matchers.asking import asked, request


def test_a_placeholder():
    r = request("/abc")
    assert asked("vars_regexp {http.request.uri.path} ^/a(.)")(r)
    assert r.placeholders["http.regexp.m.1"] == "b"


def test_a_variable():
    assert asked("vars_regexp n x ^5$")(request(vars={"x": 5}))
    assert not asked("vars_regexp n y ^5$")(request(vars={"x": 5}))
