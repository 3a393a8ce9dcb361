"""Small servers and certificates made for a test."""

import datetime
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """Write a self-signed certificate and key for these names; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / f"{names[0]}.crt", folder / f"{names[0]}.key"
    cert_path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_path, key_path


class Named:
    """A TCP server that says a word to each connection, then echoes; it keeps what came first."""

    def __init__(self, word: bytes, speak_first: bool = True) -> None:
        self.first: list[bytes] = []
        outer = self

        class Handle(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                if speak_first:
                    self.request.sendall(word)
                while data := self.request.recv(65536):
                    outer.first.append(data)
                    self.request.sendall(data)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address) -> None:
                pass  # a client that goes away is not this server's trouble

        self.server = Server(("127.0.0.1", 0), Handle)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Named":
        return self

    def __exit__(self, *why: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def tls_client(
    port: int,
    server_name: str | None,
    cafile: Path | None = None,
    alpn: list[str] | None = None,
    use: Callable[[ssl.SSLSocket], bytes] = lambda s: s.recv(100),
) -> bytes:
    """Connect with TLS and return what ``use`` returns; unverified without a ``cafile``."""
    context = ssl.create_default_context(cafile=cafile)
    if cafile is None or server_name is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE if cafile is None else ssl.CERT_REQUIRED
    if alpn:
        context.set_alpn_protocols(alpn)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname=server_name) as tls,
    ):
        return use(tls)
