"""The kinds of module that more than one app holds; each is a namespace of Caddy's."""

from typing import ClassVar

from caddylite.node import Node


class App(Node, frozen=True):
    """One of Caddy's apps; its ID is its name in ``apps``."""

    namespace: ClassVar[str | None] = ""


class ListenerWrapper(Node, frozen=True):
    """Stands between a listener and the app above it (``caddy/listeners``)."""

    namespace: ClassVar[str | None] = "caddy.listeners"
    inline_key: ClassVar[str | None] = "wrapper"


class Storage(Node, frozen=True):
    """Where certificates and keys are kept (``caddy/storage``)."""

    namespace: ClassVar[str | None] = "caddy.storage"
    inline_key: ClassVar[str | None] = "module"
