"""The ``metrics`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.config import Metrics

_FLAGS = ("per_host", "observe_catchall_hosts", "otlp")


def parse(d: Dispenser, existing: Any) -> Metrics:
    """Count requests.

    Syntax::

        metrics {
            per_host
            observe_catchall_hosts
            otlp
        }
    """
    d.next()
    return read_metrics(d, _FLAGS, "unrecognized servers option '{}'")


def read_metrics(d: Dispenser, flags: tuple[str, ...], unknown: str) -> Metrics:
    """Read a block of flags."""
    found: dict[str, bool] = {}
    for option in d.block():
        if option not in flags:
            raise d.err(unknown.format(option))
        found[option] = True
    return Metrics(**found)
