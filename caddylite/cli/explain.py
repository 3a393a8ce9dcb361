"""``caddylite explain``: what would become of this client, and why?"""

import json
import sys
from pathlib import Path

import click

from caddylite.cli import _configs
from caddylite.errors import ConfigError


@click.command()
@_configs.config_options
@click.option("-l", "--listen", default="", help="The listener asked, e.g. :443")
@click.option("--tls-sni", help="Send a ClientHello with this SNI ('' for one without)")
@click.option("--alpn", multiple=True, help="Offer this ALPN protocol (may be repeated)")
@click.option("--http", "http_host", help="Send a request to this host (inside TLS if any)")
@click.option("--path", default="/", help="The path of that request")
@click.option("--method", default="GET", help="The method of that request")
@click.option("--bytes", "bytes_file", help="Send the bytes of this file (- is stdin)")
@click.option("--hex", "hex_text", help="Send these bytes, in hexadecimal")
@click.option("--from", "source", default="192.0.2.1", help="The client's address, IP[:port]")
@click.option("--json", "as_json", is_flag=True, help="Print the trace as JSON")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    listen: str,
    tls_sni: str | None,
    alpn: tuple[str, ...],
    http_host: str | None,
    path: str,
    method: str,
    bytes_file: str | None,
    hex_text: str | None,
    source: str,
    as_json: bool,
) -> None:
    """Say for each route if a client is matched, refuted or pending, and where it ends.

    No socket is opened. Without --tls-sni, --http, --bytes or --hex the client is silent.
    """
    from caddylite.testing import clients, render
    from caddylite.testing.trace import trace

    compiled = _configs.compile_source(
        _configs.load_source(config, adapter, envfile, quiet=True), quiet=True
    )
    request = b"" if http_host is None else clients.http_request(http_host, path, method)
    data, label = _first_bytes(bytes_file, hex_text)
    inner = request
    if tls_sni is not None:
        data, label = clients.client_hello(tls_sni, alpn), f"TLS, SNI {tls_sni or 'absent'}"
    elif not data:
        data, inner, label = request, b"", f"HTTP to {http_host}" if request else "a silent client"
    client = clients.Client(
        data, inner, tls_sni or "", alpn, clients.parse_address(source), label=label
    )
    result = trace(compiled, client, listen)
    if as_json:
        click.echo(json.dumps(render.to_json(result), indent=2, ensure_ascii=False))
    else:
        click.echo(render.to_text(result, sys.stdout.isatty()), nl=False)


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
