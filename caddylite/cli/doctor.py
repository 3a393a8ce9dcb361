"""``caddylite doctor``: is an OpenConnect VPN behind this config set up right, on both sides?"""

import json
import sys
from dataclasses import asdict

import click

from caddylite.cli import _configs


@click.command()
@_configs.config_options
@click.option("--vpn", required=True, metavar="NAME", help="The name that VPN clients connect to")
@click.option("--ocserv-conf", default="", metavar="FILE", help="ocserv's own configuration")
@click.option("-l", "--listen", default="", help="The listener they come to (default: port 443)")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    vpn: str,
    ocserv_conf: str,
    listen: str,
    as_json: bool,
) -> None:
    """Examine names, PROXY protocol, DTLS, certificate and MTU of an OpenConnect set-up.

    Nothing is opened but the files. The exit status is 1 if something will not work.
    """
    from caddylite.testing.doctor import FAIL, OcservConf, examine

    lab = _configs.lab_of(_configs.load_source(config, adapter, envfile, quiet=True))
    conf = OcservConf.read(ocserv_conf) if ocserv_conf else None
    answers = list(examine(lab, vpn, conf, listen))
    if as_json:
        click.echo(json.dumps([asdict(a) for a in answers], indent=2, ensure_ascii=False))
    else:
        colours = {"ok": "green", "warn": "yellow", "fail": "red", "info": "cyan"}
        width = max(len(a.about) for a in answers)
        for a in answers:
            click.secho(f"{a.status:<4}  ", fg=colours[a.status], nl=False)
            click.echo(f"{a.about.ljust(width)}  {a.text}" + (f" ({a.at})" if a.at else ""))
            if a.todo:
                click.echo(f"{' ' * (width + 8)}→ {a.todo}")
    if any(a.status == FAIL for a in answers):
        sys.exit(1)
