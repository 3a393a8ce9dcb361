"""The ``file_server`` handler."""

from caddylite.http.encoding import Precompressed
from caddylite.http.handling import Handler
from caddylite.http.weak import WeakString
from caddylite.node import Node
from caddylite.registry import module


class Browse(Node, frozen=True):
    """How the contents of a folder are listed."""

    template_file: str = ""
    reveal_symlinks: bool = False
    sort: tuple[str, ...] = ()
    file_limit: int = 0


@module("http.handlers.file_server")
class FileServer(Handler, frozen=True):
    """Serves files from a folder (``{http.vars.root}`` when none is named)."""

    fs: str = ""
    root: str = ""
    hide: tuple[str, ...] = ()
    index_names: tuple[str, ...] = ()
    browse: Browse | None = None
    canonical_uris: bool | None = None
    status_code: WeakString = WeakString("")
    pass_thru: bool = False
    precompressed: dict[str, Precompressed] = {}
    precompressed_order: tuple[str, ...] = ()
    etag_file_extensions: tuple[str, ...] = ()
