"""The ``socks5`` handler."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handling import Handler
from caddylite.layer4.options import only_options, refuse_twice, take_word
from caddylite.registry import module


@module("layer4.handlers.socks5")
class Socks5(Handler, frozen=True):
    """Serves as a SOCKS5 proxy (RFC 1928, 1929).

    CONNECT and ASSOCIATE are served unless ``commands`` says otherwise. With credentials a client
    must bring one of them.

    Syntax::

        socks5 {
            bind_ip <address>
            commands <CONNECT|ASSOCIATE|BIND...>
            credentials <name> <password> [<name> <password>...]
        }
    """

    commands: tuple[str, ...] = ()
    bind_ip: str = ""
    credentials: dict[str, str] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; ``bind_ip`` at most once."""
        given: dict[str, Any] = {}
        for option in only_options(d, cls.name):
            if option == "bind_ip":
                refuse_twice(d, cls.name, option, given)
                given[option] = take_word(d)
            elif option == "commands":
                given[option] = (*given.get(option, ()), *d.some_args())
            elif option == "credentials":
                if not d.count_args() or d.count_args() % 2:
                    raise d.arg_err()
                words = d.args()
                pairs = dict(zip(words[::2], words[1::2], strict=True))
                given[option] = given.get(option, {}) | pairs
            else:
                raise d.arg_err()
        return cls(**given)
