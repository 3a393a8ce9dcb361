"""The ``tracing`` handler."""

from typing import Annotated

from caddylite.http.handling import Handler
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("http.handlers.tracing")
class Tracing(Handler, frozen=True):
    """Traces requests with OpenTelemetry; the rest of its settings are environment variables."""

    span: Annotated[str, ALWAYS] = ""
    span_attributes: dict[str, str] = {}
