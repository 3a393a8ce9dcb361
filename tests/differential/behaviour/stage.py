"""One program with the servers of many scenarios, all in one config."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.differential.behaviour.ends import Backend, DatagramBackend
from tests.e2e.peers import certificate
from tests.e2e.programs import STARTED, Program, running

OURS = "caddylite"


class Stage:
    """Collects a config while scenarios are set up, then runs it.

    ``pair`` is the certificate and key that the program has for ``localhost`` and others.
    """

    def __init__(self, name: str, argv: list[str], folder: Path) -> None:
        self.name, self._argv, self.folder = name, argv, folder
        folder.mkdir()
        self.pair = certificate(folder, "localhost", "a.example.com", "b.example.com")
        self.layer4: dict[str, Any] = {}
        self.http: dict[str, Any] = {}
        self.program: Program | None = None
        self._held: list[socket.socket] = []
        self._ends: list[Any] = []
        self._inherited: list[int] = []

    # Before the program runs.

    def port(self, host: str = "127.0.0.1") -> int:
        """Return a port that is free for streams and datagrams until the program starts."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        while True:
            tcp, udp = socket.socket(family), socket.socket(family, socket.SOCK_DGRAM)
            self._held += [tcp, udp]
            tcp.bind((host, 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return int(tcp.getsockname()[1])

    def serve(self, *handlers: dict[str, Any], network: str = "", **server: Any) -> int:
        """Configure a server with one route; return its port."""
        return self.routes({"handle": list(handlers)}, network=network, **server)

    def routes(self, *routes: dict[str, Any], network: str = "", **server: Any) -> int:
        """Configure a server; return its port."""
        port = self.port()
        self.listen([f"{network}127.0.0.1:{port}"], *routes, **server)
        return port

    def listen(self, addresses: list[str], *routes: dict[str, Any], **server: Any) -> None:
        """Configure a server at these addresses."""
        name = f"s{len(self.layer4)}"
        self.layer4[name] = {"listen": addresses, "routes": list(routes), **server}

    def site(self, routes: list[Any], **server: Any) -> int:
        """Configure an HTTP server; return its port."""
        port = self.port()
        self.http[f"h{len(self.http)}"] = {
            "listen": [f"127.0.0.1:{port}"],
            "routes": routes,
            "automatic_https": {"disable": True},
            **server,
        }
        return port

    def backend(self, name: str = "B", **options: Any) -> Backend:
        """Start an upstream for streams."""
        return self._ended(Backend(name, **options))

    def backends(self, count: int, **options: Any) -> list[Backend]:
        """Start some, named B0, B1 …"""
        return [self.backend(f"B{i}", **options) for i in range(count)]

    def datagrams(self, name: str = "B", **options: Any) -> DatagramBackend:
        """Start an upstream for datagrams."""
        return self._ended(DatagramBackend(name, **options))

    def inherit(self, sock: socket.socket) -> int:
        """Let the program have a socket; return its number there."""
        os.set_inheritable(sock.fileno(), True)
        self._ends.append(sock)
        self._inherited.append(sock.fileno())
        return sock.fileno()

    def _ended(self, end: Any) -> Any:
        self._ends.append(end)
        return end

    # The program.

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run it for the length of a block."""
        file = self.folder / "config.json"
        file.write_text(json.dumps(self.config()))
        for sock in self._held:
            sock.close()
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "L4_LOOP": "127.0.0.1"}
        env["L4_NAME"] = "a.example.com"
        env |= {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        if self.name == OURS:
            env["PYTHONPATH"] = str(Path(__file__).parents[3])
        argv = [*self._argv, "run", "--config", str(file)]
        try:
            with running(
                argv, self.folder / "log", env=env, cwd=self.folder, fds=self._inherited
            ) as program:
                program.wait_for(STARTED)
                self.program = program
                yield
        finally:
            for end in self._ends:
                end.close()

    def config(self) -> dict[str, Any]:
        """Return the whole config."""
        file = {"certificate": str(self.pair[0]), "key": str(self.pair[1])}
        internal = {"subjects": ["client.internal"], "issuers": [{"module": "internal"}]}
        tls = {"certificates": {"load_files": [file]}, "automation": {"policies": [internal]}}
        pki = {"certificate_authorities": {"local": {"install_trust": False}}}
        apps: dict[str, Any] = {"tls": tls, "pki": pki}
        if self.layer4:
            apps["layer4"] = {"servers": self.layer4}
        if self.http:
            apps["http"] = {"servers": self.http}
        return {
            "admin": {"disabled": True},
            "logging": {"logs": {"default": {"level": "DEBUG"}}},
            "apps": apps,
        }

    def records(self, *words: str) -> list[dict[str, Any]]:
        """Return the records of the log in which all these words occur."""
        assert self.program is not None
        return [
            json.loads(line)
            for line in self.program.output.splitlines()
            if line.startswith("{") and all(word in line for word in words)
        ]
