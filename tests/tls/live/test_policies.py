"""What a client is answered, by connection policies."""

import contextlib
import ssl

import pytest
from OpenSSL import SSL

from caddylite.errors import ConfigError
from caddylite.tls.alerts import INTERNAL_ERROR, NO_APPLICATION_PROTOCOL
from caddylite.tls.ca_pool.source.inline import Inline
from caddylite.tls.ca_pool.source.pki_root import PKIRoot
from caddylite.tls.client_auth.verifier.leaf import Leaf
from caddylite.tls.handshake_match.remote_ip import RemoteIP
from caddylite.tls.handshake_match.sni import SNI
from caddylite.tls.leaf_cert_loader.pem import PEM
from caddylite.tls.policy import ClientAuthentication, ConnectionPolicy
from tests.tls.live.wire import Server

ALERT = b"\x15\x03\x03\x00\x02\x02"


def refused(pair) -> int:
    """Return the alert that turned a handshake down before it began."""
    pair.client.shake()
    pair.to_server()
    assert pair.below.closed
    assert pair.made == 0
    assert pair.below.out[:-1] == ALERT
    return pair.below.out[-1]


def test_alpn_by_our_preference(tmp_path):
    server = Server(tmp_path, alpn=("http/1.1",))
    pair = server.pair(context=server.client_context(alpn=("h2", "http/1.1"))).shake()
    assert pair.client.tls.selected_alpn_protocol() == "http/1.1"
    assert pair.inner.transport.tls_state.alpn == "http/1.1"


def test_alpn_without_overlap_is_refused(tmp_path):
    server = Server(tmp_path, alpn=("http/1.1",))
    pair = server.pair(context=server.client_context(alpn=("h2",)))
    assert refused(pair) == NO_APPLICATION_PROTOCOL
    assert server.failures == ['client requested unsupported application protocols ("h2")']


def test_alpn_at_layer_4_is_what_the_policy_says(tmp_path):
    server = Server(tmp_path, policies=(ConnectionPolicy(alpn=("imap",)),))
    pair = server.pair(context=server.client_context(alpn=("pop3", "imap"))).shake()
    assert pair.client.tls.selected_alpn_protocol() == "imap"
    assert server.pair().shake().client.tls.selected_alpn_protocol() is None


def test_the_default_policy_is_modern(tmp_path):
    server = Server(tmp_path)
    context = server.client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    pair = server.pair(context=context).shake()
    state = pair.inner.transport.tls_state
    assert state.version == "tls1.2"
    assert state.cipher.startswith("TLS_ECDHE_ECDSA_WITH_")
    assert pair.client.tls.compression() is None


@pytest.mark.parametrize(
    "bad", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256"]
)
def test_weak_suites_are_not_spoken(tmp_path, bad):
    server = Server(tmp_path)
    context = server.client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(bad)
    pair = server.pair(context=context)
    pair.client.shake()
    pair.to_server()
    assert pair.below.closed
    assert pair.below.out[:1] == b"\x15"
    assert "shared cipher" in server.failures[0]


def test_a_suite_of_ones_own(tmp_path):
    suite = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
    server = Server(tmp_path, policies=(ConnectionPolicy(cipher_suites=(suite,)),))
    context = server.client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert server.pair(context=context).shake().inner.transport.tls_state.cipher == suite


def test_versions(tmp_path):
    server = Server(tmp_path, policies=(ConnectionPolicy(protocol_min="tls1.3"),))
    context = server.client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    pair = server.pair(context=context)
    pair.client.shake()
    pair.to_server()
    assert pair.below.closed
    assert "protocol" in server.failures[0] or "version" in server.failures[0]
    server = Server(tmp_path, policies=(ConnectionPolicy(protocol_max="tls1.2"),))
    assert server.pair().shake().inner.transport.tls_state.version == "tls1.2"


def test_curves(tmp_path):
    server = Server(tmp_path, policies=(ConnectionPolicy(curves=("secp384r1",)),))
    pair = server.pair().shake()
    assert pair.conn._conn.get_group_name().lower() == "secp384r1"
    plain = Server(tmp_path).pair().shake()
    assert plain.conn._conn.get_group_name().lower() in ("x25519mlkem768", "x25519")


def test_renegotiation_is_off(tmp_path):
    server = Server(tmp_path)
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    client = SSL.Connection(context, None)
    client.set_tlsext_host_name(b"localhost")
    client.set_connect_state()
    pair = server.pair()

    def turn():
        with contextlib.suppress(SSL.WantReadError):
            client.do_handshake()
        with contextlib.suppress(SSL.WantReadError):
            pair.conn.dataReceived(client.bio_read(1 << 16))
        if pair.below.out:
            client.bio_write(pair.below.out)
            pair.below.out = b""

    for _ in range(3):
        turn()
    assert pair.made == 1
    client.renegotiate()
    turn()
    with pytest.raises(SSL.Error, match="no renegotiation"):
        client.recv(1)
    assert pair.inner.events == ["made"]


def test_the_first_policy_that_matches_counts(tmp_path):
    server = Server(
        tmp_path,
        names=("a.internal", "b.internal", "c.internal"),
        policies=(
            ConnectionPolicy(match={"sni": SNI(("a.internal",))}, protocol_max="tls1.2"),
            ConnectionPolicy(match={"sni": SNI(("b.internal",))}, drop=True),
            ConnectionPolicy(
                match={"sni": SNI(("*.internal",)), "remote_ip": RemoteIP(("10.0.0.0/8",))}
            ),
        ),
    )
    assert server.pair("a.internal").shake().inner.transport.tls_state.version == "tls1.2"
    assert refused(server.pair("b.internal")) == INTERNAL_ERROR
    assert refused(server.pair("c.internal")) == INTERNAL_ERROR
    assert server.failures == [
        "dropping connection",
        "no server TLS configuration available for this ClientHello",
    ]


def test_many_policies_are_found_by_name(tmp_path):
    names = [f"n{i}.internal" for i in range(40)]
    policies = tuple(
        ConnectionPolicy(
            match={"sni": SNI((name,))}, protocol_max="tls1.2" if name == "n33.internal" else ""
        )
        for name in names
    )
    server = Server(tmp_path, names=names, policies=(*policies, ConnectionPolicy(drop=True)))
    assert server.pair("n33.internal").shake().inner.transport.tls_state.version == "tls1.2"
    assert server.pair("n5.internal").shake().inner.transport.tls_state.version == "tls1.3"
    assert refused(server.pair("else.internal")) == INTERNAL_ERROR


def test_without_a_certificate(tmp_path):
    server = Server(tmp_path, names=("localhost", "example.com"))
    assert refused(server.pair("nobody.internal")) == INTERNAL_ERROR
    assert server.failures.pop() == "no certificate available for 'nobody.internal'"
    assert "no certificate matching TLS ClientHello" in server.house.logged("debug")


def test_without_a_name(tmp_path):
    server = Server(tmp_path)
    context = server.client_context(verify=False)
    assert refused(server.pair(None, context)) == INTERNAL_ERROR
    by_address = Server(tmp_path, names=("127.0.0.1",))
    assert by_address.pair(None, context).shake().made == 1
    default = Server(tmp_path, policies=(ConnectionPolicy(default_sni="localhost"),))
    assert default.pair(None, context).shake().made == 1
    fallback = Server(tmp_path, policies=(ConnectionPolicy(fallback_sni="localhost"),))
    assert fallback.pair("wrong.internal", context).shake().made == 1


def test_a_context_is_made_once_for_a_certificate(tmp_path):
    server = Server(tmp_path)
    contexts = {id(server.pair().shake().conn._conn.get_context()) for _ in range(3)}
    assert len(contexts) == 1


# Client certificates.


def client_with(server: Server, issuer: Server | None, tmp_path) -> ssl.SSLContext:
    context = server.client_context()
    if issuer is not None:
        chain, key = issuer.pki.authority().issue(("client.internal",)).pem()
        path = tmp_path / "client.pem"
        path.write_bytes(chain + key)
        context.load_cert_chain(path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # so that a refusal ends the handshake
    return context


@pytest.fixture
def parties(tmp_path):
    return Server(tmp_path / "one"), Server(tmp_path / "other")


def inline(server: Server) -> Inline:
    from base64 import b64encode

    from cryptography.hazmat.primitives.serialization import Encoding

    return Inline((b64encode(server.pki.authority().root.public_bytes(Encoding.DER)).decode(),))


@pytest.mark.parametrize(
    ("mode", "none", "stranger", "known"),
    [
        ("request", True, True, True),
        ("require", False, True, True),
        ("verify_if_given", True, False, True),
        ("require_and_verify", False, False, True),
        ("", False, False, True),
    ],
)
def test_modes(tmp_path, parties, mode, none, stranger, known):
    one, other = parties
    auth = ClientAuthentication(ca=inline(one), mode=mode)
    server = Server(tmp_path / "one", policies=(ConnectionPolicy(client_authentication=auth),))
    for issuer, welcome in ((None, none), (other, stranger), (one, known)):
        pair = server.pair(context=client_with(server, issuer, tmp_path))
        for _ in range(3):
            with contextlib.suppress(ssl.SSLError):
                pair.client.shake()
            if not pair.below.closed:
                pair.to_server()
            pair.to_client()
        assert bool(pair.made) == welcome, issuer
        if welcome:
            given = pair.inner.transport.tls_state.client_certificate
            assert (given is not None) == (issuer is not None)


def test_a_pool_of_our_own_authority(tmp_path, parties):
    one, _ = parties
    auth = ClientAuthentication(ca=PKIRoot(("local",)))
    server = Server(tmp_path / "one", policies=(ConnectionPolicy(client_authentication=auth),))
    assert server.pair(context=client_with(server, one, tmp_path)).shake().made == 1


def test_accepted_leaves(tmp_path, parties):
    one, _ = parties
    context = client_with(one, one, tmp_path)
    accepted = (tmp_path / "client.pem").read_text()
    auth = ClientAuthentication(verifiers=(Leaf((PEM((accepted,)),)),), mode="request")
    server = Server(tmp_path / "one", policies=(ConnectionPolicy(client_authentication=auth),))
    assert server.pair(context=context).shake().made == 1
    for issuer in (None, one):
        pair = server.pair(context=client_with(server, issuer, tmp_path))
        for _ in range(3):
            with contextlib.suppress(ssl.SSLError):
                pair.client.shake()
            if not pair.below.closed:
                pair.to_server()
            pair.to_client()
        assert not pair.made


def test_sessions_are_not_resumed_where_clients_are_authenticated(tmp_path, parties):
    one, _ = parties
    auth = ClientAuthentication(ca=inline(one))
    server = Server(tmp_path / "one", policies=(ConnectionPolicy(client_authentication=auth),))
    context = client_with(server, one, tmp_path)
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    first = server.pair(context=context).shake()
    again = server.pair(context=context, session=first.client.tls.session).shake()
    assert not again.client.tls.session_reused


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (ConnectionPolicy(cipher_suites=("NOPE",)), "unsupported cipher suite: NOPE"),
        (
            ConnectionPolicy(client_authentication=ClientAuthentication(mode="maybe")),
            "client auth mode not recognized: maybe",
        ),
        (
            ConnectionPolicy(
                client_authentication=ClientAuthentication(trusted_ca_certs_pem_files=("/no.pem",))
            ),
            "open /no.pem: no such file",
        ),
        (
            ConnectionPolicy(client_authentication=ClientAuthentication(ca=Inline(("!",)))),
            "parsing certificate",
        ),
        (ConnectionPolicy(protocol_min="tls1.3", protocol_max="tls1.2"), "protocol min"),
    ],
)
def test_bad_policies_are_complained_of_at_once(tmp_path, policy, words):
    with pytest.raises(ConfigError, match="connection policy 1: ") as caught:
        Server(tmp_path, policies=(ConnectionPolicy(), policy))
    assert words in str(caught.value)


def test_secrets_are_logged_only_where_that_is_asked_for(tmp_path):
    path = tmp_path / "secrets.log"
    server = Server(tmp_path, policies=(ConnectionPolicy(insecure_secrets_log=str(path)),))
    server.pair().shake()
    assert b"CLIENT_TRAFFIC_SECRET_0" in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "TLS SECURITY COMPROMISED: secrets logging is enabled!" in server.house.logged("warn")
    for stop in server.house.stops[-1:]:
        stop()
