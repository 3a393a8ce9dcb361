"""Upstreams and clients: they say what they saw as plain values. Every wait has an end."""

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Seconds for anything that ought to happen.
SOON = 8.0

Where = int | tuple[Any, ...] | str


@dataclass
class Seen:
    """What an upstream saw of one connection."""

    peer: Any
    data: bytes = b""
    #: "" while it is open; "end", or "reset".
    ended: str = ""
    tls: dict[str, Any] = field(default_factory=dict)


class Backend:
    """A server that says its name to each connection, keeps what comes, and echoes it if asked.

    ``context`` makes it speak TLS, ``mute`` keep silent, ``stays`` not end when the client has.
    """

    def __init__(
        self,
        name: str,
        host: str = "127.0.0.1",
        path: Path | None = None,
        context: ssl.SSLContext | None = None,
        mute: bool = False,
        echo: bool = False,
        stays: bool = False,
    ) -> None:
        self.name, self._context = name, context
        self._mute, self._echo, self._stays = mute, echo, stays
        self.seen: list[Seen] = []
        if path is not None:
            self._sock = socket.socket(socket.AF_UNIX)
            self._sock.bind(str(path))
            self.dial = f"unix/{path}"
        else:
            self._sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            self._sock.bind((host, 0))
            self.port = self._sock.getsockname()[1]
            self.dial = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self._sock.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, peer = self._sock.accept()
                seen = Seen(peer)
                self.seen.append(seen)
                threading.Thread(target=self._handle, args=(sock, seen), daemon=True).start()

    def _handle(self, sock: socket.socket, seen: Seen) -> None:
        sock.settimeout(4 * SOON)
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                seen.tls = facts(sock)
            if not self._mute:
                sock.sendall(self.name.encode() + b"\n")
            while data := sock.recv(65536):
                seen.data += data
                if self._echo:
                    sock.sendall(data)
            seen.ended = "end"
            if self._stays:
                time.sleep(2 * SOON)
        except (OSError, ssl.SSLError) as e:
            seen.ended = "reset" if isinstance(e, ConnectionError) else str(e)
        finally:
            sock.close()

    def wait(self, count: int = 1, ended: bool = True) -> list[Seen]:
        """Wait until so many connections have come (and ended)."""
        until(lambda: len([s for s in self.seen if s.ended or not ended]) >= count)
        return list(self.seen)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def facts(sock: Any) -> dict[str, Any]:
    """Return what is known of a TLS connection."""
    certificate = sock.getpeercert() or {}
    return {
        "sni": getattr(sock, "asked_for", None),
        "alpn": sock.selected_alpn_protocol(),
        "version": sock.version(),
        "cipher": sock.cipher()[0],
        "client": dict(x[0] for x in certificate.get("subject", ())),
        "names": [name for _, name in certificate.get("subjectAltName", ())],
    }


class DatagramBackend:
    """Answers every datagram with its name and what it got; keeps all of them with senders."""

    def __init__(
        self, name: str, host: str = "127.0.0.1", path: Path | None = None, mute: bool = False
    ) -> None:
        self.name, self._mute = name, mute
        self.seen: list[bytes] = []
        self.senders: list[Any] = []
        if path is not None:
            self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._sock.bind(str(path))
            self.dial = f"unixgram/{path}"
        else:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._sock = socket.socket(family, socket.SOCK_DGRAM)
            self._sock.bind((host, 0))
            at = self._sock.getsockname()[1]
            self.dial = f"udp/[{host}]:{at}" if ":" in host else f"udp/{host}:{at}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                data, sender = self._sock.recvfrom(65536)
                self.seen.append(data)
                self.senders.append(sender)
                if data == b"STOP" and sender == self._sock.getsockname():
                    return
                if not self._mute and sender:
                    self._sock.sendto(self.name.encode() + b":" + data, sender)

    def wait(self, count: int) -> list[bytes]:
        """Wait until so many have come."""
        until(lambda: len(self.seen) >= count)
        return list(self.seen)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.sendto(b"STOP", self._sock.getsockname())
        self._sock.close()


def until(done: Callable[[], Any], seconds: float = SOON) -> bool:
    """Wait until something is so; False if it never is."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        select.select([], [], [], 0.01)
    return True


def connect(where: Where, source: Any = None, seconds: float = SOON) -> socket.socket:
    """Connect to a port on 127.0.0.1, an address, or a path."""
    if isinstance(where, str):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        if source is not None:
            sock.bind(source)
        sock.connect(where)
        return sock
    address = ("127.0.0.1", where) if isinstance(where, int) else where
    start = (source, 0) if isinstance(source, str) else source
    return socket.create_connection(address[:2], seconds, start)


def rest(sock: Any, seconds: float = SOON) -> str:
    """Read to the end; how it came is added where it was no plain end."""
    out = b""
    sock.settimeout(seconds)
    try:
        while data := sock.recv(65536):
            out += data
    except ConnectionError:
        return out.decode("latin-1") + "!reset"
    except TimeoutError:
        return out.decode("latin-1") + "!open"
    except ssl.SSLError as e:
        return out.decode("latin-1") + f"!{e.reason}"
    return out.decode("latin-1")


def some(sock: Any, size: int, seconds: float = SOON) -> str:
    """Read so many bytes."""
    out = b""
    sock.settimeout(seconds)
    try:
        while len(out) < size:
            data = sock.recv(size - len(out))
            if not data:
                return out.decode("latin-1") + "!end"
            out += data
    except ConnectionError:
        return out.decode("latin-1") + "!reset"
    except TimeoutError:
        return out.decode("latin-1") + "!open"
    return out.decode("latin-1")


def talk(
    where: Where, data: bytes = b"", source: Any = None, half: bool = True, seconds: float = SOON
) -> str:
    """Send, end one's side, and read to the end."""
    try:
        with connect(where, source, seconds) as sock:
            with contextlib.suppress(OSError):
                sock.sendall(data)
                if half:
                    sock.shutdown(socket.SHUT_WR)
            return rest(sock, seconds)
    except ConnectionRefusedError:
        return "!refused"
    except ConnectionError:
        return "!reset"


def ask(
    where: Where, *data: bytes, answers: int | None = None, source: Any = None, seconds: float = 2
) -> list[str]:
    """Send datagrams from one socket, and return so many answers (as many as were sent)."""
    address: Any = ("127.0.0.1", where) if isinstance(where, int) else where
    family = (
        socket.AF_UNIX
        if isinstance(address, str)
        else socket.AF_INET6
        if ":" in address[0]
        else socket.AF_INET
    )
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        if source is not None:
            sock.bind(source)
        for one in data:
            sock.sendto(one, address)
            select.select([], [], [], 0.02)  # loopback keeps the order, handlers need not
        return answered(sock, len(data) if answers is None else answers)


def answered(sock: socket.socket, count: int) -> list[str]:
    """Return so many datagrams, or those that come in time."""
    out = []
    with contextlib.suppress(TimeoutError):
        for _ in range(count):
            out.append(sock.recv(65536).decode("latin-1"))
    return out


def server_context(pair: Sequence[Path], client_ca: Path | None = None) -> ssl.SSLContext:
    """Make the context of a TLS upstream that remembers the server name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, pair))

    def note(sock: Any, name: str | None, _context: Any) -> None:
        sock.asked_for = name

    context.sni_callback = note
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(str(client_ca))
    return context


def client_context(alpn: Sequence[str] = (), **options: Any) -> ssl.SSLContext:
    """Make the context of a TLS client that does not verify."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(list(alpn))
    for name, value in options.items():
        setattr(context, name, value)
    return context


def secure(
    where: Where, name: str | None = "localhost", context: ssl.SSLContext | None = None
) -> Any:
    """Connect with TLS; return the socket, or what went wrong as a text."""
    sock = connect(where)
    return secured(sock, name, context)


def secured(
    sock: socket.socket, name: str | None = "localhost", context: ssl.SSLContext | None = None
) -> Any:
    """Begin TLS on a connection; return the socket, or what went wrong as a text."""
    try:
        return (context or client_context()).wrap_socket(sock, server_hostname=name)
    except ssl.SSLError as e:
        sock.close()
        return f"!{e.reason}"
    except ConnectionError:
        sock.close()
        return "!reset"
    except (TimeoutError, OSError) as e:
        sock.close()
        return f"!{type(e).__name__}"
