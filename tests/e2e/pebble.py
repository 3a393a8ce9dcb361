"""Pebble, the ACME CA for tests, with the name server that leads every name to this machine."""

import contextlib
import json
import os
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.peers import certificate
from tests.e2e.programs import Program, free_port, need, running


@dataclass
class Pebble:
    """A running CA. It asks for proofs on ``http_port`` and ``https_port``.

    ``trust`` is the file its own server is trusted by, ``root`` the one for what it signs.
    """

    directory: str
    trust: Path
    root: Path
    http_port: int
    https_port: int
    program: Program

    @property
    def options(self) -> str:
        """The global options of a Caddyfile that asks this CA."""
        return (
            "admin off\n"
            f"http_port {self.http_port}\nhttps_port {self.https_port}\n"
            f"acme_ca {self.directory}\nacme_ca_root {self.trust}\n"
        )

    @property
    def issued(self) -> int:
        """How many certificates it has signed."""
        return self.program.output.count("Issued certificate serial")


@contextlib.contextmanager
def pebble(folder: Path, *, reject: int = 5, **settings: Any) -> Iterator[Pebble]:
    """Run it; ``reject`` is the percentage of nonces that it refuses for nothing."""
    program = need("pebble")
    names = need("pebble-challtestsrv", "pebble")
    pair = certificate(folder, "localhost")
    api, management, http, https, dns, control = (free_port() for _ in range(6))
    config = {
        "listenAddress": f"127.0.0.1:{api}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(pair[0]),
        "privateKey": str(pair[1]),
        "httpPort": http,
        "tlsPort": https,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
        **settings,
    }
    file = folder / "pebble.json"
    file.write_text(json.dumps({"pebble": config}))
    env = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": str(reject)}
    dns_argv = [
        names, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", f"127.0.0.1:{dns}",
        "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", f"127.0.0.1:{control}",
    ]  # fmt: skip
    argv = [program, "-config", str(file), "-dnsserver", f"127.0.0.1:{dns}"]
    with (
        running(dns_argv, folder / "names.log", control),
        running(argv, folder / "pebble.log", api, env) as running_pebble,
    ):
        running_pebble.wait_port(management)
        root = folder / "issuing.pem"
        root.write_bytes(_root(management, pair[0]))
        directory = f"https://localhost:{api}/dir"
        yield Pebble(directory, pair[0], root, http, https, running_pebble)


def _root(port: int, trust: Path) -> bytes:
    context = ssl.create_default_context(cafile=trust)
    with urllib.request.urlopen(f"https://localhost:{port}/roots/0", context=context) as answer:
        return answer.read()
