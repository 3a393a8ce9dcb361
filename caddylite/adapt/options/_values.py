"""What options hand to the adapter, where that is not IR."""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from caddylite.caddy.logs import Log


class Bind(msgspec.Struct, frozen=True):
    """What ``bind`` and ``default_bind`` say: addresses, and the protocols served there."""

    addresses: tuple[str, ...]
    protocols: tuple[str, ...] = ()


class CustomLog(msgspec.Struct, frozen=True):
    """What ``log`` says, as directive and as option (ConfigValue kind ``custom_log``).

    ``log`` is None where nothing about the log itself is said.
    """

    name: str
    log: "Log | None" = None
    hostnames: tuple[str, ...] = ()
    no_hostname: bool = False


class ServerOptions(msgspec.Struct, frozen=True):
    """What one ``servers`` option says about the servers on an address (on all: no address).

    ``fields`` are fields of ``caddylite.http.config.Server``, by name; all the others are taken
    to be said too, as their defaults. ``log_credentials`` and ``trace`` go to the server's logs.
    """

    address: str
    fields: dict[str, Any]
    name: str = ""
    log_credentials: bool = False
    trace: bool = False
