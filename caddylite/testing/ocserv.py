"""A stand-in for ocserv: TLS, the AnyConnect login and the CSTP tunnel, without root.

    with Ocserv("vpn.example.com", {"alice": "secret"}, proxy_protocol=True) as vpn:
        vpn.port  # on 127.0.0.1

It speaks as much of draft-mavrogiannopoulos-openconnect-04 as clients need to log in and to see
the tunnel come up: ``POST /`` and ``POST /auth`` with XML forms, ``CONNECT /CSCOSSLC/tunnel``, and
CSTP packets, of which DPD requests are answered and data is sent back as it came. There is no
tunnel device behind it and no DTLS. ``seen`` holds the address of each client, as a PROXY header
names it if one is expected (as ocserv with ``listen-proxy-proto = true``, it then closes
connections without one).
"""

import secrets
import socket
import ssl
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit
from xml.etree import ElementTree

from caddylite.wire import proxy_header

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORM: Final = (
    _XML + '<config-auth client="vpn" type="auth-request"><version who="sg">0.1(1)</version>'
    '<auth id="main"><message>{message}</message><form method="post" action="/auth">'
    '<input type="{kind}" name="{name}" label="{label}:"/></form></auth></config-auth>'
)
_DONE: Final = (
    _XML + '<config-auth client="vpn" type="complete"><version who="sg">0.1(1)</version>'
    '<auth id="success"><title>SSL VPN Service</title></auth></config-auth>'
)
_CSTP: Final = (
    "X-CSTP-Version: 1", "X-CSTP-Address: 192.0.2.10", "X-CSTP-Netmask: 255.255.255.0",
    "X-CSTP-MTU: 1406", "X-CSTP-DPD: 90", "X-CSTP-Keepalive: 300",
)  # fmt: skip
#: Kinds of CSTP packets (section 2.2.2 of the draft).
DATA, DPD_REQUEST, DPD_RESPONSE, DISCONNECT, KEEPALIVE = 0, 3, 4, 5, 7


def self_signed(name: str) -> tuple[bytes, bytes]:
    """Make a certificate for a name, good for a day; return it and its key, as PEM."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    return (
        certificate.public_bytes(encoding),
        key.private_bytes(encoding, form, serialization.NoEncryption()),
    )


class Ocserv:
    """Serves on an ephemeral loopback port until it is closed, a thread for each client.

    ``camouflage`` is a secret that clients must give in the URL (``/?secret``); others get 404.
    """

    def __init__(
        self,
        name: str = "vpn.example.com",
        users: Mapping[str, str] | None = None,
        *,
        proxy_protocol: bool = False,
        camouflage: str = "",
    ) -> None:
        self.name, self.users = name, dict(users or {"test": "test"})
        self.proxy_protocol, self.camouflage = proxy_protocol, camouflage
        self.seen: list[tuple[str, int]] = []
        self.tunnels = 0
        self.certificate, key = self_signed(name)
        self._cookies: set[str] = set()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_alpn_protocols(["http/1.1"])
        with tempfile.TemporaryDirectory() as folder:
            both = Path(folder) / "both.pem"
            both.write_bytes(self.certificate + key)
            self._context.load_cert_chain(both)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving, and close what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            connection.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            connection.settimeout(30)
            threading.Thread(target=self._serve, args=(connection, peer), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        self._open.add(connection)
        try:
            if self.proxy_protocol:
                found = _take_header(connection)
                if found is None:
                    return
                peer = found
            self.seen.append(peer)
            with self._context.wrap_socket(connection, server_side=True) as stream:
                self._open.add(stream)
                _Session(self, stream).run()
        except (OSError, ValueError):
            pass  # the client has gone, or talks nonsense
        finally:
            connection.close()

    def new_cookie(self) -> str:
        """Make a cookie that opens the tunnel."""
        cookie = secrets.token_hex(16)
        self._cookies.add(cookie)
        return cookie

    def knows(self, cookie: str) -> bool:
        """Was this cookie made here?"""
        return any(known in cookie for known in self._cookies)


def _take_header(connection: socket.socket) -> tuple[str, int] | None:
    """Take a PROXY header off a connection, and nothing behind it; None if there is none."""
    while True:
        data = connection.recv(512, socket.MSG_PEEK)
        found = proxy_header.read(data)
        if isinstance(found, proxy_header.ProxyHeader):
            connection.recv(found.size)
            source = found.source
            return source if isinstance(source, tuple) else ("", 0)
        if not data or not isinstance(found, proxy_header.Incomplete):
            return None
        connection.recv(len(data) + 1, socket.MSG_PEEK)


class _Session:
    """One client: requests until the tunnel is opened."""

    def __init__(self, server: Ocserv, stream: ssl.SSLSocket) -> None:
        self.server, self.stream = server, stream
        self.file = stream.makefile("rb")
        self.user = ""

    def run(self) -> None:
        while True:
            line = self.file.readline(8192).decode("latin-1").split()
            if len(line) != 3:
                return
            headers = dict(self._headers())
            body = self.file.read(int(headers.get("content-length", "0")))
            method, url = line[0], urlsplit(line[1])
            if method == "CONNECT":
                self._tunnel(headers)
                return
            secret = self.server.camouflage
            if secret and not self.user and url.query != secret and url.path != "/auth":
                self._answer("", "404 Not Found")
            elif method == "POST":
                self._login(body)
            else:
                self._answer("<html><body>It works</body></html>")

    def _headers(self) -> list[tuple[str, str]]:
        out = []
        while (line := self.file.readline(8192).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            out.append((name.lower(), value.strip()))
        return out

    def _login(self, body: bytes) -> None:
        said = _fields(body)
        self.user = said.get("username", self.user)
        if "password" in said and self.server.users.get(self.user) == said["password"]:
            self._answer(_DONE, cookie=self.server.new_cookie())
        elif "username" in said:
            self._ask("Please enter your password.", "password")
        elif "password" in said:
            self.user = ""
            self._ask("Login failed. Please enter your username.", "username")
        else:
            self._ask("Please enter your username.", "username")

    def _ask(self, message: str, name: str) -> None:
        kind = "password" if name == "password" else "text"
        self._answer(_FORM.format(message=message, kind=kind, name=name, label=name.title()))

    def _answer(self, text: str, status: str = "200 OK", cookie: str = "") -> None:
        lines = [f"HTTP/1.1 {status}", "Connection: Keep-Alive", "Content-Type: text/xml",
                 f"Content-Length: {len(text)}", "X-Transcend-Version: 1"]  # fmt: skip
        if cookie:
            lines.append(f"Set-Cookie: webvpn={cookie}; Secure; HttpOnly")
        self.stream.sendall(("\r\n".join(lines) + "\r\n\r\n" + text).encode())

    def _tunnel(self, headers: Mapping[str, str]) -> None:
        if not self.server.knows(headers.get("cookie", "")):
            self.stream.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            return
        self.server.tunnels += 1
        head = "\r\n".join(["HTTP/1.1 200 CONNECTED", *_CSTP])
        self.stream.sendall(f"{head}\r\n\r\n".encode())
        while (start := self.file.read(8)) and start[:4] == b"STF\x01":
            payload = self.file.read(int.from_bytes(start[4:6], "big"))
            if start[6] == DPD_REQUEST:
                self.stream.sendall(packet(DPD_RESPONSE, payload))
            elif start[6] == DATA:
                self.stream.sendall(packet(DATA, payload))
            elif start[6] == DISCONNECT:
                return


def packet(kind: int, payload: bytes = b"") -> bytes:
    """Return a CSTP packet."""
    return b"STF\x01" + len(payload).to_bytes(2, "big") + bytes([kind, 0]) + payload


def _fields(body: bytes) -> dict[str, str]:
    """Return what a login form says: XML, or as old clients send it."""
    from urllib.parse import parse_qsl

    if not body.lstrip().startswith(b"<"):
        return dict(parse_qsl(body.decode("latin-1")))
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return {}
    return {e.tag: e.text or "" for e in root.iter() if e.tag in ("username", "password")}
