"""Handlers one after the other: subroutes, tees, variables, and what matching waits for."""

import time
from typing import Any

from tests.differential.behaviour.ends import Where, connect, rest, some, talk, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
CLOSE = {"handler": "close"}
SSH = {"match": [{"ssh": {}}]}


def subroute(*routes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"handler": "subroute", "routes": list(routes), **more}


def seconds(what: Any) -> tuple[Any, float]:
    """Return what a call returns, and how long it took, in half seconds."""
    start = time.monotonic()
    return what(), round((time.monotonic() - start) * 2) / 2


@table()
def echo(s: Stage) -> Play:
    at = s.serve(ECHO)
    yield
    return [talk(at, data) for data in (b"", b"abc", b"x" * 300_000)]


@table()
def close(s: Stage) -> Play:
    at = s.serve(CLOSE)
    yield
    return [talk(at).removesuffix("!reset"), talk(at, b"abc").removesuffix("!reset")]


@table()
def nothing_after_close(s: Stage) -> Play:
    b = s.backend()
    at = s.serve(CLOSE, proxy(b))
    yield
    return talk(at), len(b.seen)


@table()
def nothing_after_echo(s: Stage) -> Play:
    at = s.serve(ECHO, proxy(s.backend()))
    yield
    return talk(at, b"abc")


@table()
def no_routes(s: Stage) -> Play:
    at = s.routes()
    yield
    return talk(at, b"abc").removesuffix("!reset")


@table()
def no_handlers(s: Stage) -> Play:
    at = s.routes({"match": [{"ssh": {}}], "handle": []}, {"handle": [proxy(s.backend())]})
    yield
    return talk(at, b"SSH-2.0-x\r\n")


@table()
def no_route_matches(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]})
    yield
    return seconds(lambda: talk(at, b"GET / HTTP/1.1\r\n").removesuffix("!reset"))


@table()
def a_silent_client_is_given_up(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]}, matching_timeout="500ms")
    yield
    with connect(at) as sock:
        return seconds(lambda: rest(sock, 3))


@table()
def a_slow_client_is_given_up(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]}, matching_timeout="1s")
    yield
    with connect(at) as sock:
        sock.sendall(b"SS")
        return seconds(lambda: rest(sock, 3).removesuffix("!reset"))


def echoed_after_a_while(at: Where, first: bytes) -> list[str]:
    """What comes back at once, and of a word said a second later."""
    with connect(at) as sock:
        sock.sendall(first)
        out = [some(sock, len(first))]
        until(lambda: False, 1)
        sock.sendall(b"later")
        return [*out, some(sock, 5)]


@table()
def the_deadline_does_not_stay(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]}, matching_timeout="500ms")
    yield
    return echoed_after_a_while(at, b"SSH-2.0-x")


@table()
def the_deadline_does_not_stay_on_a_fallback(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [CLOSE]}, {"handle": [ECHO]}, matching_timeout="500ms")
    yield
    return echoed_after_a_while(at, b"not that")


@table()
def more_than_matching_may_read(s: Stage) -> Play:
    at = s.routes({"match": [{"http": [{"path": ["/x"]}]}], "handle": [ECHO]})
    yield
    with connect(at) as sock:
        sock.sendall(b"GET /x HTTP/1.1\r\nX: " + b"y" * 40_000)
        return seconds(lambda: rest(sock, 2).removesuffix("!reset"))


@table()
def much_before_a_route_is_known(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.routes({"match": [{"http": [{"path": ["/x"]}]}], "handle": [proxy(b)]})
    yield
    request = b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 12_000 + b"\r\n\r\n"
    talk(at, request + b"z" * 200_000)
    return [(len(x.data), x.data.startswith(request)) for x in b.wait(1)]


@table()
def a_client_that_ends_before_it_is_matched(s: Stage) -> Play:
    b = s.backend()
    at = s.routes({**SSH, "handle": [proxy(b)]})
    yield
    return [seconds(lambda data=data: talk(at, data)) for data in (b"", b"SS")], len(b.seen)


@table()
def a_client_that_speaks_and_ends(s: Stage) -> Play:
    b = s.backend(echo=True)
    at = s.routes({**SSH, "handle": [proxy(b)]})
    yield
    return talk(at, b"SSH-2.0-x"), [(x.data, x.ended) for x in b.wait(1)]


@table()
def subroutes(s: Stage) -> Play:
    inside = subroute({**SSH, "handle": [proxy(s.backend("inner"))]})
    at = s.routes({"handle": [inside, proxy(s.backend("after"))]})
    yield
    return [talk(at, b"SSH-2.0-x"), talk(at, b"GET / HTTP/1.1\r\n\r\n")]


@table()
def a_subroute_that_falls_through_to_the_next_route(s: Stage) -> Play:
    inside = subroute({**SSH, "handle": [proxy(s.backend("inner"))]})
    http = {"match": [{"http": [{}]}], "handle": [proxy(s.backend("http"))]}
    at = s.routes({"handle": [inside]}, http, {"handle": [proxy(s.backend("rest"))]})
    yield
    return [
        talk(at, x) for x in (b"SSH-2.0-x", b"GET / HTTP/1.1\r\n\r\n", b"something else\r\n\r\n")
    ]


@table()
def a_subroute_has_a_time_of_its_own(s: Stage) -> Play:
    inside = subroute({**SSH, "handle": [ECHO]}, matching_timeout="500ms")
    at = s.routes({"handle": [inside, ECHO]}, matching_timeout="2s")
    yield
    with connect(at) as sock:
        return seconds(lambda: rest(sock, 4))


@table()
def empty_subroutes(s: Stage) -> Play:
    at = s.serve(subroute(), {"handler": "subroute"}, ECHO)
    yield
    return talk(at, b"abc")


@table()
def subroutes_in_subroutes(s: Stage) -> Play:
    deep = subroute(
        {"handle": [subroute({**SSH, "handle": [proxy(s.backend("deep"))]})]},
        {"handle": [proxy(s.backend("up"))]},
    )
    at = s.serve(deep)
    yield
    return [talk(at, b"SSH-2.0-x"), talk(at, b"GET / HTTP/1.1\r\n\r\n")]


@table()
def variables_go_from_route_to_route(s: Stage) -> Play:
    first = {"match": [{"ssh": {}}, {"http": [{}]}]}
    at = s.routes(
        {**first, "handle": [{"handler": "vars", "kind": "a", "n": 5}]},
        {**SSH, "handle": [{"handler": "vars", "kind": "ssh"}]},
        {"match": [{"vars": {"kind": ["ssh"], "n": ["6"]}}], "handle": [proxy(s.backend("ssh"))]},
        {"match": [{"vars": {"n": ["5"]}}], "handle": [proxy(s.backend("five"))]},
    )
    yield
    return [talk(at, b"SSH-2.0-x"), talk(at, b"GET / HTTP/1.1\r\n\r\n")]


@table()
def variables_of_all_types(s: Stage) -> Play:
    values = {"n": 5, "f": 1.5, "yes": True, "none": None, "list": [1, "x"], "map": {"a": 1}}
    values |= {"big": 12345678901234567890, "e": 1e21, "z": 0.0, "small": 1e-7, "neg": -3}
    texts = ["5", "1.5", "true", "", "<nil>", "None", '[1,"x"]', "[1 x]", "map[a:1]", '{"a":1}']
    texts += ["12345678901234567000", "1.2345678901234567e+19", "12345678901234567168", "1e+21"]
    values |= {"million": 1000000, "less": 999999, "digits": 123456789, "tenth": 0.0001}
    texts += ["1000000", "1e+06", "999999", "123456789", "1.23456789e+08", "0.0001"]
    texts += ["1000000000000000000000", "0", "0.0", "1e-07", "1e-7", "-3"]
    routes = []
    backends = {text: s.backend(f"<{text}>") for text in texts}
    ports = {}
    for name in values:
        routes = [{"handle": [{"handler": "vars", **values}]}]
        for text in texts:
            match = [{"vars": {"{l4.vars." + name + "}": [text]}}]
            routes.append({"match": match, "handle": [proxy(backends[text])]})
        ports[name] = s.routes(*routes)
    yield
    return {name: talk(at) for name, at in ports.items()}


@table()
def a_tee(s: Stage) -> Play:
    copy, main = s.backend("copy", mute=True), s.backend("main", echo=True)
    at = s.serve({"handler": "tee", "branch": [proxy(copy)]}, proxy(main))
    yield
    said = talk(at, b"x" * 50_000 + b"end")
    return len(said), [(len(x.data), x.ended) for x in (*main.wait(1), *copy.wait(1))]


@table()
def a_tee_whose_branch_speaks(s: Stage) -> Play:
    copy, main = s.backend("copy"), s.backend("main")
    at = s.serve({"handler": "tee", "branch": [proxy(copy)]}, proxy(main))
    yield
    with connect(at) as sock:
        sock.sendall(b"abc")
        return sorted(some(sock, 10).split())


@table("`tee` behind a matcher", [b"SSH-2.0-x and more"] * 2)
def a_tee_behind_a_matcher(s: Stage) -> Play:
    copy, main = s.backend("copy", mute=True), s.backend("main", mute=True)
    at = s.routes({**SSH, "handle": [{"handler": "tee", "branch": [proxy(copy)]}, proxy(main)]})
    yield
    talk(at, b"SSH-2.0-x and more")
    return [x.data for x in (*main.wait(1), *copy.wait(1))]


@table()
def a_tee_with_a_dead_branch(s: Stage) -> Play:
    tee = {"handler": "tee", "branch": [proxy(f"127.0.0.1:{s.port()}")]}
    at = s.serve(tee, proxy(s.backend("main")))
    yield
    with connect(at) as sock:
        return some(sock, 5)
