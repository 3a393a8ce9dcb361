"""The method matcher."""

from tests.http.matchers.asking import asked, request


def test_case_does_not_matter_in_the_config():
    match = asked("method get POST")
    assert match(request(method="GET"))
    assert match(request(method="POST"))
    assert not match(request(method="get"))
    assert not match(request(method="PUT"))
