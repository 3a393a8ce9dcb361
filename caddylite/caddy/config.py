"""The root of a config: administration, logging, storage, apps."""

from caddylite.caddy.kinds import ConfigLoader
from caddylite.caddy.logs import Logging
from caddylite.kinds import App, Storage
from caddylite.node import Node
from caddylite.tls.kinds import Issuer
from caddylite.values import Duration


class ConfigSettings(Node, frozen=True):
    """How configs are kept and loaded."""

    persist: bool | None = None
    load: ConfigLoader | None = None
    load_delay: Duration = Duration(0)


class Identity(Node, frozen=True):
    """Who this server is towards others."""

    identifiers: tuple[str, ...] = ()
    issuers: tuple[Issuer, ...] = ()


class Permissions(Node, frozen=True):
    """What may be asked for."""

    paths: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


class Access(Node, frozen=True):
    """Who may ask for what."""

    public_keys: tuple[str, ...] = ()
    permissions: tuple[Permissions, ...] = ()


class RemoteAdmin(Node, frozen=True):
    """The administration endpoint for other machines."""

    listen: str = ""
    access_control: tuple[Access, ...] = ()


class Admin(Node, frozen=True):
    """The administration endpoint."""

    disabled: bool = False
    listen: str = ""
    enforce_origin: bool = False
    origins: tuple[str, ...] = ()
    config: ConfigSettings | None = None
    identity: Identity | None = None
    remote: RemoteAdmin | None = None


class Config(Node, frozen=True):
    """A whole config."""

    admin: Admin | None = None
    logging: Logging | None = None
    storage: Storage | None = None
    apps: dict[str, App] = {}
