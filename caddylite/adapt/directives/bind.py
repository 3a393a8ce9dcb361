"""The ``bind`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.options.default_bind import read_bind


def parse(h: Helper) -> list[ConfigValue]:
    """Say which addresses the site listens on, and perhaps which protocols are served there.

    Syntax::

        bind <addresses...> {
            protocols h1|h2|h2c|h3...
        }
    """
    h.next()
    return [ConfigValue("bind", read_bind(h, h.args()))]
