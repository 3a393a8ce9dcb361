"""The ``events`` option."""

from typing import Any

from caddylite.adapt.options import AppOption
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.events.config import EventHandler, Events, Subscription


def parse(d: Dispenser, existing: Any) -> AppOption:
    """Let handlers see events; ``*`` is every event.

    Syntax::

        events {
            on <event> <handler> <options...>
        }
    """
    d.next()
    subscriptions: list[Subscription] = []
    for option in d.block():
        if option != "on":
            raise d.arg_err()
        event = d.arg()
        d.arg()
        handler = load_module(d, EventHandler)
        subscriptions.append(
            Subscription(events=("" if event == "*" else event,), handlers=(handler,))
        )
    return AppOption("events", Events(tuple(subscriptions)))
