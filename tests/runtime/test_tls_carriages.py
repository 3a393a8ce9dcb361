"""TLS ended at layer 4 over real sockets, on every carriage, with several clients."""

import shutil
import socket
import ssl
import subprocess
from contextlib import suppress

import pytest
from OpenSSL import SSL

from caddylite.tls.live.app import make_apps

TLS = {"handler": "tls"}
ECHO = {"handler": "echo"}


@pytest.fixture
def world_with_tls(world):
    app, pki = make_apps(None, None, world.house)
    world.house.apps |= {"tls": app, "pki": pki}
    app.start(["localhost"], ["localhost"])
    world.root = str(world.house.data_dir / "pki/authorities/local/root.crt")
    yield world
    for stop in world.house.stopping():
        stop()


def route(*handlers) -> dict:
    return {"handle": list(handlers)}


class Client:
    """pyOpenSSL over a socket, turned with the world."""

    def __init__(self, world, address, name=b"localhost", maximum=SSL.TLS1_3_VERSION):
        self.world, self.sock = world, world.client(address)
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(maximum)
        context.load_verify_locations(world.root)
        context.set_verify(SSL.VERIFY_PEER, lambda c, x, error, depth, ok: bool(ok))
        self.tls = SSL.Connection(context, self.sock)
        self.tls.set_tlsext_host_name(name)
        self.tls.set_connect_state()

    def do(self, call, *args, seconds=10.0):
        out = []

        def attempt():
            try:
                out.append(call(*args))
            except (SSL.WantReadError, SSL.WantWriteError, SSL.WantX509LookupError):
                return False
            except SSL.SysCallError as e:
                if e.args[0] == 107:  # not connected yet
                    return False
                raise
            return True

        self.world.turn(attempt, seconds)
        return out[0]

    def shake(self):
        self.do(self.tls.do_handshake)
        return self

    def send(self, data: bytes):
        view = memoryview(data)
        while view:
            view = view[self.do(self.tls.send, view[:16384]) :]

    def receive(self, size=0) -> bytes:
        out = bytearray()
        while not size or len(out) < size:
            try:
                out += self.do(self.tls.recv, 65536)
            except SSL.ZeroReturnError:
                break
        return bytes(out)

    def end(self):
        with suppress(SSL.WantReadError):
            self.tls.shutdown()


@pytest.mark.parametrize("maximum", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_an_echo(world_with_tls, maximum):
    world = world_with_tls
    client = Client(world, world.serve(route(TLS, ECHO)), maximum=maximum).shake()
    client.send(b"hello")
    assert client.receive(5) == b"hello"
    client.end()
    assert client.receive() == b""  # close_notify came back: recv would have raised otherwise
    world.turn(world.idle)


def test_megabytes_both_ways_at_once(world_with_tls):
    """More than all the buffers hold, so the echo has to hold back, and nothing is lost."""
    world = world_with_tls
    client = Client(world, world.serve(route(TLS, ECHO))).shake()
    blob = bytes(range(256)) * (4 << 12)
    sent = got = 0
    back = bytearray()
    view = memoryview(blob)
    while got < len(blob):
        before = sent, got
        with suppress(SSL.WantReadError, SSL.WantWriteError):
            while sent < len(blob):
                sent += client.tls.send(view[sent : sent + 16384])
        with suppress(SSL.WantReadError):
            back += client.tls.recv(65536)
        got = len(back)
        if before == (sent, got):
            world.reactor.iterate(0.002)
    assert bytes(back) == blob


def test_half_close_to_an_upstream_and_back(world_with_tls):
    world = world_with_tls
    backend = world.backend()
    client = Client(world, world.serve(route(TLS, backend.proxy()))).shake()
    client.send(b"question")
    client.end()
    upstream = backend.take()
    assert world.receive(upstream) == b"question"  # up to the end of the stream
    world.send(upstream, b"answer" * 1000)
    upstream.close()
    assert client.receive() == b"answer" * 1000
    world.turn(world.idle)


def test_the_upstream_ends_first(world_with_tls):
    world = world_with_tls
    backend = world.backend()
    client = Client(world, world.serve(route(TLS, backend.proxy()))).shake()
    client.send(b"hi")
    upstream = backend.take()
    upstream.shutdown(socket.SHUT_WR)
    assert client.receive() == b""
    client.send(b" there")
    assert world.receive(upstream, 8) == b"hi there"
    client.end()
    assert world.receive(upstream) == b""
    world.turn(world.idle)


def test_the_routes_after_tls_see_the_plain_stream(world_with_tls):
    world = world_with_tls
    ssh, other = world.backend(), world.backend()
    address = world.serve(
        {"match": [{"tls": {"sni": ["localhost"]}}], "handle": [TLS]},
        {"match": [{"ssh": {}}], "handle": [ssh.proxy()]},
        route(other.proxy()),
    )
    client = Client(world, address).shake()
    client.send(b"SSH-2.0-x\r\n")
    assert world.receive(ssh.take(), 11) == b"SSH-2.0-x\r\n"
    client = Client(world, address).shake()
    client.send(b"something else")
    assert world.receive(other.take(), 14) == b"something else"


def test_a_cut_stream_is_not_an_end(world_with_tls):
    """The TCP stream ends without close_notify: the upstream must not take it for an answer."""
    world = world_with_tls
    backend = world.backend()
    client = Client(world, world.serve(route(TLS, backend.proxy()))).shake()
    client.send(b"half a mess")
    upstream = backend.take()
    assert world.receive(upstream, 11) == b"half a mess"
    client.sock.close()
    assert world.closed(upstream)
    world.turn(world.idle)


def test_garbage_ends_that_connection_only(world_with_tls):
    world = world_with_tls
    address = world.serve(route(TLS, ECHO))
    good = Client(world, address).shake()
    for garbage in (b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 3000):
        bad = world.client(address)
        world.turn(lambda: bad.connect_ex(address) in (0, 106))  # noqa: B023 - called at once
        world.send(bad, garbage)
        with suppress(ConnectionError):
            world.receive(bad)
    good.send(b"still here")
    assert good.receive(10) == b"still here"
    assert len(world.said("TLS handshake")) == 3
    good.end()
    world.turn(world.idle)


def test_a_client_that_vanishes_in_the_handshake(world_with_tls):
    world = world_with_tls
    client = Client(world, world.serve(route(TLS, ECHO)))
    with suppress(SSL.Error):
        client.tls.do_handshake()
    world.rest(0.05)
    client.sock.close()
    world.turn(world.idle)


def run(world, command, given: bytes, until: bytes) -> str:
    """Run a program beside the world until it has said something."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    import os

    os.set_blocking(process.stdout.fileno(), False)
    process.stdin.write(given)
    process.stdin.flush()
    said = bytearray()

    def heard():
        said.extend(process.stdout.read() or b"")
        return until in said or process.poll() is not None

    try:
        world.turn(heard, 15)
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()
        process.stdout.close()
    return said.decode(errors="replace")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_s_client(world_with_tls, version):
    world = world_with_tls
    host, port = world.serve(route(TLS, ECHO))
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-servername", "localhost"]
    command += ["-CAfile", world.root, "-verify_return_error", version]
    said = run(world, command, b"Echo, please.\n", b"\nEcho, please.")
    assert "Verify return code: 0 (ok)" in said
    assert "\nEcho, please." in said


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_s_client_cannot_renegotiate(world_with_tls):
    world = world_with_tls
    host, port = world.serve(route(TLS, ECHO))
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-servername", "localhost"]
    said = run(world, [*command, "-tls1_2"], b"R\n", b"no renegotiation")
    assert "no renegotiation" in said


@pytest.mark.skipif(shutil.which("gnutls-cli") is None, reason="gnutls-cli is not installed")
def test_gnutls_cli(world_with_tls):
    world = world_with_tls
    host, port = world.serve(route(TLS, ECHO))
    command = ["gnutls-cli", "--x509cafile", world.root, "--sni-hostname=localhost"]
    command += ["--verify-hostname=localhost", "-p", str(port), host]
    said = run(world, command, b"Echo, please.\n", b"\nEcho, please.")
    assert "The certificate is trusted" in said
    assert "\nEcho, please." in said


def test_pythons_own_ssl(world_with_tls):
    world = world_with_tls
    address = world.serve(route(TLS, ECHO))
    context = ssl.create_default_context(cafile=world.root)
    sock = world.client(address)
    world.turn(lambda: sock.connect_ex(address) in (0, 106))
    tls = context.wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
    world.open.append(tls.close)

    def attempt(call):
        try:
            return call() is not False
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False

    world.turn(lambda: attempt(tls.do_handshake))
    tls.send(b"hello")
    got = []
    world.turn(lambda: attempt(lambda: got.append(tls.recv(100))))
    assert got == [b"hello"]
