"""Servers: routes, errors, logs, what is built and what is not."""

import pytest

from caddylite.errors import ConfigError
from tests.http.live.support import get, parse, routes, server, talk


def say(body, **more):
    return {"handler": "static_response", "body": body, **more}


def ask(site, path="/", *lines, **more):
    return parse(talk(site, get(path, *lines, **more)))


def test_nothing_answers_with_an_empty_200():
    assert ask(server({"routes": []}))[::2] == (200, b"")


def test_routes_and_subroutes():
    inner = {"handler": "subroute", "routes": [
        {"match": [{"path": ["/in/a"]}], "handle": [say("a")], "terminal": True},
    ]}  # fmt: skip
    site = server({"routes": [
        {"match": [{"path": ["/in/*"]}], "handle": [inner]},
        {"handle": [say("after")]},
    ]})  # fmt: skip
    assert ask(site, "/in/a")[2] == b"a"
    assert ask(site, "/in/b")[2] == b"after"


def test_a_terminal_route_without_an_answer_ends_it():
    site = server({"routes": [
        {"handle": [{"handler": "vars", "a": "1"}], "terminal": True}, {"handle": [say("x")]},
    ]})  # fmt: skip
    assert ask(site)[::2] == (200, b"")


def test_named_routes():
    site = server({
        "routes": [{"handle": [{"handler": "invoke", "name": "n"}]}, {"handle": [say("x")]}],
        "named_routes": {"n": {"handle": [
            {"handler": "headers", "response": {"set": {"A": ["1"]}}}]}},
    })  # fmt: skip
    _, fields, body = ask(site)
    assert (fields["a"], body) == ("1", b"x")
    with pytest.raises(ConfigError, match="cannot invoke named route 'm'"):
        server(routes({"handler": "invoke", "name": "m"}))


def test_a_handler_that_cannot_be_run_is_refused():
    with pytest.raises(ConfigError, match="handler tracing is not run by caddylite yet"):
        server(routes({"handler": "tracing"}))


ERROR = {"handler": "error", "error": "no {http.request.method} here", "status_code": 418}


def test_an_error_answers_with_its_status_and_nothing_else():
    status, fields, body = ask(server(routes(ERROR)))
    assert (status, body) == (418, b"")
    assert "content-type" not in fields


def test_error_routes_answer_in_the_place_of_it():
    answer = say("{http.error.status_code} {http.error.status_text}: {http.error.message}")
    site = server(routes(ERROR, errors={"routes": [{"handle": [answer]}]}))
    assert ask(site)[::2] == (418, b"418 I'm a teapot: no GET here")


def test_error_routes_see_the_request_as_it_came():
    change = {"handler": "rewrite", "uri": "/changed", "method": "PUT"}
    answer = say("{http.request.method} {http.request.uri}")
    site = server(routes(change, ERROR, errors={"routes": [{"handle": [answer]}]}))
    assert ask(site, "/asked?q")[2] == b"GET /asked?q"


def test_error_routes_that_do_not_answer_leave_the_status():
    nothing = {"handle": [{"handler": "vars", "a": "1"}], "terminal": True}
    assert ask(server(routes(ERROR, errors={"routes": [nothing]})))[0] == 418


def test_an_error_in_an_error_route():
    site = server(routes(ERROR, errors={"routes": [{"handle": [{"handler": "error"}]}]}))
    assert ask(site)[0] == 418
    assert "error handling handler error" in [r[2] for r in site.house.log.records]


def test_subroutes_have_error_routes_of_their_own():
    inner = {"handler": "subroute", "routes": [{"handle": [ERROR]}],
             "errors": {"routes": [{"handle": [say("mine")]}]}}  # fmt: skip
    assert ask(server(routes(inner)))[::2] == (418, b"mine")


def test_a_bug_in_a_handler_is_a_500(monkeypatch):
    from caddylite.http.live import static_response

    async def broken(self, ex, proceed):
        raise KeyError("bug")

    monkeypatch.setattr(static_response.Live, "serve", broken)
    site = server(routes(say("x")))
    assert ask(site)[::2] == (500, b"")
    assert site.house.log.records[-1][:2] == ("http.log.error", "error")


def test_deferred_changes_do_not_touch_errors():
    deferred = {"handler": "headers", "response": {"set": {"X": ["1"]}, "deferred": True}}
    assert "x" not in ask(server(routes(deferred, ERROR)))[1]
    assert ask(server(routes(deferred, say("ok"))))[1]["x"] == "1"


def test_confusable_fields_never_reach_a_handler():
    body = "{http.request.header.X_A}{http.request.header.X.B}{http.request.header.X-C}"
    site = server(routes(say(body), expected_underscore_headers=["X_A"]))
    assert ask(site, "/", "X_A: 1", "X.B: 2", "X-C: 3")[2] == b"13"
    assert ask(server(routes(say(body))), "/", "X_A: 1", "X.B: 2", "X-C: 3")[2] == b"3"


def test_an_empty_host_is_refused():
    assert ask(server(routes(say("x"))), host="")[0] == 400


# Logs.


def log_of(config, *requests):
    site = server(config)
    for request in requests:
        talk(site, request)
    return [r for r in site.house.log.records if r[0].startswith("http.log.access")]


def test_a_record_has_the_shape_of_caddys():
    site = routes(say("hello"), logs={})
    request = get("/a?b", "Cookie: secret", "Authorization: secret", "X-A: 1", "X-A: 2")
    ((name, level, message, fields),) = log_of(site, request)
    assert (name, level, message) == ("http.log.access", "info", "handled request")
    assert list(fields) == [
        "request", "bytes_read", "user_id", "duration", "size", "status", "resp_headers",
    ]  # fmt: skip
    assert fields["request"] == {
        "remote_ip": "192.0.2.7", "remote_port": "4711", "client_ip": "192.0.2.7",
        "proto": "HTTP/1.1", "method": "GET", "host": "example.com", "uri": "/a?b",
        "headers": {"Cookie": ["REDACTED"], "Authorization": ["REDACTED"], "X-A": ["1", "2"]},
    }  # fmt: skip
    assert (fields["size"], fields["status"], fields["bytes_read"]) == (5, 200, 0)
    assert fields["resp_headers"]["Server"] == ["Caddy"]


def test_it_shows_the_request_as_it_came():
    change = {"handler": "headers", "request": {"set": {"Host": ["new"], "X": ["new"]}}}
    rewrite = {"handler": "rewrite", "uri": "/new", "method": "PUT"}
    ((*_, fields),) = log_of(routes(change, rewrite, say("x"), logs={}), get("/old", "X: old"))
    shown = fields["request"]
    assert (shown["method"], shown["host"], shown["uri"]) == ("GET", "example.com", "/old")
    assert shown["headers"] == {"X": ["old"]}


def test_credentials_are_shown_if_wanted():
    ((*_, fields),) = log_of(
        routes(say("x"), logs={"should_log_credentials": True}), get("/", "Cookie: c")
    )
    assert fields["request"]["headers"]["Cookie"] == ["c"]


def test_errors_are_logged_at_their_level():
    bad = {"handler": "error", "status_code": 503}
    records = log_of(routes(bad, logs={}), get())
    assert records[0][1] == "error"
    assert records[0][3]["status"] == 503


def test_hosts_have_loggers_of_their_own():
    logs = {"default_logger_name": "rest", "skip_hosts": ["quiet.example"],
            "logger_names": {"a.example": ["one", "two"], "*.wild.example": "three"}}  # fmt: skip
    hosts = ["a.example:80", "b.wild.example", "quiet.example", "other.example"]
    records = log_of(routes(say("x"), logs=logs), *(get(host=h) for h in hosts))
    assert [r[0].removeprefix("http.log.access.") for r in records] == [
        "one", "two", "three", "rest",
    ]  # fmt: skip


def test_only_mapped_hosts_if_wanted():
    logs = {"logger_names": {"a.example": ["one"]}, "skip_unmapped_hosts": True}
    records = log_of(routes(say("x"), logs=logs), get(host="a.example"), get(host="b.example"))
    assert [r[0] for r in records] == ["http.log.access.one"]


def test_a_request_can_stay_out_of_the_log_or_choose_its_logger():
    skip = {"handler": "vars", "log_skip": True}
    assert log_of(routes(skip, say("x"), logs={}), get()) == []
    named = {"handler": "vars", "access_logger_names": ["mine", ""]}
    records = log_of(routes(named, say("x"), logs={}), get())
    assert [r[0] for r in records] == ["http.log.access.mine", "http.log.access"]


def test_fields_can_be_added():
    add = [{"handler": "log_append", "key": k, "value": v} for k, v in
           (("a", "{http.request.method}"), ("b", "var"), ("c", "text"))]  # fmt: skip
    site = routes({"handler": "vars", "var": "7"}, *add, say("x"), logs={})
    ((*_, fields),) = log_of(site, get())
    assert (fields["a"], fields["b"], fields["c"]) == ("GET", "7", "text")


# Placeholders that only the server knows.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("http.request.orig_uri", "/a/b.txt?q=1"),
        ("http.request.orig_uri.path", "/a/b.txt"),
        ("http.request.orig_uri.path.file", "b.txt"),
        ("http.request.orig_uri.path.dir", "/a/"),
        ("http.request.orig_uri.path.0", "a"),
        ("http.request.orig_uri.prefixed_query", "?q=1"),
        ("http.request.orig_method", "GET"),
        ("http.response.header.Server", "Caddy"),
        ("http.shutting_down", "false"),
        ("http.vars.client_ip", "192.0.2.7"),
    ],
)
def test_placeholders(name, value):
    rewrite = {"handler": "rewrite", "uri": "/new", "method": "PUT"}
    site = server(routes(rewrite, say("{" + name + "}")))
    assert ask(site, "/a/b.txt?q=1")[2] == value.encode()


def test_a_request_has_one_uuid():
    body = ask(server(routes(say("{http.request.uuid} {http.request.uuid}"))))[2].split()
    assert len(body[0]) == 36
    assert body[0] == body[1]
