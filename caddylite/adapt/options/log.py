"""The ``log`` option."""

from typing import Any

from caddylite.adapt.log_syntax import read_log
from caddylite.adapt.options._values import CustomLog
from caddylite.caddy.logs import Log
from caddylite.caddyfile.dispenser import Dispenser

#: The logger that takes every record, unless others are told to.
DEFAULT = "default"


def parse(d: Dispenser, existing: Any) -> list[CustomLog]:
    """Configure a logger of the whole config (the default one when it has no name).

    Syntax::

        log [<name>] {
            output   <writer> ...
            format   <encoder> ...
            level    <level>
            include  <namespaces...>
            exclude  <namespaces...>
            sampling {
                interval   <duration>
                first      <count>
                thereafter <count>
            }
            core     <core> ...
        }
    """
    d.next()
    given = d.opt_arg()
    if given is not None:
        d.no_more_args()
    name = DEFAULT if given is None else given
    if any(log.name == name for log in existing or ()):
        raise d.err(f"duplicate global log option for: {name}")
    log, others = read_log(d, is_option=True)
    if "unprintable" in others:
        why = others.pop("unprintable")
        raise d.err(f"warnings found in parsing global log options: [:0: {why}]")
    return [CustomLog(name, None if log == Log() else log, **others)]
