"""The global option ``layer4``."""

from typing import Any

from caddylite.adapt.options import AppOption
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.config import Layer4
from caddylite.layer4.syntax import parse_server


def parse(d: Dispenser, existing: Any) -> AppOption:
    """Read the servers of the layer 4 app; several ``layer4`` options are one.

    Syntax::

        layer4 {
            <addresses...> {
                @<name> <matcher> <arguments...>
                route [<@names...>] {
                    <handlers...>
                }
                matching_timeout <duration>
                idle_timeout <duration>
            }
        }
    """
    servers = dict(existing.config.servers) if existing is not None else {}
    d.next()
    if d.count_args():
        raise d.arg_err()
    for _ in d.block():
        servers[f"srv{len(servers)}"] = parse_server(d)
    return AppOption("layer4", Layer4(servers=servers))
