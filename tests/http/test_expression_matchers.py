"""Request matchers as functions of expressions."""

import pytest

from caddylite.errors import ConfigError
from caddylite.http.expressions import compile_test
from caddylite.http.matching import MatchError
from tests.http.matchers.asking import request


def asked(text: str, path: str = "/foo/bar.php?a=1&b=2", name: str = "", **more):
    more = {"remote": ("192.0.2.1", 9), "client_ip": "10.0.0.9", "host": "a.example.com", **more}
    fields = more.pop("fields", {"X-A": "one"})
    r = request(path, fields, **more)
    return compile_test(text, name)(r), r


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("path('/foo*')", True), ("path('/x', '*.php')", True), ("path('/foo')", False),
        ("path('/' + 'foo*')", True), ("path({http.request.uri.path})", True),
        ("method('GET', 'HEAD')", True), ("method('get')", False),
        ("host('*.example.com')", True), ("host('example.com')", False),
        ("protocol('HTTP')", True), ("protocol('https')", False),
        ("header({'x-a': 'o*'})", True), ("header({'X-A': ['two', 'one']})", True),
        ("header({'X-B': '*'})", False), ("header({'X-A': {http.request.header.X-A}})", True),
        ("header_regexp('X-A', '^o')", True), ("header_regexp('n', 'X-A', '^t')", False),
        ("path_regexp('php$')", True), ("path_regexp('n', '^/bar')", False),
        ("path_regexp('^' + {http.request.uri.path})", True),
        ("query({'a': '1', 'b': ['3', '2']})", True), ("query({})", False),
        ("remote_ip('192.0.2.0/24')", True), ("client_ip('192.0.2.0/24')", False),
        ("client_ip('10.0.0.0/8')", True), ("vars({'v': 'set'})", True),
        (r"vars({'\{http.request.method}': 'GET'})", True),
        ("vars_regexp('v', '^s')", True), ("vars_regexp('n', 'v', '^x')", False),
        ("url_pattern('/foo/:id')", True), ("url_pattern('/foo/:id', 'http://b.com')", False),
        ("file('/nope')", False), ("file()", False), ("file({'try_files': []})", False),
        ("file({'root': '/', 'try_files': ['/etc/passwd']})", True),
        ("file({'root': '/', 'try_files': ['/etc/passwd'], 'try_policy': 'odd'})", False),
        ("!path('/foo*') || method('GET') && host('*.example.com')", True),
    ],
)  # fmt: skip
def test_answers(text, answer):
    assert asked(text, vars={"v": "set"})[0] is answer


@pytest.mark.parametrize(
    ("text", "captured"),
    [
        ("path_regexp('^/foo/(...)')", {"http.regexp.1": "bar", "http.regexp.given.1": "bar"}),
        ("path_regexp('n', '^/foo/(...)')", {"http.regexp.1": "bar", "http.regexp.n.1": "bar"}),
        ("path_regexp('', '^/foo/(...)')", {"http.regexp.given.1": "bar"}),
        ("header_regexp('X-A', 'o(.)e')", {"http.regexp.given.1": "n"}),
        ("vars_regexp('n', 'v', '(.)e')", {"http.regexp.n.1": "s"}),
        ("path_regexp('n', '^/foo/(...)') && {http.regexp.n.1} == 'bar'", {}),
    ],
)
def test_captures(text, captured):
    answer, r = asked(text, name="given", vars={"v": "set"})
    assert answer
    assert captured.items() <= r.placeholders.items()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path_regexp('(')", "compiling matcher regexp (: error parsing regexp: missing closing"),
        ("host('a', 'a')", "host at index 0 is repeated at index 1: a"),
        ("remote_ip('forwarded')", "the 'forwarded' option is no longer supported"),
        ("remote_ip('x')", "invalid IP address: 'x'"),
        ("url_pattern(':::')", "unable to parse URL pattern"),
    ],
)
def test_constant_arguments_are_looked_at_when_the_expression_is_compiled(text, words):
    with pytest.raises(ConfigError) as caught:
        asked(text)
    assert str(caught.value).startswith(f"compiling CEL program: {words}")


@pytest.mark.parametrize(
    "text",
    ["path_regexp({http.request.header.X-A})", "path({http.vars.number})",
     "header({'X-A': {http.vars.number}})", "header({{http.vars.number}: 'x'})",
     "remote_ip({http.request.header.X-A})"],
)  # fmt: skip
def test_others_at_each_request(text):
    with pytest.raises(MatchError) as caught:
        asked(text, fields={"X-A": "("}, vars={"number": 5})
    assert caught.value.status == 500


def test_a_status_that_a_matcher_asks_for():
    with pytest.raises(MatchError) as caught:
        asked("file('=410')")
    assert caught.value.status == 410
    assert asked("file('=410') || true")[0]
