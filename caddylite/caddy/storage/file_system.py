"""Storage in a directory."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import Storage
from caddylite.registry import module


@module("caddy.storage.file_system")
class FileSystem(Storage, frozen=True):
    """Keeps things in files below a directory.

    Syntax::

        storage file_system [<directory>] {
            root <directory>
        }
    """

    root: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the directory, from the line or the block."""
        d.next()
        root = d.opt_arg() or ""
        d.no_more_args()
        for option in d.block():
            if option != "root":
                raise d.err(f"unrecognized parameter '{option}'")
            word = d.arg()
            if root:
                raise d.err("root already set")
            root = word
            d.no_more_args()
        if not root:
            raise d.err("missing root path (to use default, omit storage config entirely)")
        return cls(root)
