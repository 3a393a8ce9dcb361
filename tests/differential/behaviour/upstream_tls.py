"""TLS towards upstreams."""

import ssl
from typing import Any

from tests.differential.behaviour.ends import (
    client_context,
    connect,
    rest,
    secure,
    server_context,
    some,
    talk,
    until,
)
from tests.differential.behaviour.handlers import proxy, upstream
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage
from tests.differential.behaviour.termination import TLS, der
from tests.e2e.peers import certificate

table = Table()
BLIND = {"insecure_skip_verify": True}


def behind(s: Stage, tls: dict[str, Any], dial: str = "", **options: Any) -> tuple[int, Any]:
    """Serve with one upstream that speaks TLS; return the port and the upstream."""
    b = s.backend(context=server_context(s.pair), **options)
    where = dial.replace("PORT", str(b.port)) if dial else b
    return s.serve(proxy(upstream(where, tls=tls))), b


def seen(at: int, b: Any) -> Any:
    """Talk; return what the client got, and what the upstream knows."""
    before = len(b.seen)
    said = talk(at, b"hello").removesuffix("!reset")
    return said, [(x.data, x.tls) for x in b.seen[before:]]


@table()
def not_verified(s: Stage) -> Play:
    at, b = behind(s, BLIND)
    yield
    return seen(at, b)


@table()
def an_unknown_certificate(s: Stage) -> Play:
    at, _ = behind(s, {})
    yield
    return talk(at, b"hello").removesuffix("!reset")


@table()
def roots_by_every_option(s: Stage) -> Play:
    cert = s.pair[0]
    ways = [
        {"root_ca_pem_files": [str(cert)]},
        {"root_ca_pool": [der(cert)]},
        {"ca": {"provider": "file", "pem_files": [str(cert)]}},
        {"ca": {"provider": "inline", "trusted_ca_certs": [der(cert)]}},
    ]
    servers = [behind(s, {**way, "server_name": "a.example.com"}) for way in ways]
    yield
    return [seen(at, b) for at, b in servers]


@table()
def names(s: Stage) -> Play:
    root = {"root_ca_pem_files": [str(s.pair[0])]}
    servers = [
        behind(s, root, "localhost:PORT"),
        behind(s, root),
        behind(s, {**root, "server_name": "b.example.com"}),
        behind(s, {**root, "server_name": "stranger.example"}),
        behind(s, {**root, "server_name": "{env.L4_NAME}"}),
        behind(s, {**BLIND, "server_name": "{l4.vars.unset}stranger.example"}),
        behind(s, BLIND, "localhost:PORT"),
    ]
    yield
    return [seen(at, b)[0] or "" for at, b in servers], [
        [x.tls.get("sni") for x in b.wait(1) if x.tls] for _, b in servers[::2]
    ]


@table()
def a_name_from_the_client(s: Stage) -> Play:
    b = s.backend(context=server_context(s.pair))
    tls = {**BLIND, "server_name": "{l4.tls.server_name}"}
    at = s.routes(
        {
            "match": [{"tls": {"sni": ["a.example.com", "b.example.com"]}}],
            "handle": [TLS, proxy(upstream(b, tls=tls))],
        }
    )
    yield
    said = []
    for name in ("a.example.com", "b.example.com"):
        with secure(at, name) as sock:
            said.append(some(sock, 2))
    return said, [x.tls["sni"] for x in b.wait(2)]


@table()
def client_certificates(s: Stage) -> Play:
    mine, key = certificate(s.folder, "client.example")
    b = s.backend(context=server_context(s.pair, mine))
    files = {"client_certificate_file": str(mine), "client_certificate_key_file": str(key)}
    ports = [s.serve(proxy(upstream(b, tls={**BLIND, **more}))) for more in (files, {})]
    yield
    return [talk(at, b"hello").removesuffix("!reset") for at in ports], [
        x.tls.get("client") for x in b.seen[:1]
    ]


@table()
def a_client_certificate_of_the_internal_authority(s: Stage) -> Play:
    context = server_context(s.pair)
    b = s.backend(context=context)
    tls = {**BLIND, "client_certificate_automate": "client.internal"}
    at = s.serve(proxy(upstream(b, tls=tls)))
    yield
    root = s.folder / "caddy/pki/authorities/local/root.crt"
    until(root.exists)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(str(root))
    for _ in range(20):  # caddy-l4 has it signed in the background
        if talk(at, b"hello") == "B\n":
            break
        until(lambda: False, 0.1)
    names = b.seen[-1].tls.get("names")
    return b.seen[-1].data, names


@table()
def curves_of_the_config(s: Stage) -> Play:
    context = server_context(s.pair)
    context.set_ecdh_curve("secp384r1")
    b = s.backend(context=context)
    ports = [
        s.serve(proxy(upstream(b, tls={**BLIND, "curves": [c]})))
        for c in ("secp384r1", "secp256r1")
    ]
    yield
    return [talk(at, b"hello").removesuffix("!reset") for at in ports]


@table()
def a_handshake_that_does_not_end(s: Stage) -> Play:
    silent = s.backend(mute=True)
    at = s.serve(proxy(upstream(silent, tls={**BLIND, "handshake_timeout": "300ms"})))
    yield
    with connect(at) as sock:
        sock.sendall(b"hello")
        return rest(sock, 1.5) in ("!open", "")


@table()
def no_tls_at_the_other_end(s: Stage) -> Play:
    at = s.serve(proxy(upstream(s.backend("plain text"), tls=BLIND)))
    yield
    return talk(at, b"hello").removesuffix("!reset")


@table()
def renegotiation(s: Stage) -> Play:
    servers = [behind(s, {**BLIND, "renegotiation": r}) for r in ("never", "once", "freely")]
    yield
    return [seen(at, b)[0] for at, b in servers]


@table("TLS to an upstream, behind `tls`", ["http/1.1", "acme/1", None])
def protocols_the_client_has_agreed_to(s: Stage) -> Play:
    context = server_context(s.pair)
    context.set_alpn_protocols(["h2", "http/1.1", "acme/1"])
    b = s.backend(context=context)
    ends = {**TLS, "connection_policies": [{"alpn": ["acme/1", "http/1.1"]}]}
    at = s.serve(ends, proxy(upstream(b, tls=BLIND)))
    yield
    for offered in (["http/1.1"], ["h2", "acme/1"], []):
        sock = secure(at, context=client_context(alpn=offered))
        if not isinstance(sock, str):
            some(sock, 2)
            sock.close()
    return [x.tls["alpn"] for x in b.wait(3)]


@table()
def the_end_comes_through(s: Stage) -> Play:
    at, b = behind(s, BLIND, echo=True)
    yield
    out = talk(at, b"x" * 100_000)
    return len(out), [(len(x.data), x.ended) for x in b.wait(1)]


@table()
def over_a_unix_socket(s: Stage) -> Play:
    b = s.backend(context=server_context(s.pair), path=s.folder / "tls.sock")
    root = {"root_ca_pem_files": [str(s.pair[0])], "server_name": "a.example.com"}
    ports = [s.serve(proxy(upstream(b, tls=tls))) for tls in (root, BLIND)]
    yield
    return [seen(at, b)[0] for at in ports]


@table()
def dialled_by_the_name_of_the_client(s: Stage) -> Play:
    b = s.backend()
    sni = {"match": [{"tls": {"sni": ["localhost", "nowhere.invalid"]}}]}
    at = s.routes({**sni, "handle": [TLS, proxy(f"{{l4.tls.server_name}}:{b.port}")]})
    yield
    out = []
    for name in ("localhost", "LOCALHOST", "nowhere.invalid"):
        sock = secure(at, name)
        out.append(sock if isinstance(sock, str) else some(sock, 2))
    return out


@table()
def several_upstreams_in_tls(s: Stage) -> Play:
    pool = [s.backend(f"B{i}", context=server_context(s.pair)) for i in range(2)]
    at = s.serve(proxy(upstream(pool, tls=BLIND)))
    yield
    return sorted(talk(at, b"hello").split()), [[x.data for x in b.wait(1)] for b in pool]


@table()
def a_dead_one_is_tried_again(s: Stage) -> Play:
    b = s.backend(context=server_context(s.pair))
    dead = s.backend("plain text")
    lb = {"try_duration": "2s", "try_interval": "50ms"}
    pool = [upstream(x, tls=BLIND) for x in (b, dead)]
    at = s.serve(proxy(*pool, policy="round_robin", load_balancing=lb))
    yield
    return [talk(at, b"x") for _ in range(2)]
