"""The ``metrics`` handler."""

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.metrics")
class Metrics(Handler, frozen=True):
    """Answers with the metrics, in OpenMetrics form if the client wants it and may have it."""

    disable_openmetrics: bool = False
