"""A layer-4 server under test, written as the routes of a Caddyfile."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from tests.e2e.programs import Program, caddylite, free_port


@contextlib.contextmanager
def layer4(
    home: Path,
    routes: str,
    network: str = "",
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[tuple[int, Program]]:
    """Run ``caddylite run`` with these routes on a port of its own; yield (port, program).

    ``network`` is a prefix (``udp/``). ``certificate`` and key are what a ``tls`` handler gets.
    """
    port = port or free_port()
    text = f"{{\n\tadmin off\n\tlayer4 {{\n{network}{host}:{port} {{\n{routes}\n}}\n\t}}\n}}\n"
    config = to_plain(from_caddyfile(text, "Caddyfile")[0])
    config["logging"] = {"logs": {"default": {"level": "DEBUG"}}}
    if certificate is not None:
        pair = {"certificate": str(certificate[0]), "key": str(certificate[1])}
        config["apps"]["tls"] = {"certificates": {"load_files": [pair]}}
    file = home / f"layer4-{port}.json"
    file.write_text(json.dumps(config))
    with caddylite(file, home) as program:
        yield port, program


def run(*argv: str, stdin: str = "", seconds: float = 30) -> subprocess.CompletedProcess[str]:
    """Run a client to its end; what it says is kept, whatever its status."""
    return subprocess.run(
        argv, input=stdin, text=True, errors="replace", capture_output=True, timeout=seconds,
        check=False,
    )  # fmt: skip
