"""Named routes: ``&(name) { … }`` at the top of a file, run by ``invoke``."""

from collections import deque

from caddylite.adapt.helper import Helper, Surroundings
from caddylite.adapt.shorthands import expand_shorthands
from caddylite.adapt.sites import SitePart
from caddylite.caddyfile.parser import Block
from caddylite.errors import ConfigError
from caddylite.http.route import Route


class NamedRoutes:
    """The named routes of a file, and which of them invoke which others."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.invoked: dict[str, list[str]] = {}

    def used_by(self, parts: list[SitePart]) -> dict[str, Route]:
        """Return the routes that sites invoke, directly or through others."""
        out: dict[str, Route] = {}
        for part in parts:
            names = deque(v.value for v in part.pile.get("named_route", ()))
            while names:
                name = names.popleft()
                if name in out:
                    continue
                if name not in self.routes:
                    raise ConfigError(f"cannot invoke named route '{name}', which was not defined")
                out[name] = self.routes[name]
                names.extend(self.invoked.get(name, ()))
        return out


def take_named_routes(
    blocks: list[Block], around: Surroundings
) -> tuple[list[Block], NamedRoutes]:
    """Read the named routes; return the other blocks and them.

    They count their groups from 0, and keep notes of their own.
    """
    named = NamedRoutes()
    inner = Surroundings(around.options, {}, around.warnings)
    for block in blocks:
        if block.is_named_route and block.segments:
            _read(block, named, inner)
    return [b for b in blocks if not b.is_named_route], named


def _read(block: Block, named: NamedRoutes, around: Surroundings) -> None:
    for segment in block.segments:
        expand_shorthands(segment)
    words = [token for segment in block.segments for token in segment]
    h = Helper(words, around, block_state=around.state, site=block.segments)
    subroute = h.subroute()
    name = block.keys[0].text
    if len(subroute.routes) == 1 and not subroute.routes[0].match:
        route = Route(handle=subroute.routes[0].handle[:1])
    else:
        route = Route(handle=(subroute,))
    if name in named.routes:
        raise ConfigError(
            f"cannot have duplicate named_routes: {name}", block.keys[0].span
        ).as_is()
    named.routes[name] = route
    if around.invoked:
        named.invoked[name] = list(around.invoked)
        around.invoked.clear()
