"""What Caddy refuses in the addresses of HTTP servers."""

from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.http.config import HTTP, Server
from caddylite.netaddr import NetworkAddress, join_network_address, split_host_port
from caddylite.placeholders import Lookup, PlaceholderError, replace_all, replace_or_err


def check_servers(app: HTTP, lookup: Lookup) -> None:
    """Complain of addresses whose placeholders have no value, and of lists that do not fit."""
    for name, server in sorted(app.servers.items()):
        try:
            _check_server(server, lookup)
        except ConfigError as e:
            raise e.wrap(f"server {name}") from None


def _check_server(server: Server, lookup: Lookup) -> None:
    wanted, given = len(server.listen), len(server.listen_protocols)
    if given and given != wanted:
        raise ConfigError(
            f": listener protocols count does not match address count: {given} != {wanted}"
        )
    for position, address in enumerate(server.listen):
        try:
            replace_or_err(address, lookup)
        except PlaceholderError as e:
            raise ConfigError(f", listener {position}: {e}") from None


def check_listeners(app: HTTP, lookup: Lookup) -> None:
    """Complain of addresses that are none, and of one that is named twice, by any servers."""
    owners: dict[str, str] = {}
    for name, server in sorted(app.servers.items()):
        for text in server.listen:
            for address in _each(replace_all(text, lookup)):
                if address in owners:
                    raise InvalidConfiguration(
                        f"server {name}: listener address repeated: {address} "
                        f"(already claimed by server '{owners[address]}')"
                    )
                owners[address] = name
        for host in server.logs.logger_names if server.logs is not None else ():
            if _has_port(host):
                raise InvalidConfiguration(
                    f"server {name}: logger name must not have a port: {host}"
                )


def _each(text: str) -> list[str]:
    """Return every address of a range, as Caddy writes them."""
    try:
        address = NetworkAddress.parse(text)
    except ValueError as e:
        raise InvalidConfiguration(f"invalid listener address '{text}': {e}") from None
    ports = range(address.start_port, address.end_port + 1)
    return [join_network_address(address.network, address.host, str(p)) for p in ports]


def _has_port(host: str) -> bool:
    try:
        split_host_port(host)
    except ValueError:
        return False
    return True
