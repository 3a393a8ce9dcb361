"""``caddylite validate``: would this config start?"""

import click

from caddylite.cli import _configs


@click.command()
@_configs.config_options
@_configs.pass_over_arguments
def command(config: str, adapter: str, envfile: tuple[str, ...]) -> None:
    """Load and provision a config without starting it, and say what is wrong with it."""
    from caddylite.errors import ConfigError
    from caddylite.runtime.check import check, check_before

    source = _configs.load_source(config, adapter, envfile)
    try:
        compiled = _configs.compile_source(source)
    except ConfigError as e:
        if not source.adapter and e.path:
            check_before(source)
        raise
    check(compiled, source)
    click.echo("Valid configuration")
