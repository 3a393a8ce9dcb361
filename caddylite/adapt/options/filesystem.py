"""The ``filesystem`` option."""

from typing import Any

from caddylite.caddy.filesystems import Filesystems, NamedFilesystem
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.kinds import Filesystem


def parse(d: Dispenser, existing: Any) -> Filesystems:
    """Name a file system, for ``fs`` to use; given several times, each names one more.

    Syntax::

        filesystem <name> <module> <options...>
    """
    d.next()
    name = d.arg()
    d.arg()
    named = NamedFilesystem(name, load_module(d, Filesystem))
    earlier = existing.filesystems if isinstance(existing, Filesystems) else ()
    return Filesystems((*earlier, named))
