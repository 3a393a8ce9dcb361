"""The app that names file systems (``apps["caddy.filesystems"]``)."""

from typing import Annotated

import msgspec

from caddylite.kinds import App, Filesystem
from caddylite.node import ALWAYS, Node
from caddylite.registry import module


class NamedFilesystem(Node, frozen=True):
    """A file system and the name that ``fs`` calls it by."""

    label: str = msgspec.field(default="", name="name")
    file_system: Filesystem | None = None


@module("caddy.filesystems")
class Filesystems(App, frozen=True):
    """The named file systems."""

    filesystems: Annotated[tuple[NamedFilesystem, ...], ALWAYS] = ()
