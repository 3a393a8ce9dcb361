"""The smaller handlers, each through a server."""

import base64

import bcrypt
import pytest

from caddylite.errors import ConfigError
from tests.http.live.support import connect, get, parse, routes, server, talk


def say(body="ok", **more):
    return {"handler": "static_response", "body": body, **more}


def ask(*handlers, path="/", lines=(), body=b"", **more):
    return parse(talk(server(routes(*handlers)), get(path, *lines, **more) + body))


# static_response


def test_the_type_of_a_fixed_answer():
    assert ask(say("text"))[1]["content-type"] == "text/plain; charset=utf-8"
    assert ask(say(' {"a": 1} '))[1]["content-type"] == "application/json"
    assert ask(say("{not json}"))[1]["content-type"] == "text/plain; charset=utf-8"
    assert "content-type" not in ask(say(""))[1]
    typed = ask(say("<b>", headers={"content-type": ["text/html"]}))
    assert typed[1]["content-type"] == "text/html"


def test_placeholders_and_status():
    status, fields, body = ask(
        say("{http.request.method} {unknown}", status_code="{http.request.header.S}",
            headers={"X-{http.request.method}": ["{http.request.host}"]}),
        lines=["S: 402"],
    )  # fmt: skip
    assert (status, body) == (402, b"GET {unknown}")
    assert fields["x-get"] == "example.com"
    assert ask(say(status_code="{http.request.header.S}"), lines=["S: x"])[0] == 500


def test_closing_and_aborting():
    connection, wire = connect(server(routes(say(close=True))))
    connection.dataReceived(get())
    assert wire.closing
    connection, wire = connect(server(routes(say(abort=True))))
    connection.dataReceived(get())
    assert wire.aborted
    assert wire.value() == b""


def test_early_hints_are_sent_ahead():
    hints = {"handler": "static_response", "status_code": 103, "headers": {"Link": ["</a>"]}}
    out = talk(server(routes(hints, say("page"))), get())
    assert out.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert out.endswith(b"page")


# request_body


def test_a_body_can_be_replaced():
    replace = {"handler": "request_body", "set": "new {http.request.method}"}
    assert ask(replace, say("{http.request.method}"), method="POST")[2] == b"POST"


# map


def test_a_map():
    mapping = {"handler": "map", "source": "{http.request.uri.path}", "destinations": ["a", "b"],
               "mappings": [{"input": "/x", "outputs": ["X", None]},
                            {"input_regexp": "^/(\\d+)$", "outputs": ["n$1", "${1}!"]}],
               "defaults": ["none", "{http.request.method}"]}  # fmt: skip
    for path, body in (("/x", b"X GET"), ("/42", b"n42 42!"), ("/y", b"none GET")):
        assert ask(mapping, say("{a} {b}"), path=path)[2] == body


# intercept


def intercept(*handlers):
    return {"handler": "intercept", "handle_response": list(handlers)}


def test_a_status_can_be_replaced():
    match = {"status_code": [4]}
    other = intercept({"match": match, "status_code": 200})
    assert ask(other, say("body", status_code=404))[::2] == (200, b"body")
    assert ask(other, say("body", status_code=500))[::2] == (500, b"body")


def test_routes_can_answer_instead():
    routes_ = [{"handle": [say("was {http.intercept.status_code}", status_code=202)]}]
    other = intercept({"match": {"status_code": [404]}, "routes": routes_})
    assert ask(other, say("gone", status_code=404))[::2] == (202, b"was 404")
    assert ask(other, say("fine"))[::2] == (200, b"fine")


# authentication

HASH = bcrypt.hashpw(b"pass", bcrypt.gensalt(4)).decode()


def protect(**more):
    provider = {"accounts": [{"username": "u", "password": HASH}], **more}
    return {"handler": "authentication", "providers": {"http_basic": provider}}


def credentials(text):
    return ["Authorization: Basic " + base64.b64encode(text.encode()).decode()]


def test_who_is_known_may_pass(monkeypatch):
    from caddylite.http.live import authentication

    monkeypatch.setattr(authentication, "_NOBODY", HASH.encode())
    status, fields, body = ask(protect(), say())
    assert (status, body) == (401, b"")
    assert fields["www-authenticate"] == 'Basic realm="restricted"'
    for wrong in ("u:wrong", "nobody:pass", "u"):
        assert ask(protect(realm="r"), say(), lines=credentials(wrong))[0] == 401
    body = ask(protect(), say("{http.auth.user.id}"), lines=credentials("u:pass"))[2]
    assert body == b"u"


def test_the_outcome_can_be_remembered():
    site = server(routes(protect(hash_cache={}), say()))
    request = get("/", *credentials("u:pass"))
    assert talk(site, request + request).count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize(
    ("accounts", "message"),
    [
        ([{"username": "u", "password": HASH}] * 2, "account 1: username is not unique: u"),
        ([{"username": "", "password": HASH}], "account 0: username and password are required"),
        ([{"username": "u", "password": "???"}], "base64-decoding password"),
    ],
)
def test_bad_accounts(accounts, message):
    with pytest.raises(ConfigError, match=message):
        server(routes(protect(accounts=accounts)))
