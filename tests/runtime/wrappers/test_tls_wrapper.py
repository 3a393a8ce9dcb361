import ssl

import pytest

from caddylite.layer4.handlers.tls import TLS
from caddylite.layer4.live.tls import TLS as LiveTLS
from caddylite.placeholders import UNKNOWN
from caddylite.runtime.wrappers import tls
from caddylite.tls.policy import ClientAuthentication, ConnectionPolicy
from tests.runtime.wrappers.stages import Line
from tests.tls.live.wire import Client, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    return Server(tmp_path_factory.mktemp("data"), names=("localhost", "a.internal"))


def talk(line: Line, client: Client) -> None:
    for _ in range(4):
        client.shake()
        data = client.outgoing.read()
        if data:
            line.send(data)
        out, line.below.out = line.below.out, b""
        client.incoming.write(out)
    client.read()


def http_line(server, policies=(), alpn=("h2", "http/1.1")) -> Line:
    return Line(lambda tree, nxt: tls.terminate(policies, tree, nxt, alpn), server.house)


def layer4_line(server, *policies) -> Line:
    def stage(tree, nxt):
        return LiveTLS(TLS(policies), tree, nxt, "0.0")

    return Line(stage, server.house)


def test_the_http_app_gets_the_plain_stream(server):
    line = http_line(server, alpn=("http/1.1",))
    client = Client(server.client_context(alpn=("h2", "http/1.1")), "localhost")
    talk(line, client)
    assert client.tls.selected_alpn_protocol() == "http/1.1"  # h2 is switched off
    client.tls.write(b"GET / HTTP/1.1\r\n\r\n")
    line.send(client.outgoing.read())
    assert line.taken.data == b"GET / HTTP/1.1\r\n\r\n"
    assert line.taken.cx.encrypted
    assert not line.flow.cx.encrypted
    assert line.taken.cx.remote == ("192.0.2.7", 4711)
    assert line.taken.transport.tls_state.server_name == "localhost"


def test_plain_http_gets_gos_answer(server):
    line = http_line(server).send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert line.below.out == (
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    )
    assert line.below.closed
    message = server.house.logged("debug")[-1]
    assert message.startswith("http: TLS handshake error from 192.0.2.7:4711: first record")


def test_layer_4_sets_what_it_knows(server):
    line = layer4_line(server)
    client = Client(server.client_context(), "a.internal")
    talk(line, client)
    cx = line.taken.cx
    assert cx.expand("{l4.tls.server_name} {l4.tls.version} {l4.tls.cipher_suite}") == (
        "a.internal tls1.3 TLS_AES_128_GCM_SHA256"
    )
    assert cx.lookup("l4.tls.resumed") is False
    assert cx.tls.server_name == "a.internal"
    assert cx.expand("{l4.tls.proto_mutual} {l4.tls.client.subject}") == "true "
    assert line.flow.cx.lookup("l4.tls.server_name") is UNKNOWN
    assert "terminated TLS" in server.house.logged("debug")


def test_what_a_matcher_has_set_stays(server):
    line = layer4_line(server)
    line.flow.cx.placeholders["l4.tls.version"] = "tls1.2"
    talk(line, Client(server.client_context(), "a.internal"))
    assert line.taken.cx.lookup("l4.tls.version") == "tls1.2"


def test_the_clients_certificate_is_described(server, tmp_path):
    chain, key = server.pki.authority().issue(("c.internal", "192.0.2.9")).pem()
    (tmp_path / "c.pem").write_bytes(chain + key)
    auth = ClientAuthentication(mode="require")
    line = layer4_line(server, ConnectionPolicy(client_authentication=auth))
    context = server.client_context()
    context.load_cert_chain(tmp_path / "c.pem")
    talk(line, Client(context, "localhost"))
    value = line.taken.cx.lookup
    assert value("l4.tls.client.san.dns_names.0") == "c.internal"
    assert value("l4.tls.client.san.ips") == ["192.0.2.9"]
    assert value("l4.tls.client.issuer.common_name").endswith("ECC Intermediate")
    assert value("l4.tls.client.subject.common_name") == ""
    assert len(value("l4.tls.client.fingerprint")) == 64


def test_what_becomes_of_the_stream_inside_is_known_outside(server):
    line = layer4_line(server)
    talk(line, Client(server.client_context(), "localhost"))
    line.taken.route = "srv0/1"
    line.taken.close("no route matched")
    assert line.below.closed
    line.flow.connectionLost()
    assert line.owner.over == [line.flow]
    assert (line.flow.route, line.flow.why) == ("srv0/1", "no route matched")


def test_a_half_close_goes_through(server):
    line = layer4_line(server)
    client = Client(server.client_context(), "localhost")
    talk(line, client)
    client.tls.write(b"all I have to say")
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.unwrap()
    line.send(client.outgoing.read())
    assert line.taken.data == b"all I have to say"
    assert line.taken.ended
    assert not line.below.closed
    line.taken.send(b"an answer")
    line.taken.close()
    assert line.below.closed


def test_bad_handshakes_are_logged_and_closed(server):
    line = layer4_line(server).send(b"\x16\x03\x01\x00\x04nope")
    assert line.below.closed
    assert server.house.records[-1][2] == "TLS handshake"
