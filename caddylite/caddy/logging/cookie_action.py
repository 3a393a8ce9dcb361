"""What the filters of cookies do to one of them."""

from typing import Annotated

from msgspec import field

from caddylite.caddy.logging.actions import read_actions
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import ALWAYS, Node


class CookieAction(Node, frozen=True):
    """What is done to one cookie."""

    type: Annotated[str, ALWAYS] = ""
    cookie: Annotated[str, ALWAYS] = field(default="", name="name")
    value: str = ""


def read_cookie_actions(d: Dispenser) -> tuple[CookieAction, ...] | None:
    """Read a block of actions; None if there is none."""
    return tuple(CookieAction(*action) for action in read_actions(d)) or None
