"""The ``log`` directive."""

from msgspec.structs import replace

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.log_syntax import read_log
from caddylite.adapt.options._values import CustomLog
from caddylite.adapt.warnings import Warning_
from caddylite.caddy.logs import Log


def parse(h: Helper) -> list[ConfigValue]:
    """Log the requests of a site.

    Syntax::

        log [<logger_name>] {
            hostnames <hostnames...>
            no_hostname
            output   <writer> ...
            format   <encoder> ...
            level    <level>
            sampling {
                interval   <duration>
                first      <count>
                thereafter <count>
            }
            core     <core> ...
        }
    """
    h.next()
    name = h.opt_arg() or ""
    if name:
        h.no_more_args()
    log, others = read_log(h, is_option=False)
    if "unprintable" in others:
        h.around.warnings.append(Warning_(others.pop("unprintable")))
    is_empty = log == Log()
    if not name and not is_empty:
        number = h.state.get("log_counter", 0)
        h.state["log_counter"] = number + 1
        name = f"log{number}"
    if name:
        log = replace(log, include=(f"http.log.access.{name}",))
    return [ConfigValue("custom_log", CustomLog(name, None if is_empty else log, **others))]
