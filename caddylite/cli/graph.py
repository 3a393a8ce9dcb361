"""``caddylite graph``: a picture of a config, with the way of one client if wanted."""

from importlib import import_module
from pathlib import Path

import click

from caddylite.cli import _configs
from caddylite.errors import ConfigError

#: The languages of pictures, by the name of the output file.
FORMS = {
    "": "mermaid", ".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".md": "mermaid",
}  # fmt: skip


@click.command()
@_configs.config_options
@click.argument("client", nargs=-1)
@click.option(
    "-f", "--format", "form", default="", type=click.Choice(["", "svg", "dot", "mermaid"]),
    help="The language of the picture (by the name of the output file; else mermaid)",
)  # fmt: skip
@click.option("-o", "--output", default="-", help="Where to write it (- is stdout)")
@click.option("-l", "--listen", default="", help="The listener the client connects to")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    client: tuple[str, ...],
    form: str,
    output: str,
    listen: str,
) -> None:
    """Draw listeners, wrappers, routes, handlers and upstreams; no other program is needed.

    With a CLIENT, in words as for explain (tls sni=vpn.example.com), its way is highlighted.
    """
    from caddylite.testing.graph import build

    source = _configs.load_source(config, adapter, envfile, quiet=True)
    lab = _configs.lab_of(source)
    trace = None
    if client:
        from caddylite.testing.clients.spec import from_words

        trace = lab.connect(listen, from_words(list(client)))
    form = form or FORMS.get(Path(output).suffix, "")
    if not form:
        known = ", ".join(suffix for suffix in FORMS if suffix)
        raise ConfigError(f"no picture is written as {output}", hint=f"name it {known}, or say -f")
    text = import_module(f"caddylite.testing.graph.{form}").write(build(lab, trace))
    if output == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text)
    except OSError as e:
        raise ConfigError(f"open {output}: {(e.strerror or str(e)).lower()}") from None
