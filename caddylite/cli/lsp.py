"""``caddylite lsp``: a language server for editors."""

import click

from caddylite.errors import ConfigError


@click.command()
def command() -> None:
    """Serve diagnostics to an editor over stdin and stdout (Language Server Protocol)."""
    try:
        from caddylite.testing.lsp import make_server
    except ModuleNotFoundError as e:
        if e.name is None or e.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise ConfigError(
            f"the language server needs {e.name}", hint="pip install 'caddylite[lsp]'"
        ) from None
    make_server().start_io()
