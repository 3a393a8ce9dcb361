"""Source addresses, and TLS to the upstream."""

import contextlib
import socket
import ssl
import threading

import pytest

from caddylite.errors import ConfigError
from caddylite.testing.ocserv import self_signed
from tests.runtime.test_tree import reset


def upstream(backend, **more):
    return {"handler": "proxy", "upstreams": [{"dial": [backend.dial], **more}]}


@pytest.mark.parametrize("local", [["127.0.0.5"], ["::1", "127.0.0.5"], ["{l4.vars.from}"]])
def test_connections_come_from_the_local_address(world, local):
    up = world.backend()
    handlers = [{"handler": "vars", "from": "127.0.0.5"}, upstream(up, local_address=local)]
    client = world.client(world.serve({"handle": handlers}))
    world.send(client, b"x")
    server = up.take()
    assert server.getpeername()[0] == "127.0.0.5"
    assert world.receive(server, 1) == b"x"


def test_an_address_that_is_not_ours(world):
    up = world.backend()
    client = world.client(world.serve({"handle": [upstream(up, local_address=["192.0.2.1"])]}))
    world.send(client, b"x")
    assert world.closed(client)
    assert "cannot assign" in world.said("handling connection")[0]["error"]


def test_what_can_never_work_is_refused(fast_world):
    up = fast_world.backend()
    with pytest.raises(ConfigError, match="requires at least one IPv4 local_address"):
        fast_world.serve(
            {"handle": [upstream(up, local_address=["::1"], resolver_preference="ipv4_only")]}
        )
    bad = {"handler": "proxy", "upstreams": [{"dial": ["unix//x"], "local_address": ["::1"]}]}
    with pytest.raises(ConfigError, match="not supported for Unix socket upstreams"):
        fast_world.serve({"handle": [bad]})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = self_signed("db.example")
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    return folder


class Server(threading.Thread):
    """A TLS server for one connection: says what it was asked for, then echoes in capitals."""

    def __init__(self, folder, greeting=b""):
        super().__init__(daemon=True)
        self.greeting = greeting
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.context.set_alpn_protocols(["imap", "h2"])
        self.asked = []
        self.context.sni_callback = lambda s, name, c: self.asked.append(name)
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.dial = f"127.0.0.1:{self.sock.getsockname()[1]}"
        self.alpn = None
        self.start()

    def run(self):
        try:
            raw, _ = self.sock.accept()
            with self.context.wrap_socket(raw, server_side=True) as tls:
                self.alpn = tls.selected_alpn_protocol()
                tls.sendall(self.greeting)
                while data := tls.recv(65536):
                    tls.sendall(data.upper())
                tls.unwrap()
        except OSError:
            pass
        finally:
            self.sock.close()


def test_the_upstream_is_spoken_to_in_tls(world, certificate):
    server = Server(certificate)
    tls = {"server_name": "db.example", "root_ca_pem_files": [str(certificate / "cert.pem")]}
    client = world.client(world.serve({"handle": [upstream(server, tls=tls)]}))
    data = b"abcdefghij" * 50000
    view = memoryview(data)
    got = b""
    while len(got) < len(data):
        if view:
            with contextlib.suppress(BlockingIOError):
                view = view[client.send(view[:100000]) :]
        world.reactor.iterate(0.001)
        try:
            got += client.recv(1 << 20)
        except BlockingIOError:
            continue
    assert got == data.upper()
    assert server.asked == ["db.example"]
    client.shutdown(socket.SHUT_WR)
    assert world.closed(client)
    world.turn(world.idle)
    server.join(5)


@pytest.mark.parametrize(
    ("tls", "why"),
    [
        ({"server_name": "db.example"}, "certificate verify failed"),
        ({"server_name": "other.example", "own": True}, "not valid for other.example"),
        ({"own": True}, "not valid for 127.0.0.1"),
        ({"server_name": "a..b", "own": True}, "not valid for a..b"),
        ({"server_name": "nul\0", "own": True}, "not valid for nul\0"),
    ],
)
def test_a_certificate_that_is_not_good_is_refused(world, certificate, tls, why):
    server = Server(certificate)
    if tls.pop("own", False):
        tls["root_ca_pem_files"] = [str(certificate / "cert.pem")]
    client = world.client(world.serve({"handle": [upstream(server, tls=tls)]}))
    world.send(client, b"secret")
    assert world.closed(client)
    assert why in world.said("handling connection")[0]["error"]
    server.join(5)


def test_a_dot_at_the_end_of_a_name_means_nothing(world, certificate):
    server = Server(certificate, greeting=b"220 ready")
    tls = {"server_name": "db.example.", "root_ca_pem_files": [str(certificate / "cert.pem")]}
    client = world.client(world.serve({"handle": [upstream(server, tls=tls)]}))
    assert world.receive(client, 9) == b"220 ready"
    assert server.asked == ["db.example"]


def test_anything_goes_when_the_config_says_so(world, certificate):
    server = Server(certificate)
    tls = {"insecure_skip_verify": True}
    client = world.client(world.serve({"handle": [upstream(server, tls=tls)]}))
    world.send(client, b"abc")
    assert world.receive(client, 3) == b"ABC"
    assert server.asked == [None]  # an address is no server name
    assert server.alpn is None


def test_an_upstream_that_speaks_first(world, certificate):
    server = Server(certificate, greeting=b"220 ready")
    tls = {"insecure_skip_verify": True}
    client = world.client(world.serve({"handle": [upstream(server, tls=tls)]}))
    assert world.receive(client, 9) == b"220 ready"


@pytest.mark.parametrize("name", ["a..b", "x" * 70, "/run/x", "nul\0"])
def test_a_name_that_is_no_hosts_is_not_sent(world, certificate, name):
    server = Server(certificate, greeting=b"220 ready")
    tls = {"insecure_skip_verify": True, "server_name": "{l4.vars.name}"}
    handlers = [{"handler": "vars", "name": name}, upstream(server, tls=tls)]
    client = world.client(world.serve({"handle": handlers}))
    assert world.receive(client, 9) == b"220 ready"
    assert server.asked == [None]


def test_an_upstream_that_does_not_speak_tls(world):
    up = world.backend()
    tls = {"insecure_skip_verify": True}
    client = world.client(world.serve({"handle": [upstream(up, tls=tls)]}))
    world.send(client, b"abc")
    server = up.take()
    world.send(server, b"220 smtp ready\r\n")
    assert world.closed(client)


def test_a_client_that_leaves_during_the_handshake(world):
    up = world.backend()
    tls = {"insecure_skip_verify": True, "handshake_timeout": "300ms"}
    client = world.client(world.serve({"handle": [upstream(up, tls=tls)]}))
    world.send(client, b"abc")
    server = up.take()
    reset(client)
    with contextlib.suppress(ConnectionError):
        assert world.receive(server)[:1] == b"\x16"
    world.turn(world.idle)
