"""The ``random_choose`` selection policy."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.gonumbers import parse_int
from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.random_choose")
class RandomChoose(SelectionPolicy, frozen=True):
    """The one with the fewest connections among so many (2 unless said) picked by chance.

    Syntax::

        random_choose [<count>]
    """

    choose: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the count."""
        d.next()
        if d.count_args() > 1:
            raise d.arg_err()
        choose = 0
        if d.next_arg():
            try:
                choose = parse_int(d.val, 32)
            except ValueError as e:
                raise ConfigError(str(e), d.at).as_is() from None
        cls.no_block(d)
        return cls(choose)
