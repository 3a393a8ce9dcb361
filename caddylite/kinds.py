"""The kinds of module that more than one app holds; each is a namespace of Caddy's."""

from typing import ClassVar

from caddylite.errors import ConfigError
from caddylite.node import Node

NULL_MODULE = "module value cannot be null"


def refuse_null(module: Node) -> None:
    """Complain of a module of a map that its Caddyfile gives no value: its JSON is null."""
    if module.transparent and getattr(module, module.__struct_fields__[0]) is None:
        raise ConfigError(f"module name '{module.name}': {NULL_MODULE}").as_is()


class App(Node, frozen=True):
    """One of Caddy's apps; its ID is its name in ``apps``."""

    namespace: ClassVar[str | None] = ""


class ListenerWrapper(Node, frozen=True):
    """Stands between a listener and the app above it (``caddy/listeners``)."""

    namespace: ClassVar[str | None] = "caddy.listeners"
    inline_key: ClassVar[str | None] = "wrapper"


class PacketConnWrapper(Node, frozen=True):
    """The like for datagrams (``caddy/packetconns``; the standard build has none)."""

    namespace: ClassVar[str | None] = "caddy.packetconns"
    inline_key: ClassVar[str | None] = "wrapper"


class Storage(Node, frozen=True):
    """Where certificates and keys are kept (``caddy/storage``)."""

    namespace: ClassVar[str | None] = "caddy.storage"
    inline_key: ClassVar[str | None] = "module"


class NetworkProxy(Node, frozen=True):
    """Which proxy outgoing requests go through (``caddy/network_proxy``)."""

    namespace: ClassVar[str | None] = "caddy.network_proxy"
    inline_key: ClassVar[str | None] = "from"


class DNSProvider(Node, frozen=True):
    """Who can write DNS records for us (``dns/providers``; the standard build has none)."""

    namespace: ClassVar[str | None] = "dns.providers"
    inline_key: ClassVar[str | None] = "name"


class Filesystem(Node, frozen=True):
    """Where files are served from (``caddy/fs``; the standard build has none)."""

    namespace: ClassVar[str | None] = "caddy.fs"
    inline_key: ClassVar[str | None] = "backend"
