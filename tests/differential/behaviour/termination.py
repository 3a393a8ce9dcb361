"""The ``tls`` handler: policies, certificates, clients, and what goes on inside."""

import contextlib
import ssl
from base64 import b64encode
from typing import Any

from tests.differential.behaviour.ends import (
    client_context,
    connect,
    rest,
    secure,
    secured,
    some,
    talk,
)
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage
from tests.e2e.peers import certificate

table = Table()
TLS = {"handler": "tls"}


def shaken(at: int, name: str | None = "localhost", **options: Any) -> Any:
    """Shake hands; return what was agreed, or what went wrong."""
    sock = secure(at, name, client_context(**options))
    if isinstance(sock, str):
        return sock
    with sock:
        subject = sock.getpeercert(True)[:40].hex() if options.get("certificate") else ""
        agreed = [sock.version(), sock.cipher()[0], sock.selected_alpn_protocol(), subject]
        try:
            sock.sendall(b"hello")
            return [*agreed, some(sock, 5, 3)]
        except ssl.SSLError as e:
            return [*agreed, f"!{e.reason}"]


def names_of(sock: Any) -> list[str]:
    """Return the names in the certificate of a server."""
    from cryptography import x509

    made = x509.load_der_x509_certificate(sock.getpeercert(True))
    value = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return value.get_values_for_type(x509.DNSName)


def der(path: Any) -> str:
    """Return a certificate as configs hold it."""
    return b64encode(ssl.PEM_cert_to_DER_cert(path.read_text())).decode()


def policies(s: Stage, *made: Any, then: Any = ECHO) -> int:
    """Serve with these connection policies."""
    return s.serve({**TLS, "connection_policies": list(made)}, then)


@table()
def plain_termination(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    return [
        shaken(at),
        shaken(at, "a.example.com"),
        shaken(at, None),
        shaken(at, "unknown.example"),
    ]


@table()
def versions(s: Stage) -> Play:
    two = policies(s, {"protocol_max": "tls1.2"})
    three = policies(s, {"protocol_min": "tls1.3"})
    yield
    max_two = {"maximum_version": ssl.TLSVersion.TLSv1_2}
    min_three = {"minimum_version": ssl.TLSVersion.TLSv1_3}
    old = client_context(
        minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1
    )
    with contextlib.suppress(ssl.SSLError):
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
    refused = secure(two, context=old)
    return [
        shaken(two)[0],
        shaken(three)[0],
        shaken(three, **max_two),
        shaken(two, **min_three),
        refused if isinstance(refused, str) else refused.version(),
    ]


@table()
def suites(s: Stage) -> Play:
    suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    at = policies(s, {"cipher_suites": [suite], "protocol_max": "tls1.2"})
    any_suite = policies(s, {"protocol_max": "tls1.2"})
    yield
    other = client_context()
    other.maximum_version = ssl.TLSVersion.TLSv1_2
    other.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    chacha = client_context()
    chacha.maximum_version = ssl.TLSVersion.TLSv1_2
    chacha.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256")
    found = secure(any_suite, context=chacha)
    return [shaken(at), shaken(any_suite)[1], secure(at, context=other), found.cipher()[0]]


@table()
def curves(s: Stage) -> Play:
    ports = [policies(s, {"curves": [c]}) for c in ("x25519", "secp256r1", "secp384r1")]
    yield
    only = client_context()
    only.set_ecdh_curve("prime256v1")
    out = []
    for at in ports:
        sock = secure(at, context=only)
        out.append(sock if isinstance(sock, str) else sock.version())
    return [shaken(at)[0] for at in ports], out


@table()
def alpn(s: Stage) -> Play:
    at = policies(s, {"alpn": ["h2", "acme/1"]})
    default = policies(s, {})
    yield
    return [
        shaken(port, alpn=names)
        for port in (at, default)
        for names in ([], ["h2"], ["acme/1", "h2"], ["http/1.1"], ["nothing", "known"])
    ]


@table()
def policies_by_name(s: Stage) -> Play:
    at = policies(
        s,
        {"match": {"sni": ["a.example.com"]}, "alpn": ["a"]},
        {"match": {"sni": ["b.example.com"]}, "alpn": ["b"]},
        {"match": {"sni": ["c.example.com"]}, "drop": True},
    )
    yield
    names = ("a.example.com", "b.example.com", "A.EXAMPLE.COM", "c.example.com", "localhost", None)
    return [shaken(at, name, alpn=["a", "b"]) for name in names]


@table()
def default_and_fallback_names(s: Stage) -> Play:
    default = policies(s, {"default_sni": "b.example.com"})
    fallback = policies(s, {"fallback_sni": "a.example.com"})
    yield
    out = []
    for at in (default, fallback):
        for name in (None, "localhost", "unknown.example"):
            sock = secure(at, name)
            out.append(sock if isinstance(sock, str) else names_of(sock))
    return out


@table()
def no_certificate_is_told(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    sock = secure(at, "unknown.example")
    return sock if isinstance(sock, str) else names_of(sock)


@table()
def clients_with_certificates(s: Stage) -> Play:
    mine, key = certificate(s.folder, "client.example")
    other, other_key = certificate(s.folder, "other.example")
    trusted = {"ca": {"provider": "inline", "trusted_ca_certs": [der(mine)]}}
    modes = ("request", "require", "verify_if_given", "require_and_verify", "")
    ports = {}
    for mode in modes:
        auth = {**trusted, **({"mode": mode} if mode else {})}
        ports[mode or "none said"] = policies(s, {"client_authentication": auth})
    leaf = {"client_authentication": {"trusted_leaf_certs": [der(mine)]}}
    ports["leaf"] = policies(s, leaf)
    yield
    out = {}
    for mode, at in ports.items():
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for who, pair in (
                ("none", None),
                ("mine", (mine, key)),
                ("other", (other, other_key)),
            ):
                context = client_context(maximum_version=version)
                if pair is not None:
                    context.load_cert_chain(*map(str, pair))
                out[mode, version.name, who] = said(at, context)
    return out


def said(at: int, context: ssl.SSLContext) -> str:
    """Return what an echo says to such a client."""
    sock = secure(at, context=context)
    if isinstance(sock, str):
        return sock
    with sock:
        try:
            sock.sendall(b"hello")
            return some(sock, 5, 3)
        except ssl.SSLError as e:
            return f"!{e.reason}"


@table()
def pools_from_files(s: Stage) -> Play:
    mine, key = certificate(s.folder, "file.example")
    other, other_key = certificate(s.folder, "stranger.example")
    ports = [
        policies(s, {"client_authentication": {"ca": ca, "mode": "require_and_verify"}})
        for ca in ({"provider": "file", "pem_files": [str(mine)]},)
    ] + [policies(s, {"client_authentication": {"trusted_ca_certs": [der(mine)]}})]
    yield
    out = []
    for at in ports:
        for pair in ((mine, key), (other, other_key)):
            context = client_context()
            context.load_cert_chain(*map(str, pair))
            out.append(said(at, context))
    return out


@table()
def no_tls_at_all(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    return [
        talk(at, data).removesuffix("!reset") for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x16", b"")
    ]


@table()
def routes_behind_it_match_what_is_inside(s: Stage) -> Play:
    at = s.routes(
        {"handle": [TLS]},
        {"match": [{"ssh": {}}], "handle": [proxy(s.backend("ssh"))]},
        {"match": [{"http": [{"path": ["/x"]}]}], "handle": [proxy(s.backend("http"))]},
        {"handle": [proxy(s.backend("else"))]},
    )
    yield
    out = []
    for data in (
        b"SSH-2.0-x\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"something else\r\n\r\n",
    ):
        with secure(at) as sock:
            sock.sendall(data)
            out.append(some(sock, 4))
    return out


@table()
def tls_in_tls(s: Stage) -> Play:
    at = s.serve(TLS, TLS, ECHO)
    yield
    outer = secure(at)
    inner = ssl.MemoryBIO(), ssl.MemoryBIO()
    shaking = client_context().wrap_bio(*inner, server_hostname="a.example.com")
    for _ in range(10):
        try:
            shaking.do_handshake()
            break
        except ssl.SSLWantReadError:
            outer.sendall(inner[1].read())
            inner[0].write(outer.recv(65536))
    if inner[1].pending:
        outer.sendall(inner[1].read())
    shaking.write(b"deep")
    outer.sendall(inner[1].read())
    for _ in range(5):
        inner[0].write(outer.recv(65536))
        with contextlib.suppress(ssl.SSLWantReadError):
            return shaking.read(100)
    return None


@table()
def the_end_of_tls_is_passed_on(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.serve(TLS, proxy(b))
    yield
    sock = secure(at)
    sock.sendall(b"bye")
    sock.unwrap().close()
    return [(x.data, x.ended) for x in b.wait(1)]


@table()
def the_end_of_the_upstream_is_passed_on(s: Stage) -> Play:
    at = s.serve(TLS, proxy(s.backend("answer", echo=False)))
    yield
    sock = secure(at)
    out = some(sock, 7)
    sock.unwrap()
    return out


@table()
def much_goes_through(s: Stage) -> Play:
    at = s.serve(TLS, ECHO)
    yield
    data = bytes(range(256)) * 256
    with secure(at) as sock:
        for _ in range(16):  # Python's sockets do not like to send and receive at once
            sock.sendall(data)
            if some(sock, len(data)).encode("latin-1") != data:
                return False
    return True


@table()
def postgres(s: Stage) -> Play:
    at = s.serve({"handler": "postgres_tls"}, TLS, ECHO)
    yield
    request = bytes.fromhex("0000000804d2162f")
    out: list[Any] = []
    with connect(at) as sock:
        sock.sendall(request)
        out.append(some(sock, 1))
        with secured(sock) as inner:
            inner.sendall(b"startup")
            out.append(some(inner, 7))
    for data in (bytes.fromhex("0000000804d21630"), b"GET / HTTP/1.1", request[:5], request):
        out.append(talk(at, data).removesuffix("!reset"))
    with connect(at) as sock:
        for byte in request:
            sock.sendall(bytes((byte,)))
        out.append(some(sock, 1))
    return out


@table()
def clear_text_behind_what_is_answered(s: Stage) -> Play:
    """Bytes that come together with the request belong to the handshake."""
    at = s.serve({"handler": "postgres_tls"}, ECHO)
    yield
    with connect(at) as sock:
        sock.sendall(bytes.fromhex("0000000804d2162f") + b"more")
        sock.shutdown(1)
        return rest(sock)
