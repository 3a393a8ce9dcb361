"""``caddylite replay``: the clients of a capture through a config."""

import json
from collections import Counter

import click

from caddylite.cli import _configs


@click.command()
@click.argument("capture", type=click.Path())
@_configs.config_options
@click.option("-l", "--listen", default="", help="The listener all go to (else: by port)")
@click.option("-v", "--verbose", is_flag=True, help="Print each client")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON")
def command(
    capture: str,
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    listen: str,
    verbose: bool,
    as_json: bool,
) -> None:
    """Put every first flight in CAPTURE (pcap or pcapng) through a config, and count the ends."""
    from caddylite.layer4.matching import address_text
    from caddylite.testing.replaying import replay

    lab = _configs.lab_of(_configs.load_source(config, adapter, envfile, quiet=True))
    counts: Counter[str] = Counter()
    for found in replay(lab, capture, listen):
        counts[found.words] += 1
        if verbose and not as_json:
            size = len(found.client.data)
            click.echo(f"{address_text(found.client.remote)}  {size} bytes  {found.words}")
    if as_json:
        click.echo(json.dumps(dict(counts.most_common()), indent=2, ensure_ascii=False))
        return
    for words, count in counts.most_common():
        click.echo(f"{count:>6}  {words}")
    click.echo(f"{sum(counts.values()):>6}  clients in {capture}")
