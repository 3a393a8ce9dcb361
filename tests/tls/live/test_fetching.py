"""Requests of our own, over real sockets, to servers that behave and to some that do not."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest
from twisted.internet.defer import Deferred

from caddylite.errors import ConfigError
from caddylite.tls.acme.errors import Unreachable
from caddylite.tls.live.fetching import Fetcher
from tests.e2e.peers import certificate
from tests.runtime.world import World

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """Gives each request of a connection the next answer, then closes; None keeps it waiting."""

    def __init__(self, *answers: bytes | None, context: ssl.SSLContext | None = None) -> None:
        self.answers, self.context = list(answers), context
        self.heard: list[bytes] = []
        self.connections = 0
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self.sock.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(one,), daemon=True).start()

    def _talk(self, one: socket.socket) -> None:
        with suppress(OSError):
            self._answer(one)

    def _answer(self, one: socket.socket) -> None:
        if self.context is not None:
            one = self.context.wrap_socket(one, server_side=True)
        while self.answers:
            data = one.recv(65536)
            if not data:
                break
            self.heard.append(data)
            answer = self.answers.pop(0)
            if answer is None:
                self.held.append(one)
                return
            one.sendall(answer)
            if b"close" in answer[:200]:
                break
        one.close()

    def close(self) -> None:
        for sock in (self.sock, *self.held):
            sock.close()


@pytest.fixture
def world(tmp_path):
    made = World("fast", tmp_path)
    pool = made.reactor.getThreadPool()
    pool.start()
    yield made
    pool.stop()
    made.close()


@pytest.fixture
def peer():
    made = []

    def make(*answers, context=None):
        made.append(Peer(*answers, context=context))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ask(world, fetch, *request):
    """Make a request; return the answer, or the error."""
    out = []
    Deferred.fromCoroutine(fetch(*request)).addBoth(out.append)
    world.turn(lambda: out, 10)
    return getattr(out[0], "value", out[0])


def url(peer, path="/", scheme="http"):
    return f"{scheme}://127.0.0.1:{peer.port}{path}"


def test_a_request_and_its_answer(world, peer):
    there = peer(b"HTTP/1.1 201 Created\r\nReplay-Nonce: n\r\nContent-Length: 3\r\n\r\nyes", OK)
    fetch = Fetcher(world.house, plain=True)
    answer = ask(
        world, fetch, "POST", url(there, "/a%2Fb?x=1&y"), b"body", "application/jose+json"
    )
    assert (answer.status, answer.body, answer.get("replay-nonce")) == (201, b"yes", "n")
    assert there.heard[0] == (
        b"POST /a%2Fb?x=1&y HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{there.port}\r\nUser-Agent: caddylite\r\n".encode()
        + b"Content-Type: application/jose+json\r\nContent-Length: 4\r\n\r\nbody"
    )
    assert ask(world, fetch, "GET", url(there)).body == b"ok"
    assert there.connections == 1  # it is kept for the next


def test_a_kept_connection_that_has_gone(world, peer):
    there = peer(OK + b"", OK)
    fetch = Fetcher(world.house, plain=True)
    assert ask(world, fetch, "GET", url(there)).status == 200
    (kept,) = fetch._kept.values()
    kept.transport.abortConnection()
    world.turn(lambda: not kept.idle)
    assert ask(world, fetch, "GET", url(there)).status == 200
    assert there.connections == 2


def test_a_head_has_no_body(world, peer):
    there = peer(b"HTTP/1.1 200 OK\r\nReplay-Nonce: n\r\nContent-Length: 500\r\n\r\n")
    answer = ask(world, Fetcher(world.house, plain=True), "HEAD", url(there))
    assert (answer.get("Replay-Nonce"), answer.body) == ("n", b"")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "malformed HTTP response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc", "EOF"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000, "too big"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"x" * 65536
         + (b"\r\n10000\r\n" + b"x" * 65536) * 40, "too big"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000, "headers too large"),
        (b"Connection: close", "answer|malformed"),
    ],
)  # fmt: skip
def test_answers_that_are_none(world, peer, answer, words):
    there = peer(answer)
    problem = ask(world, Fetcher(world.house, plain=True), "GET", url(there))
    assert isinstance(problem, Unreachable)
    assert any(w in str(problem) for w in words.split("|")), problem


def test_an_answer_that_does_not_come(world, peer):
    there = peer(None)
    fetch = Fetcher(world.house, plain=True, seconds=0.2)
    problem = ask(world, fetch, "GET", url(there))
    assert isinstance(problem, Unreachable)
    assert "timeout awaiting response" in str(problem)


def test_redirects(world, peer):
    there = peer(
        b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", OK,
        *[b"HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"] * 20,
    )  # fmt: skip
    fetch = Fetcher(world.house, plain=True)
    assert ask(world, fetch, "GET", url(there)).body == b"ok"
    assert there.heard[1].startswith(b"GET /there ")
    assert ask(world, fetch, "GET", url(there)).status == 301
    assert len(there.heard) == 8
    assert ask(world, fetch, "POST", url(there), b"{}").status == 301  # nothing is sent elsewhere
    assert len(there.heard) == 9
    none = Fetcher(world.house, plain=True, redirects=0)
    assert ask(world, none, "GET", url(there)).status == 301
    secure = Fetcher(world.house)
    assert "not HTTPS" in str(ask(world, secure, "GET", url(there)))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://127.0.0.1/", "not HTTPS"),
        ("https:///nowhere", "no host"),
        ("https://a b/", "parse"),
        ("https://127.0.0.1:1/", "connect: connection refused"),
        ("https://a\r\nb/", "parse"),
        ("https://nobody.invalid/", "no such host"),
    ],
)
def test_places_nobody_can_be_asked_at(world, address, words):
    problem = ask(world, Fetcher(world.house), "GET", address)
    assert isinstance(problem, Unreachable)
    assert words in str(problem)


def test_tls_is_verified(world, peer, tmp_path):
    own = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own)
    there = peer(OK, OK, OK, context=context)
    named = f"https://localhost:{there.port}/"
    trusting = Fetcher(world.house, [str(own[0])])
    assert ask(world, trusting, "GET", named).body == b"ok"
    problem = ask(world, Fetcher(world.house), "GET", named)
    assert "certificate verify failed" in str(problem)
    problem = ask(world, Fetcher(world.house, [str(own[0])]), "GET", url(there, scheme="https"))
    assert "not valid for 127.0.0.1" in str(problem)


def test_roots_that_cannot_be_used(world, tmp_path):
    with pytest.raises(ConfigError, match="/nowhere: open /nowhere: no such file or directory"):
        Fetcher(world.house, ["/nowhere"])
