"""Upstreams that fail: attempts, and what health checks make of them."""

import contextlib
import socket
import time

from tests.differential.behaviour.ends import connect, rest, some, talk, until
from tests.differential.behaviour.handlers import proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()


def dead(s: Stage) -> str:
    """Return an address where nobody listens."""
    return f"127.0.0.1:{s.port()}"


def timed(port: int) -> tuple[str, float]:
    """Talk; return what was said and how long it took, in half seconds."""
    start = time.monotonic()
    said = talk(port)
    return said, round((time.monotonic() - start) * 2)


@table()
def no_attempt_but_the_first(s: Stage) -> Play:
    at = s.serve(proxy(dead(s), s.backend(), policy="first"))
    yield
    return timed(at)


@table()
def attempts_with_round_robin(s: Stage) -> Play:
    lb = {"try_duration": "2s", "try_interval": "100ms"}
    at = s.serve(proxy(s.backend(), dead(s), policy="round_robin", load_balancing=lb))
    yield
    return [timed(at) for _ in range(3)]


@table()
def attempts_end_with_the_duration(s: Stage) -> Play:
    lb = {"try_duration": "1s", "try_interval": "100ms"}
    at = s.serve(proxy(dead(s), policy="first", load_balancing=lb))
    yield
    return timed(at)


@table()
def an_upstream_that_comes_up_meanwhile(s: Stage) -> Play:
    port = s.port()
    lb = {"try_duration": "4s", "try_interval": "100ms"}
    at = s.serve(proxy(f"127.0.0.1:{port}", load_balancing=lb))
    yield
    with connect(at) as sock:
        sock.sendall(b"early")
        until(lambda: False, 0.5)
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(4)
            up, _ = server.accept()
            with up:
                up.sendall(b"here")
                return some(sock, 4), some(up, 5)


@table()
def all_are_down_for_a_while(s: Stage) -> Play:
    where, b = dead(s), s.backend()
    checks = {"passive": {"fail_duration": "700ms"}}
    lb = {"try_duration": "3s", "try_interval": "100ms"}
    at = s.serve(proxy(where, health_checks=checks, load_balancing=lb))
    other = s.serve(proxy(where, b, policy="round_robin", health_checks=checks, load_balancing=lb))
    yield
    return [talk(other), talk(other), timed(at)]


@table()
def active_checks_of_unix_sockets(s: Stage) -> Play:
    up = s.backend("U", path=s.folder / "healthy.sock")
    checks = {"active": {"interval": "200ms"}}
    pool = [f"unix/{s.folder}/none.sock", up]
    at = s.serve(proxy(*pool, policy="first", health_checks=checks))
    yield
    until(lambda: False, 0.6)
    return talk(at)


@table()
def the_default_interval(s: Stage) -> Play:
    """One attempt at 0, 250, 500 ms …: two failures of the first, then it is down."""
    checks = {"passive": {"fail_duration": "30s", "max_fails": 4}}
    lb = {"try_duration": "5s"}
    at = s.serve(
        proxy(dead(s), s.backend(), policy="first", load_balancing=lb, health_checks=checks)
    )
    yield
    return timed(at)


@table()
def a_failure_puts_an_upstream_down(s: Stage) -> Play:
    checks = {"passive": {"fail_duration": "1s"}}
    at = s.serve(proxy(dead(s), s.backend(), policy="first", health_checks=checks))
    yield
    out = [talk(at), talk(at), talk(at)]
    until(lambda: False, 1.3)
    return [*out, talk(at), talk(at)]


@table()
def max_fails(s: Stage) -> Play:
    checks = {"passive": {"fail_duration": "10s", "max_fails": 3}}
    at = s.serve(proxy(dead(s), s.backend(), policy="first", health_checks=checks))
    yield
    return [talk(at) for _ in range(5)]


@table()
def max_fails_without_a_duration(s: Stage) -> Play:
    checks = {"passive": {"max_fails": 1}}
    at = s.serve(proxy(dead(s), s.backend(), policy="first", health_checks=checks))
    yield
    return [talk(at) for _ in range(3)]


@table()
def all_down(s: Stage) -> Play:
    checks = {"passive": {"fail_duration": "10s"}}
    at = s.serve(proxy(dead(s), health_checks=checks))
    yield
    return [talk(at), talk(at)]


@table()
def failures_are_known_to_other_handlers(s: Stage) -> Play:
    where, checks = dead(s), {"passive": {"fail_duration": "10s"}}
    one = s.serve(proxy(where, health_checks=checks))
    two = s.serve(proxy(where, s.backend(), policy="first", health_checks=checks))
    yield
    return [talk(one), talk(two)]


@table()
def active_checks_find_the_dead(s: Stage) -> Play:
    checks = {"active": {"interval": "200ms", "timeout": "1s"}}
    at = s.serve(proxy(dead(s), s.backend(mute=False), policy="first", health_checks=checks))
    yield
    until(lambda: False, 0.7)
    return [talk(at), talk(at)]


@table()
def active_checks_are_known_to_other_handlers(s: Stage) -> Play:
    where = dead(s)
    s.serve(proxy(where, health_checks={"active": {"interval": "200ms"}}))
    at = s.serve(proxy(where, s.backend(), policy="first"))
    yield
    until(lambda: False, 0.7)
    return talk(at)


@table()
def active_checks_connect_and_close(s: Stage) -> Play:
    b = s.backend(mute=True)
    s.serve(proxy(b, health_checks={"active": {"interval": "300ms"}}))
    yield
    b.wait(3)
    return {(x.data, x.ended) for x in b.seen[:2]}


@table(departs="active health checks with a `port`", ours=["B\n", 0, True])
def active_checks_at_another_port(s: Stage) -> Play:
    b, check = s.backend(), s.backend("C", mute=True)
    at = s.serve(proxy(b, health_checks={"active": {"interval": "200ms", "port": check.port}}))
    yield
    check.wait(2)
    said = talk(at)
    return [said, len(b.seen) - 1, len(check.seen) > 1]


@table()
def rise_and_fall(s: Stage) -> Play:
    where = s.port()
    checks = {"active": {"interval": "200ms", "timeout": "1s", "fall": 3, "rise": 2}}
    at = s.serve(proxy(f"127.0.0.1:{where}", s.backend(), policy="first", health_checks=checks))
    yield
    until(lambda: False, 1.2)
    return talk(at)


@table()
def a_peer_that_falls_ill_loses_its_connections(s: Stage) -> Play:
    b = s.backend()
    checks = {"active": {"interval": "200ms", "timeout": "1s", "close_if_unhealthy": True}}
    at = s.serve(proxy(b, health_checks=checks))
    yield
    sock = connect(at)
    said = some(sock, 2)
    b.close()
    out = [said, rest(sock).replace("!reset", "")]
    sock.close()
    return out


@table()
def without_that_they_go_on(s: Stage) -> Play:
    b = s.backend(echo=True)
    checks = {"active": {"interval": "200ms", "timeout": "1s"}}
    at = s.serve(proxy(b, health_checks=checks))
    yield
    sock = connect(at)
    out = [some(sock, 2)]
    b.close()
    until(lambda: False, 0.8)
    sock.sendall(b"still there")
    out.append(some(sock, 11))
    sock.close()
    return out


@table()
def an_upstream_that_refuses(s: Stage) -> Play:
    at = s.serve(proxy(dead(s)))
    yield
    # whether bytes that nobody reads make it a reset is the system's affair
    return [talk(at), talk(at, b"some bytes").removesuffix("!reset")]


@table()
def one_of_several_addresses_is_dead(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.serve(proxy([b, dead(s)]))
    yield
    said = talk(at, b"hello").removesuffix("!reset")
    return [said, [x.data for x in b.wait(1)]]


@table()
def several_addresses_all_get_it(s: Stage) -> Play:
    pool = [s.backend("B0"), s.backend("B1", mute=True), s.backend("B2", mute=True)]
    at = s.serve(proxy(pool))
    yield
    said = talk(at, b"hello")
    return [said, [[(x.data, x.ended) for x in b.wait(1)] for b in pool]]


@table()
def what_several_say_comes_together(s: Stage) -> Play:
    at = s.serve(proxy(s.backends(3)))
    yield
    return sorted(talk(at, b"hello").split())


@table()
def several_as_long_as_one_is_open(s: Stage) -> Play:
    stays, goes = s.backend("S", echo=True), s.backend("G", mute=True)
    at = s.serve(proxy([stays, goes]))
    yield
    sock = connect(at)
    out = [some(sock, 2)]
    sock.sendall(b"abc")
    out.append(some(sock, 3))
    with contextlib.suppress(OSError):
        sock.shutdown(1)
    out.append(rest(sock))
    sock.close()
    return [*out, [x.data for x in goes.wait(1)]]
