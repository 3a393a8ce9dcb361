"""Handlers one after the other: subroutes, tees, throttles, variables, ends."""

import struct
import time
from typing import Any

from tests.differential.behaviour.ends import connect, rest, some, talk, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
CLOSE = {"handler": "close"}
SSH = {"match": [{"ssh": {}}]}
RESET = struct.pack("ii", 1, 0)


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


@table()
def the_deadline_does_not_stay(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]}, matching_timeout="500ms")
    yield
    with connect(at) as sock:
        sock.sendall(b"SSH-2.0-x")
        out = [some(sock, 9)]
        until(lambda: False, 1)
        sock.sendall(b"later")
        return [*out, some(sock, 5)]


@table()
def the_deadline_does_not_stay_on_a_fallback(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [CLOSE]}, {"handle": [ECHO]}, matching_timeout="500ms")
    yield
    with connect(at) as sock:
        sock.sendall(b"not that")
        out = [some(sock, 8)]
        until(lambda: False, 1)
        sock.sendall(b"later")
        return [*out, some(sock, 5)]


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


def rate(at: int, size: int) -> float:
    """Send so much and wait for the echo of all; return how many seconds it took."""
    from threading import Thread

    with connect(at, seconds=20) as sock:
        start = time.monotonic()
        Thread(target=sock.sendall, args=(b"x" * size,), daemon=True).start()
        got = some(sock, size, 20)
        assert len(got) == size, got[-10:]
        return time.monotonic() - start


def near(value: float, wanted: float) -> Any:
    """Is a time about what it ought to be? If not, the time."""
    return True if 0.75 * wanted <= value <= 1.25 * wanted + 0.15 else round(value, 2)


@table()
def throttled_to_a_rate(s: Stage) -> Play:
    at = s.serve(
        {"handler": "throttle", "read_bytes_per_second": 40_000, "read_burst_size": 4_000}, ECHO
    )
    yield
    return near(rate(at, 84_000), 2)


@table()
def throttled_with_the_default_burst(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "read_bytes_per_second": 20_000}, ECHO)
    yield
    return near(rate(at, 60_000), 2)


@table()
def throttled_together(s: Stage) -> Play:
    from concurrent.futures import ThreadPoolExecutor

    throttle = {"total_read_bytes_per_second": 40_000, "total_read_burst_size": 4_000}
    at = s.serve({"handler": "throttle", **throttle}, ECHO)
    yield
    with ThreadPoolExecutor(2) as threads:
        start = time.monotonic()
        list(threads.map(lambda size: rate(at, size), (40_000, 40_000)))
        return near(time.monotonic() - start, 2)


@table()
def latency(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "latency": "700ms"}, proxy(s.backend()))
    yield
    with connect(at) as sock:
        start = time.monotonic()
        return some(sock, 2), near(time.monotonic() - start, 0.7)


@table()
def a_throttle_that_does_nothing(s: Stage) -> Play:
    at = s.serve({"handler": "throttle"}, ECHO)
    yield
    return talk(at, b"abc")


@table()
def a_burst_without_a_rate(s: Stage) -> Play:
    """A bucket that is never filled again."""
    at = s.serve({"handler": "throttle", "read_burst_size": 4}, ECHO)
    yield
    return [talk(at, b"abcdefg", half=half, seconds=1) for half in (True, False)]


@table("`throttle`", ["abc", True])
def a_throttle_and_a_few_bytes(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "read_bytes_per_second": 1000}, ECHO)
    yield
    with connect(at) as sock:
        start = time.monotonic()
        for byte in b"abc":
            sock.sendall(bytes((byte,)))
            until(lambda: False, 0.05)
        return [some(sock, 3), time.monotonic() - start < 0.7]


@table()
def half_closed_by_the_client(s: Stage) -> Play:
    b = s.backend("answer", mute=False, echo=True)
    at = s.serve(proxy(b))
    yield
    with connect(at) as sock:
        sock.sendall(b"question")
        sock.shutdown(1)
        return rest(sock), [(x.data, x.ended) for x in b.wait(1)]


@table()
def half_closed_by_the_upstream(s: Stage) -> Play:
    """The upstream ends its side; what the client sends still arrives."""
    import socket
    import threading

    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def serve() -> None:
        sock, _ = server.accept()
        sock.settimeout(8)
        with sock:
            sock.sendall(b"bye")
            sock.shutdown(socket.SHUT_WR)
            while data := sock.recv(100):
                got.append(data)
            got.append(b"END")

    threading.Thread(target=serve, daemon=True).start()
    at = s.serve(proxy(f"127.0.0.1:{server.getsockname()[1]}"))
    yield
    with connect(at) as sock:
        said = rest(sock)
        sock.sendall(b"still")
        until(lambda: got)
        sock.shutdown(1)
        until(lambda: got[-1:] == [b"END"])
    server.close()
    return said, b"".join(got)


@table()
def reset_by_the_client(s: Stage) -> Play:
    import socket

    b = s.backend()
    at = s.serve(proxy(b))
    yield
    sock = connect(at)
    some(sock, 2)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()
    return [x.ended in ("end", "reset") for x in b.wait(1)]


@table()
def reset_by_the_upstream(s: Stage) -> Play:
    import socket
    import threading

    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = server.accept()
        sock.sendall(b"before")
        sock.recv(10)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.close()

    threading.Thread(target=serve, daemon=True).start()
    at = s.serve(proxy(f"127.0.0.1:{server.getsockname()[1]}"))
    yield
    with connect(at) as sock:
        out = some(sock, 6)
        sock.sendall(b"go")
        out += rest(sock, 3).removesuffix("!reset")
    server.close()
    return out
