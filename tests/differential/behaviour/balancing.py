"""Which upstream gets a connection."""

import socket
from collections import Counter

from tests.differential.behaviour.ends import connect, some, talk, until
from tests.differential.behaviour.handlers import proxy, upstream
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()


def turns(port: int, count: int = 12) -> list[str]:
    """Connect so many times; return who answered."""
    return [talk(port).strip() for _ in range(count)]


def held(port: int, count: int) -> list[str]:
    """Connect so many times and stay, one after the other; return who answered."""
    socks, out = [], []
    for _ in range(count):
        socks.append(connect(port))
        out.append(some(socks[-1], 3).strip())
    for sock in socks:
        sock.close()
    return out


@table()
def round_robin(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(3), policy="round_robin"))
    yield
    return turns(at)


@table()
def first(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(3), policy="first"))
    yield
    return turns(at)


@table()
def weighted_round_robin(s: Stage) -> Play:
    ups = [upstream(b, weight=w) for b, w in zip(s.backends(3), (5, 1, 2), strict=True)]
    at = s.serve(proxy(*ups, policy="weighted_round_robin"))
    yield
    return turns(at, 16)


@table()
def weights_that_are_none_count_as_one(s: Stage) -> Play:
    ups = [upstream(b, weight=w) for b, w in zip(s.backends(3), (0, -4, 2), strict=True)]
    at = s.serve(proxy(*ups, policy="weighted_round_robin"))
    yield
    return turns(at, 12)


@table()
def random_reaches_all(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(3), policy="random"))
    yield
    return [n > 5 for _, n in sorted(Counter(turns(at, 60)).items())]


@table()
def no_policy_is_random(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(3)))
    yield
    return [n > 5 for _, n in sorted(Counter(turns(at, 60)).items())]


@table()
def random_choose_of_all(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(2), policy={"policy": "random_choose", "choose": 2}))
    yield
    return turns(at, 1)[0] in ("B0", "B1")


@table()
def ip_hash(s: Stage) -> Play:
    pool = s.backends(4)
    # the same names for both programs: the hash is of the address as it is dialled
    names = [f"127.0.0.1:{{l4.vars.b{i}}}" for i in range(4)]
    ports = {f"b{i}": str(b.port) for i, b in enumerate(pool)}
    at = s.serve({"handler": "vars", **ports}, proxy(*names, policy="ip_hash"))
    yield
    return [talk(at, source=f"127.0.0.{n}") for n in range(1, 41)]


@table()
def ip_hash_behind_a_proxy_header(s: Stage) -> Play:
    pool = s.backends(4)
    names = [f"127.0.0.1:{{l4.vars.b{i}}}" for i in range(4)]
    ports = {f"b{i}": str(b.port) for i, b in enumerate(pool)}
    at = s.serve(
        {"handler": "proxy_protocol"},
        {"handler": "vars", **ports},
        proxy(*names, policy="ip_hash"),
    )
    yield
    return [
        talk(at, f"PROXY TCP{v} {host} {host} 1 2\r\n".encode())
        for v, host in [*((4, f"192.0.2.{n}") for n in range(20)), (6, "2001:db8::1")]
    ]


@table()
def least_conn_prefers_the_idle_one(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(2), policy="least_conn"))
    yield
    return sorted(held(at, 4))


@table(departs="`least_conn`, `random_choose`, `max_connections`", ours=["B0", "B1", "B1", "B1"])
def least_conn_forgets_connections_that_have_ended(s: Stage) -> Play:
    at = s.serve(proxy(*s.backends(2), policy="least_conn"))
    yield
    open_ones: dict[str, socket.socket] = {}
    for _ in range(2):
        sock = connect(at)
        open_ones[some(sock, 3).strip()] = sock
    names = sorted(open_ones)
    open_ones.pop("B1").close()
    again = []
    for _ in range(2):
        until(lambda: False, 0.2)
        again.append(talk(at).strip())
    open_ones["B0"].close()
    return names + again


@table(departs="`least_conn`, `random_choose`, `max_connections`", ours=["B0\n", "", "B0\n"])
def max_connections(s: Stage) -> Play:
    at = s.serve(proxy(upstream(s.backend("B0"), max_connections=1)))
    yield
    sock = connect(at)
    out = [some(sock, 3), talk(at)]
    sock.close()
    until(lambda: False, 0.2)
    return [*out, talk(at)]


@table()
def max_connections_overflow_to_the_next(s: Stage) -> Play:
    pool = [upstream(b, max_connections=1) for b in s.backends(2)]
    at = s.serve(proxy(*pool, policy="first"))
    yield
    return held(at, 3)


@table()
def unhealthy_connection_count(s: Stage) -> Play:
    checks = {"passive": {"unhealthy_connection_count": 2}}
    at = s.serve(proxy(*s.backends(2), policy="first", health_checks=checks))
    yield
    return held(at, 3)
