"""The events app's IR (``apps.events``)."""

from typing import Annotated, ClassVar

from caddylite.kinds import App
from caddylite.node import GoType, Node
from caddylite.registry import module


class EventHandler(Node, frozen=True):
    """Does something about an event (``events.handlers``; the standard build has none)."""

    namespace: ClassVar[str | None] = "events.handlers"
    inline_key: ClassVar[str | None] = "handler"


class Subscription(Node, frozen=True):
    """Which handlers see which events of which modules (all of them, when none is named)."""

    events: tuple[str, ...] = ()
    modules: tuple[Annotated[str, GoType("caddy.ModuleID")], ...] = ()
    handlers: tuple[EventHandler, ...] = ()


@module("events")
class Events(App, frozen=True):
    """The subscriptions."""

    subscriptions: tuple[Subscription, ...] = ()
