"""The layer 4 app's IR."""

from caddylite.kinds import App
from caddylite.layer4.handling import Handler
from caddylite.layer4.matching import Matcher
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class Route(Node, frozen=True):
    """Handlers behind matchers: sets are OR'ed, the matchers in a set AND'ed."""

    match: tuple[dict[str, Matcher], ...] = ()
    handle: tuple[Handler, ...] = ()


class Server(Node, frozen=True):
    """Listeners that share a list of routes."""

    listen: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    matching_timeout: Duration = Duration(0)
    idle_timeout: Duration = Duration(0)


@module("layer4")
class Layer4(App, frozen=True):
    """``apps.layer4``."""

    servers: dict[str, Server] = {}
