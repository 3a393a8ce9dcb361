"""The clients that ask: what they send, cut in some way, and how they understand the answer."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from caddylite.testing.clients import Client
from caddylite.wire import proxy_header
from tests.wire import resets

FIXTURES = Path(__file__).parents[1] / "fixtures"
CUTS = ("whole", "halves", "first")
#: What became of a client that no mark answered: nothing in time; closed, maybe with a TLS alert;
#: a TLS handshake began that its recording cannot go on with.
SILENT, CLOSED, TLS = "silent", "closed", "tls"
#: Seconds between two pieces, and for an answer.
PAUSE, PATIENCE = 0.06, 0.9
_HANDSHAKE, _ALERT = b"\x16", b"\x15"
_MADE = {
    "made_http_api": b"GET /api/x?q=1 HTTP/1.1\r\nHost: api.example.test\r\n\r\n",
    "made_http_post": b"POST /x.php HTTP/1.1\r\nHost: example.com\r\nContent-Length: 2\r\n\r\nok",
    "made_smtp": b"EHLO client.example.test\r\n",
    "made_zeros": bytes(40),
    "made_winbox": bytes([39, 6]) + b"admin\0" + bytes(range(1, 33)) + b"\0",
}
_GET = b"GET /a HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/8\r\n\r\n"
_SSH = b"SSH-2.0-OpenSSH_9.6\r\n"
#: Clients that speak TLS if they are let: the name asked for, the protocols offered, what is said.
_SPEAKING = {
    "made_tls_http": ("localhost", ("http/1.1",), _GET),
    "made_tls_ssh": ("vpn.example.test", (), _SSH),
    "made_tls_h2_only": ("www.example.test", ("h2",), _GET),
}
#: Those that are sent once more behind a PROXY header, and who it says they are.
_PROXIED = ("tls_curl_h2", "ssh_openssh", "made_http_api", "made_tls_http")
_SOURCE, _DESTINATION = ("198.51.100.7", 1234), ("203.0.113.9", 443)


@dataclass(frozen=True)
class Sender:
    """A client: what it sends first, and inside TLS if it can speak that."""

    name: str
    sent: tuple[bytes, ...]
    speaks: tuple[str, tuple[str, ...], bytes] | None = None
    preface: bytes = b""

    @property
    def likeness(self) -> Client:
        """Return what the tester of configs is told; the hello is one like those sent."""
        data, inner = b"".join(self.sent), b""
        if self.speaks is not None:
            data, inner = Speaker(self).hello, self.speaks[2]
        return Client(
            self.preface + data, inner, remote=("127.0.0.1", 50000), time=time.time(),
            patience=PATIENCE,
        )  # fmt: skip


def senders(datagrams: bool) -> list[Sender]:
    """Return the recorded clients and the made ones."""
    out = []
    for file in sorted(FIXTURES.glob("*.hex")):
        lines = tuple(bytes.fromhex(line) for line in file.read_text().split())
        if ("udp" in file.stem or file.stem.startswith(("quic", "wireguard"))) == datagrams:
            out.append(Sender(file.stem, lines if datagrams else (b"".join(lines),)))
    if datagrams:
        return out + [Sender(name, (packet,)) for name, packet in _openvpn()]
    out += [Sender(name, (data,)) for name, data in _MADE.items()]
    out += [Sender(n, (len(p).to_bytes(2, "big") + p,)) for n, p in _openvpn()]
    out += [Sender(name, (), speaks) for name, speaks in _SPEAKING.items()]
    for number, sender in enumerate([s for s in out if s.name in _PROXIED]):
        version = 1 + number % 2
        header = proxy_header.build(version, _SOURCE, _DESTINATION)
        out.append(replace(sender, name=f"proxied_v{version}_{sender.name}", preface=header))
    return out


def _openvpn() -> Iterable[tuple[str, bytes]]:
    """Make first packets of now, with the keys that the matchers are given."""
    now = int(time.time())
    yield "made_openvpn_auth", resets.signed(when=now)
    yield "made_openvpn_crypt", resets.crypt(when=now)
    yield "made_openvpn_crypt_v2", resets.crypt_v2(when=now)


class Speaker:
    """The TLS of a client that can speak it."""

    def __init__(self, sender: Sender) -> None:
        assert sender.speaks is not None
        name, offers, _ = sender.speaks
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if offers:
            context.set_alpn_protocols(list(offers))
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        self.hello = self._out.read()

    def hear(self, data: bytes) -> bool:
        """Take what the server says; True once the handshake is done, SSLError if it fails."""
        self._in.write(data)
        if not data:
            self._in.write_eof()
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def say(self, data: bytes) -> bytes:
        """Return what goes on the wire, what is left of the handshake first."""
        self.tls.write(data)
        return self._out.read()

    def understand(self, data: bytes) -> str | None:
        """Return the answer inside TLS, if it has come; SSLError if the server refuses."""
        self._in.write(data)
        try:
            return self.tls.read(64).decode("latin-1").strip() or CLOSED
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return CLOSED


class Talk:
    """One connection of a client."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: str
    ) -> None:
        self.reader, self.writer, self.cut = reader, writer, cut

    async def send(self, data: bytes) -> None:
        """Send a flight, cut."""
        at = {"whole": 0, "halves": len(data) // 2, "first": 1}[self.cut]
        if at:
            self.writer.write(data[:at])
            await self.writer.drain()
            await asyncio.sleep(PAUSE)
        self.writer.write(data[at:])
        await self.writer.drain()

    async def answer(self, sender: Sender) -> str:
        """Send everything; return the mark that answers, or what became of the connection."""
        if sender.speaks is not None:
            return await self._speak(sender, Speaker(sender))
        await self.send(sender.preface + b"".join(sender.sent))
        got = await self._read()
        return TLS if got[:1] == _HANDSHAKE else _said(got)

    async def _speak(self, sender: Sender, speaker: Speaker) -> str:
        await self.send(sender.preface + speaker.hello)
        got = await self._read()
        if got[:1] != _HANDSHAKE:
            return _said(got)
        try:
            while not speaker.hear(got):
                got = await self._read()
            assert sender.speaks is not None
            await self.send(speaker.say(sender.speaks[2]))
            said = speaker.understand(b"")
            while said is None and got:
                got = await self._read()
                said = speaker.understand(got)
        except ssl.SSLError:
            return CLOSED
        return said or CLOSED

    async def _read(self) -> bytes:
        return await asyncio.wait_for(self.reader.read(4096), PATIENCE)


def _said(got: bytes) -> str:
    return CLOSED if got[:1] == _ALERT else got.decode("latin-1").strip() or CLOSED


async def ask(port: int, sender: Sender, cut: str) -> str:
    """Connect, and talk."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 5)
    except (OSError, TimeoutError):
        return "refused"
    try:
        return await Talk(reader, writer, cut).answer(sender)
    except TimeoutError:
        return SILENT
    except OSError:
        return CLOSED
    finally:
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.got.done():
            self.got.set_result(data)

    def error_received(self, exc: Exception) -> None:
        pass


async def ask_datagrams(port: int, datagrams: tuple[bytes, ...]) -> str:
    """Send datagrams; return the mark that answers first."""
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(
        _Datagrams, remote_addr=("127.0.0.1", port)
    )
    try:
        for datagram in datagrams:
            transport.sendto(datagram)
        return (await asyncio.wait_for(client.got, PATIENCE)).decode().strip()
    except TimeoutError:
        return SILENT
    finally:
        transport.close()
