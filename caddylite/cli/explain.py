"""``caddylite explain``: what would become of this client, and why?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from caddylite.cli import _configs
from caddylite.errors import ConfigError

if TYPE_CHECKING:
    from caddylite.testing.clients import Client
    from caddylite.testing.stream import Cut


@click.command()
@_configs.config_options
@click.argument("client", nargs=-1)
@click.option("-l", "--listen", default="", help="The listener asked, e.g. :443")
@click.option("--tls-sni", help="Send a ClientHello with this SNI ('' for one without)")
@click.option("--alpn", multiple=True, help="Offer this ALPN protocol (may be repeated)")
@click.option("--http", "http_host", help="Send a request to this host (inside TLS if any)")
@click.option("--path", default="/", help="The path of that request")
@click.option("--method", default="GET", help="The method of that request")
@click.option("--bytes", "bytes_file", help="Send the bytes of this file (- is stdin)")
@click.option("--hex", "hex_text", help="Send these bytes, in hexadecimal")
@click.option("--from", "source", default="", help="The client's address, IP[:port]")
@click.option("--cut", "places", default="", help="Send the bytes in pieces: cut at 5,100")
@click.option("--pause", default=0.0, help="Seconds between the pieces")
@click.option(
    "--as",
    "decide_as",
    default="caddylite",
    type=click.Choice(["caddylite", "caddy-l4"]),
    help="Decide as caddylite does, or as caddy-l4 (42db569) does",
)
@click.option("--json", "as_json", is_flag=True, help="Print the trace as JSON")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    client: tuple[str, ...],
    listen: str,
    tls_sni: str | None,
    alpn: tuple[str, ...],
    http_host: str | None,
    path: str,
    method: str,
    bytes_file: str | None,
    hex_text: str | None,
    source: str,
    places: str,
    pause: float,
    decide_as: str,
    as_json: bool,
) -> None:
    """Say for each route if a client is matched, refuted or pending, and where it ends.

    CLIENT is a kind with its options: tls sni=vpn.example.com like=openconnect, http example.com
    path=/api, ssh, quic sni=…, dns, postgres, rdp, pcap capture.pcap port=443 and others; or say
    it with --tls-sni, --http, --bytes or --hex. Without either the client is silent. No socket
    is opened.
    """
    from caddylite.testing import render
    from caddylite.testing.clients.spec import from_words

    lab = _configs.lab_of(_configs.load_source(config, adapter, envfile, quiet=True))
    if client:
        made = from_words(list(client))
    else:
        request = None if http_host is None else (http_host, path, method)
        made = _from_flags(tls_sni, alpn, request, _first_bytes(bytes_file, hex_text))
    if source:
        made = made.coming_from(source)
    cut = _cut(places, pause, len(made.data))
    result = lab.connect(listen, made, cut=cut, decide_as=decide_as)
    if as_json:
        click.echo(json.dumps(render.to_json(result), indent=2, ensure_ascii=False))
    else:
        click.echo(render.to_text(result, sys.stdout.isatty()), nl=False)


def _from_flags(
    sni: str | None,
    alpn: tuple[str, ...],
    request: tuple[str, str, str] | None,
    given: tuple[bytes, str],
) -> "Client":
    from caddylite.testing import clients

    inner = None if request is None else clients.http(request[0], request[1], method=request[2])
    if sni is not None:
        return clients.tls(sni, alpn, inner=inner)
    if given[1]:
        return clients.Client(given[0], inner.data if inner else b"", label=given[1])
    return inner or clients.silent()


def _cut(places: str, pause: float, size: int) -> "Cut":
    from caddylite.testing.stream import SHORTLY, Cut

    try:
        at = tuple(sorted({int(p) for p in places.split(",") if p.strip()}))
    except ValueError:
        raise ConfigError(f"--cut: {places!r} are no places", hint="write --cut 5,100") from None
    if any(not 0 < place < size for place in at):
        raise ConfigError(f"--cut: {places} is not within the {size} bytes that the client says")
    return Cut(at, pause or SHORTLY)


def _first_bytes(bytes_file: str | None, hex_text: str | None) -> tuple[bytes, str]:
    if hex_text is not None:
        try:
            return bytes.fromhex(hex_text), "bytes given"
        except ValueError as e:
            raise ConfigError(f"--hex: {e}") from None
    if bytes_file is None:
        return b"", ""
    if bytes_file == "-":
        return sys.stdin.buffer.read(), "bytes from stdin"
    try:
        return Path(bytes_file).read_bytes(), bytes_file
    except OSError as e:
        raise ConfigError(f"--bytes: open {bytes_file}: {(e.strerror or '').lower()}") from None
