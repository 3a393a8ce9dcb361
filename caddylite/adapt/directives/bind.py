"""The ``bind`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.options._values import Bind


def parse(h: Helper) -> list[ConfigValue]:
    """Say which addresses the site listens on, and perhaps which protocols are served there.

    Syntax::

        bind <addresses...> {
            protocols h1|h2|h2c|h3...
        }
    """
    h.next()
    addresses = h.args()
    protocols: list[str] = []
    for option in h.block():
        if option != "protocols":
            raise h.err(f"unknown subdirective: {option}")
        protocols = h.args()
        if not protocols:
            raise h.err("protocols requires one or more arguments")
    return [ConfigValue("bind", Bind(tuple(addresses), tuple(protocols)))]
