"""Configs fetched over HTTP."""

from caddylite.caddy.kinds import ConfigLoader
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class LoaderTLS(Node, frozen=True):
    """Who we are towards the server, and whom we trust there."""

    use_server_identity: bool = False
    client_certificate_file: str = ""
    client_certificate_key_file: str = ""
    root_ca_pem_files: tuple[str, ...] = ()


@module("caddy.config_loaders.http")
class HTTP(ConfigLoader, frozen=True):
    """Asks a URL for the config; in JSON only (``admin.config.load``)."""

    method: str = ""
    url: str = ""
    header: dict[str, tuple[str, ...]] = {}
    timeout: Duration = Duration(0)
    adapter: str = ""
    tls: LoaderTLS | None = None
