"""Layer 4 in front of the HTTP app, as a listener wrapper."""

import re
from typing import Any

from tests.differential.behaviour.ends import (
    client_context,
    connect,
    rest,
    secured,
    some,
    talk,
    until,
)
from tests.differential.behaviour.handlers import proxy
from tests.differential.behaviour.headers import V1, v2
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
GET = b"GET /x HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n"
SSH = {"match": [{"ssh": {}}]}


def site(
    s: Stage, *wrappers: Any, body: str = "web {http.request.remote.host}", **more: Any
) -> int:
    """Serve a page behind wrappers."""
    respond = {"handle": [{"handler": "static_response", "body": body}]}
    return s.site([respond], listener_wrappers=list(wrappers), **more)


def layer4(*routes: Any, **more: Any) -> dict[str, Any]:
    return {"wrapper": "layer4", "routes": list(routes), **more}


def page(said: str) -> str:
    """Return the status and the body of an answer, or what was said instead."""
    head, _, body = said.partition("\r\n\r\n")
    status = re.match(r"HTTP/1.[01] (\d+)", head)
    return f"{status[1]} {body}" if status else said


@table()
def falls_through_to_http(s: Stage) -> Play:
    at = site(s, layer4({**SSH, "handle": [proxy(s.backend("ssh"))]}))
    yield
    return page(talk(at, GET, half=False)), talk(at, b"SSH-2.0-x\r\n")


@table()
def no_routes(s: Stage) -> Play:
    at = site(s, layer4())
    yield
    return page(talk(at, GET, half=False))


@table()
def handlers_that_pass_on(s: Stage) -> Play:
    vars_ = {"handler": "vars", "x": "y"}
    at = site(s, layer4({"handle": [vars_, {"handler": "subroute"}]}))
    yield
    return page(talk(at, GET, half=False))


@table()
def a_silent_client_gets_its_time(s: Stage) -> Play:
    at = site(s, layer4({**SSH, "handle": [proxy(s.backend("ssh"))]}, matching_timeout="500ms"))
    yield
    with connect(at) as sock:
        return rest(sock, 3)


@table()
def addresses_from_headers(s: Stage) -> Play:
    at = site(s, layer4({"handle": [{"handler": "proxy_protocol"}]}))
    wrapped = site(s, {"wrapper": "proxy_protocol", "allow": ["127.0.0.0/8"]}, layer4())
    yield
    return [
        page(talk(port, header + GET, half=False))
        for port in (at, wrapped)
        for header in (V1, v2())
    ]


@table()
def tls_in_layer4(s: Stage) -> Play:
    at = site(
        s,
        layer4({"handle": [{"handler": "tls"}]}),
        body="{http.request.tls.server_name} {http.request.tls.version} {http.request.scheme}",
    )
    yield
    with secured(connect(at), "a.example.com") as sock:
        sock.sendall(GET)
        return page(rest(sock))


@table()
def tls_of_the_app_before_and_after(s: Stage) -> Play:
    route = {**SSH, "handle": [proxy(s.backend("ssh"))]}
    policies = {"tls_connection_policies": [{}]}
    before = site(s, layer4(route), {"wrapper": "tls"}, **policies)
    after = site(s, layer4(route), **policies)
    yield
    out = []
    for at in (before, after):
        with secured(connect(at), "a.example.com", client_context(alpn=["http/1.1"])) as sock:
            sock.sendall(GET)
            out.append(page(rest(sock)))
        out.append(talk(at, b"SSH-2.0-x\r\n").removesuffix("!reset")[:3])
        inside = secured(connect(at), "a.example.com", client_context(alpn=["http/1.1"]))
        inside.sendall(b"SSH-2.0-x\r\n")
        out.append(some(inside, 3))
    return out


@table()
def redirects(s: Stage) -> Play:
    policies = {"tls_connection_policies": [{}]}
    at = site(s, {"wrapper": "http_redirect"}, {"wrapper": "tls"}, **policies)
    yield
    return re.sub(r"Date: .*?\r\n", "", talk(at, GET, half=False))


@table()
def placeholders_of_layer4(s: Stage) -> Play:
    vars_ = {"handler": "vars", "x": "y"}
    body = "<{l4.vars.x}> <{l4.conn.remote_addr}> <{http.request.remote.host}> <{vars.x}>"
    at = site(s, layer4({"handle": [vars_]}), body=body)
    yield
    return page(talk(at, GET, half=False))


@table()
def keep_alive_behind_a_matcher(s: Stage) -> Play:
    at = site(s, layer4({**SSH, "handle": [proxy(s.backend("ssh"))]}))
    yield
    request = GET.replace(b"Connection: close\r\n", b"")
    with connect(at) as sock:
        out = []
        for _ in range(2):
            sock.sendall(request)
            until(lambda: False, 0.2)
            out.append(page(sock.recv(65536).decode()))
    return out


@table()
def a_large_request_behind_a_matcher(s: Stage) -> Play:
    at = site(s, layer4({**SSH, "handle": [proxy(s.backend("ssh"))]}))
    yield
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n"
    return page(talk(at, head + b"x" * 60000, half=False).removesuffix("!reset"))
