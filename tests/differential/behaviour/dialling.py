"""How an upstream is reached: addresses, sources, names, PROXY headers."""

import socket
import struct
from typing import Any

from tests.differential.behaviour.ends import ask, connect, rest, some, talk, until
from tests.differential.behaviour.handlers import proxy, upstream
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()


@table()
def a_unix_socket(s: Stage) -> Play:
    b = s.backend(path=s.folder / "up.sock", echo=True)
    at = s.serve(proxy(b))
    yield
    return talk(at, b"abc")


@table()
def an_abstract_unix_socket(s: Stage) -> Play:
    name = f"@caddylite-{s.folder.parent.name}-{s.name}"
    b = s.backend(path="\0" + name[1:])
    at = s.serve(proxy(f"unix/{name}"))
    yield
    return talk(at), len(b.seen)


@table()
def ipv6(s: Stage) -> Play:
    at = s.serve(proxy(s.backend(host="::1")))
    yield
    return talk(at)


@table()
def a_name(s: Stage) -> Play:
    at = s.serve(proxy(f"localhost:{s.backend().port}"))
    yield
    return talk(at)


@table()
def a_name_that_is_not(s: Stage) -> Play:
    at = s.serve(proxy("no-such-name.invalid:80"))
    yield
    return talk(at)


@table()
def no_host(s: Stage) -> Play:
    at = s.serve(proxy(f":{s.backend().port}"))
    yield
    return talk(at)


@table()
def tcp4_and_tcp6(s: Stage) -> Play:
    four, six = s.backend("B4"), s.backend("B6", host="::1")
    ports = [
        s.serve(proxy(f"{network}/localhost:{b.port}"))
        for network in ("tcp4", "tcp6")
        for b in (four, six)
    ]
    yield
    return [talk(at) for at in ports]


@table()
def preferred_families(s: Stage) -> Play:
    four = s.backend("B4")
    six = s.backend("B6", host="::1")
    ports = [
        s.serve(proxy(upstream(f"localhost:{b.port}", resolver_preference=f"{name}")))
        for name in ("ipv4_only", "ipv6_only", "ipv4_first", "ipv6_first")
        for b in (four, six)
    ]
    literal = [
        s.serve(proxy(upstream(b, resolver_preference=name)))
        for name in ("ipv4_only", "ipv6_only", "ipv6_first")
        for b in (four, six)
    ]
    yield
    return [talk(at) for at in ports + literal]


@table()
def local_addresses(s: Stage) -> Play:
    b = s.backend(mute=True)
    sources = [["127.0.0.9"], ["::1", "127.0.0.8"], ["::1"], ["{l4.vars.src}"], ["nonsense"], [""]]
    ports = [
        s.serve({"handler": "vars", "src": "127.0.0.7"}, proxy(upstream(b, local_address=source)))
        for source in sources
    ]
    yield
    for at in ports:
        talk(at)
    return [x.peer[0] for x in b.wait(len(ports))]


@table()
def a_local_port(s: Stage) -> Play:
    b, port = s.backend(mute=True), s.port("127.0.0.6")
    at = s.serve(proxy(upstream(b, local_address=[f"127.0.0.6:{port}"])))
    yield
    talk(at)
    return [x.peer == ("127.0.0.6", port) for x in b.wait(1)]


@table()
def a_local_address_that_is_not_ours(s: Stage) -> Play:
    b = s.backend()
    at = s.serve(proxy(upstream(b, local_address=["192.0.2.1"])))
    or_ours = s.serve(proxy(upstream(b, local_address=["192.0.2.1", "127.0.0.5"])))
    yield
    return talk(at), talk(or_ours), [x.peer[0] for x in b.wait(1)]


@table()
def proxy_v1(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.serve(proxy(b, proxy_protocol="v1"))
    yield
    with connect(at) as sock:
        mine = sock.getsockname()[1]
        sock.sendall(b"abc")
        sock.shutdown(1)
        rest(sock)
    return [x.data.replace(b"%d" % mine, b"ME").replace(b"%d" % at, b"AT") for x in b.wait(1)]


def masked(data: bytes, *ports: int) -> bytes:
    """Return a binary header without the ports."""
    for port in ports:
        data = data.replace(struct.pack("!H", port), b"PP")
    return data


@table()
def proxy_v2(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.serve(proxy(b, proxy_protocol="v2"))
    yield
    with connect(at, source="127.0.0.3") as sock:
        mine = sock.getsockname()[1]
        sock.sendall(b"abc")
        sock.shutdown(1)
        rest(sock)
    return [masked(x.data, mine, at) for x in b.wait(1)]


@table()
def proxy_headers_of_ipv6(s: Stage) -> Play:
    b = s.backend(mute=True)
    ports = []
    for version in ("v1", "v2"):
        ports.append(s.port("::1"))
        route = {"handle": [proxy(b, proxy_protocol=version)]}
        s.listen([f"[::1]:{ports[-1]}"], route)
    yield
    out = []
    for at in ports:
        with connect(("::1", at)) as sock:
            mine = sock.getsockname()[1]
            sock.sendall(b"abc")
            sock.shutdown(1)
            rest(sock)
        seen = b.wait(len(out) + 1)[-1].data
        out.append(masked(seen.replace(b"%d" % mine, b"ME").replace(b"%d" % at, b"AT"), mine, at))
    return out


@table()
def proxy_headers_of_unix_sockets(s: Stage) -> Play:
    b = s.backend(mute=True)
    for version in ("v1", "v2"):
        route = {"handle": [proxy(b, proxy_protocol=version)]}
        s.listen([f"unix/{s.folder}/{version}.sock"], route)
    yield
    out = []
    for version in ("v1", "v2"):
        talk(str(s.folder / f"{version}.sock"), b"abc")
        out.append(b.wait(len(out) + 1)[-1].data)
    parts = [x.rstrip(b"\0") for x in (out[1][:16], out[1][16:124], out[1][124:232])]
    return out[0], [x.replace(str(s.folder).encode(), b"DIR") for x in parts], out[1][232:]


@table()
def a_silent_client_still_has_a_header(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.serve(proxy(b, proxy_protocol="v1"))
    yield
    with connect(at):
        until(lambda: b.seen and b.seen[0].data)
    return b.seen[0].data[:11]


@table()
def proxy_headers_before_tls_are_behind_it(s: Stage) -> Play:
    """The header goes into the connection that was dialled: inside TLS."""
    from tests.differential.behaviour.ends import server_context

    b = s.backend(mute=True, context=server_context(s.pair))
    at = s.serve(
        proxy(upstream(b, tls={"insecure_skip_verify": True}), proxy_protocol="v1"),
    )
    yield
    talk(at, b"abc")
    return [x.data[:11] for x in b.wait(1)]


@table()
def a_header_goes_to_each_of_several(s: Stage) -> Play:
    pool = [s.backend(f"B{i}", mute=True) for i in range(2)]
    at = s.serve(proxy(pool, proxy_protocol="v1"))
    yield
    talk(at, b"abc")
    return [[x.data[:11] + x.data[-3:] for x in b.wait(1)] for b in pool]


@table()
def datagrams_with_headers(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve(proxy(b, proxy_protocol="v2"), network="udp/")
    v1 = s.serve(proxy(s.datagrams("C"), proxy_protocol="v1"), network="udp/")
    yield
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.bind(("127.0.0.4", 0))
        mine = sock.getsockname()[1]
        for data in (b"one", b"two"):
            sock.sendto(data, ("127.0.0.1", at))
            sock.recv(100)
    said = ask(v1, b"three", seconds=1)
    return [masked(x, mine, at) for x in b.seen], [x.split("\r\n")[-1] for x in said]


@table()
def a_stream_to_datagrams(s: Stage) -> Play:
    at = s.serve(proxy(s.datagrams()))
    yield
    with connect(at) as sock:
        sock.sendall(b"abc")
        return some(sock, 5)


@table()
def datagrams_to_a_stream(s: Stage) -> Play:
    b = s.backend(mute=True, echo=True)
    at = s.serve(proxy(b), network="udp/")
    yield
    return ask(at, b"one") + ask(at, b"two")


def at_port(port: int | str, **more: str) -> dict[str, Any]:
    """Return a handler that sets ``{l4.vars.at}``."""
    return {"handler": "vars", "at": str(port), **more}


@table()
def addresses_with_placeholders(s: Stage) -> Play:
    port = s.backend("B").port
    ports = [
        s.serve(proxy(f"{{env.L4_LOOP}}:{port}")),
        s.serve(at_port(port), proxy("127.0.0.1:{l4.vars.at}")),
        s.serve(at_port(f"127.0.0.1:{port}"), proxy("{l4.vars.at}")),
        s.serve(proxy(f"{{system.nothing}}127.0.0.1:{port}")),
        s.serve(proxy(f"127.0.0.1:{port}{{l4.vars.unset}}")),
        s.serve(at_port("127.0.0.1:1-5"), proxy("{l4.vars.at}")),
        s.serve(at_port("nonsense"), proxy("{l4.vars.at}")),
    ]
    yield
    return [talk(at) for at in ports]


@table()
def networks_that_do_not_fit_the_address(s: Stage) -> Play:
    four, six = s.backend("B4"), s.backend("B6", host="::1")
    ports = [s.serve(proxy(f"{net}/{b.dial}")) for net in ("tcp4", "tcp6") for b in (four, six)]
    yield
    return [talk(at) for at in ports]
