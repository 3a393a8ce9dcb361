"""The ``socks4`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.addresses import address_test, take_ranges
from caddylite.layer4.matching import Match, Matcher, Peek, expand_early
from caddylite.layer4.options import only_options, take_numbers
from caddylite.registry import module
from caddylite.values import UInt16

_COMMANDS = {"CONNECT": 1, "BIND": 2}


@module("layer4.matchers.socks4")
class Socks4(Matcher, frozen=True):
    """Matches connections that open with a SOCKS4 or SOCKS4a request.

    Without options any command, destination network and port will do.

    Syntax::

        socks4
        socks4 {
            commands <CONNECT|BIND...>
            networks <addresses, CIDR ranges or "private_ranges"...>
            ports <ports...>
        }
    """

    commands: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    ports: tuple[UInt16, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; each may come several times."""
        commands: list[str] = []
        networks: list[str] = []
        ports: list[int] = []
        for option in only_options(d, cls.name):
            if option == "commands":
                commands += d.some_args()
            elif option == "networks":
                networks += take_ranges(d)
            elif option == "ports":
                ports += take_numbers(d, 16)
            else:
                raise d.arg_err()
        return cls(tuple(commands), tuple(networks), tuple(ports))

    def prepare(self, house: Any) -> Match:
        """Resolve the commands and parse the networks."""
        commands = {_command(word, house) for word in self.commands} or {1, 2}
        inside = address_test(self.networks, house)

        def match(p: Peek) -> bool:
            if p.byte() != 4:
                return p.no("not SOCKS version 4")
            if p.byte() not in commands:
                return p.no("another SOCKS4 command")
            port = p.read(2)
            if self.ports and int.from_bytes(port, "big") not in self.ports:
                return p.no("another destination port")
            address = ".".join(str(byte) for byte in p.read(4))
            if self.networks and not inside(address):
                return p.no(f"{address} is in none of the networks")
            return True

        return match


def _command(word: str, house: Any) -> int:
    number = _COMMANDS.get(expand_early(word, house).upper())
    if number is None:
        raise ConfigError(f'unknown command "{word}" has to be one of ["CONNECT", "BIND"]')
    return number
