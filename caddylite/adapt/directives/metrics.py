"""The ``metrics`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import quote
from caddylite.http.handlers.metrics import Metrics


def handler(h: Helper) -> Metrics:
    """Serve the metrics for Prometheus to read.

    Syntax::

        metrics [<matcher>] {
            disable_openmetrics
        }
    """
    h.next()
    if h.args():
        raise h.arg_err()
    disable = False
    for option in h.block():
        if option != "disable_openmetrics":
            raise h.err(f"unrecognized subdirective {quote(option)}")
        disable = True
    return Metrics(disable)
