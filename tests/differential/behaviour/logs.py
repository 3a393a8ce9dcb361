"""The records of the main events: their level, logger, message and error."""

import re
from typing import Any

from tests.differential.behaviour.ends import ask, connect, rest, secure, talk, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage
from tests.differential.behaviour.termination import TLS

table = Table()
SSH = {"match": [{"ssh": {}}]}
#: What clients can bring about at will.
QUIET = "TLS handshakes that fail; clients that end, or send too much, before they are matched"
STARTED = ["debug", "layer4", "started handling connection"]
STOPPED = ["debug", "layer4", "stopped handling connection; connection stats"]


def quietly(error: str) -> list[Any]:
    """Return the records of a connection that was not matched."""
    return [STARTED, ["debug", "layer4", "matching connection", error], STOPPED]


EVENTS = (
    "started handling connection",
    "stopped handling connection; connection stats",
    "matching connection",
    "handling connection",
    "dial upstream",
    "terminated TLS",
)


def events(s: Stage, at: int, fields: tuple[str, ...] = ("error",)) -> list[Any]:
    """Return the main events of the connections of a server, once the last has ended."""
    last = "stopped handling connection"
    until(lambda: s.records(f"127.0.0.1:{at}", last), 3)
    clients = {r["remote"] for r in s.records(f"127.0.0.1:{at}", last)}
    out = []
    for record in s.records('"remote"'):
        if record["remote"] in clients and record["msg"] in EVENTS:
            found = [record["level"], record["logger"], record["msg"]]
            found += [record[f] for f in fields if f in record]
            out.append([re.sub(r":\d{4,5}", ":PORT", str(x)) for x in found])
    return out


@table()
def a_proxied_connection(s: Stage) -> Play:
    at = s.serve(proxy(s.backend()))
    yield
    talk(at, b"abc")
    return events(
        s, at, ("network", "local", "upstream", "read", "written", "server_name", "error")
    )


@table()
def a_dead_upstream(s: Stage) -> Play:
    at = s.serve(proxy(f"127.0.0.1:{s.port()}"))
    yield
    talk(at)
    return events(s, at, ("network", "upstream", "error"))


@table()
def no_upstream(s: Stage) -> Play:
    where = f"127.0.0.1:{s.port()}"
    at = s.serve(proxy(where, health_checks={"passive": {"fail_duration": "10s"}}))
    yield
    talk(at)
    until(lambda: s.records(f"127.0.0.1:{at}", "stopped handling"), 3)
    talk(at)
    until(lambda: len(s.records(f"127.0.0.1:{at}", "stopped handling")) > 1, 3)
    return events(s, at)


@table()
def a_silent_client(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]}, matching_timeout="300ms")
    yield
    with connect(at) as sock:
        rest(sock)
    return events(s, at)


@table(QUIET, quietly("matching buffer is full"))
def more_than_matching_may_read(s: Stage) -> Play:
    at = s.routes({"match": [{"http": [{"path": ["/x"]}]}], "handle": [ECHO]})
    yield
    talk(at, b"GET /x HTTP/1.1\r\nX: " + b"y" * 40_000)
    return events(s, at)


@table(QUIET, quietly("the connection ended while it was being matched"))
def a_client_that_ends_before_it_is_matched(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]})
    yield
    talk(at, b"SS")
    return events(s, at)


@table()
def no_route(s: Stage) -> Play:
    at = s.routes({**SSH, "handle": [ECHO]})
    yield
    talk(at, b"GET / HTTP/1.1\r\n\r\n")
    return events(s, at)


@table()
def tls_ended(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    sock = secure(at, "a.example.com")
    sock.close()
    # whether the client's end is a reset is the system's affair
    return [x for x in events(s, at, ("server_name",)) if x[2] != "handling connection"]


@table(QUIET, [["debug", "layer4.handlers.tls", "TLS handshake"]])
def tls_that_fails(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    with connect(at) as sock:
        mine = sock.getsockname()[1]
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        rest(sock)
    until(lambda: s.records(f":{mine}", "stopped handling"), 3)
    records = [
        r for r in s.records(f":{mine}") if r["msg"] in ("handling connection", "TLS handshake")
    ]
    return [[r["level"], r["logger"], r["msg"]] for r in records]


@table()
def datagrams(s: Stage) -> Play:
    at = s.serve(proxy(s.datagrams()), network="udp/", idle_timeout="300ms")
    yield
    ask(at, b"abc")
    return events(s, at, ("network", "upstream", "read", "written", "error"))
