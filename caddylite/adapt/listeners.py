"""Which site is served where: sites with the same listeners become one server.

Every address of a site means one or more listener addresses: the port is the address's own or
follows from its scheme, the host is what ``bind`` says. A site is cut into parts where its
addresses are served on different listeners; listeners that serve the very same parts are joined.
"""

from collections.abc import Iterable

import msgspec

from caddylite.adapt.addresses import Address, parse_address
from caddylite.adapt.options._values import Bind
from caddylite.adapt.ports import Ports
from caddylite.adapt.sites import Site, SitePart, utf8
from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress, join_network_address, split_network_address

#: A listener address and a protocol to serve there ("" means: the default protocols).
Door = tuple[str, str]

_ANYWHERE = (Bind(("",)),)


class Pairing(msgspec.Struct, eq=False):
    """The listener addresses with their protocols, and the parts of sites served there."""

    listeners: dict[str, tuple[str, ...]]
    parts: list[SitePart]


def pair_sites(sites: list[Site], options: dict[str, object]) -> list[Pairing]:
    """Say which parts of which sites are served on which listeners."""
    doors: dict[Door, list[tuple[int, tuple[int, ...]]]] = {}
    addresses: list[list[Address]] = []
    finder = _ListenerFinder(options)
    for number, site in enumerate(sites):
        parsed, keys = _keys_by_door(number, site, finder)
        addresses.append(parsed)
        for door, indices in keys.items():
            doors.setdefault(door, []).append((number, tuple(indices)))
    return _join_doors(doors, sites, addresses)


def _keys_by_door(
    number: int, site: Site, finder: "_ListenerFinder"
) -> tuple[list[Address], dict[Door, list[int]]]:
    """Parse a site's keys and say which of them are served at which door."""
    parsed: list[Address] = []
    doors: dict[Door, list[int]] = {}
    for index, key in enumerate(site.block.keys):
        try:
            address = parse_address(key.text)
        except ConfigError as e:
            raise ConfigError(f"parsing key: {e}", key.span, e.hint).as_is() from None
        try:
            found = finder.doors(site, address)
        except ConfigError as e:
            where = f"server block {number}, key {index} ({key.text}): "
            message = f"{where}determining listener address: {e}"
            raise ConfigError(message, key.span, e.hint).as_is() from None
        parsed.append(address)
        for door in found:
            doors.setdefault(door, []).append(index)
    return parsed, doors


def _join_doors(
    doors: dict[Door, list[tuple[int, tuple[int, ...]]]],
    sites: list[Site],
    addresses: list[list[Address]],
) -> list[Pairing]:
    """Join the doors that serve the same; each address's later protocols leave an empty pairing.

    (Caddy looks such a protocol up again after it was joined, and finds no site: an empty server.)
    """
    by_parts: dict[tuple[tuple[int, tuple[int, ...]], ...], list[Door]] = {}
    in_order = sorted(doors, key=lambda d: (utf8(d[0]), utf8(d[1])))
    for door in in_order:
        by_parts.setdefault(tuple(doors[door]), []).append(door)
    out: list[Pairing] = []
    claimed: dict[Door, str] = {}
    for door in in_order:
        if door in claimed:
            if claimed[door] == door[0]:
                out.append(Pairing({}, []))
            continue
        parts = doors[door]
        joined = by_parts[tuple(parts)]
        claimed.update(dict.fromkeys(joined, door[0]))
        out.append(Pairing(_listeners(joined), [_part(p, sites, addresses) for p in parts]))
    return out


def _part(
    part: tuple[int, tuple[int, ...]], sites: list[Site], addresses: list[list[Address]]
) -> SitePart:
    number, indices = part
    keys = sites[number].block.keys
    return SitePart(
        sites[number], [keys[i].text for i in indices], [addresses[number][i] for i in indices]
    )


def _listeners(doors: Iterable[Door]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for address, protocol in doors:
        out[address] = (*out.get(address, ()), protocol)
    return out


class _ListenerFinder:
    """Finds the doors of an address; the same ``bind`` and port are looked at once."""

    def __init__(self, options: dict[str, object]) -> None:
        self.ports = Ports.of(options)
        self.default = options.get("default_bind")
        self.known: dict[tuple[str, str], str] = {}

    def doors(self, site: Site, address: Address) -> list[Door]:
        """Return the doors of one address of a site."""
        port = self._port(address)
        listeners: dict[str, tuple[str, ...]] = {}
        for bind in self._binds(site):
            for place in bind.addresses:
                # the last word about a listener counts
                listeners[self._listener(place, port)] = bind.protocols
        return [
            (listener, protocol)
            for listener, protocols in listeners.items()
            for protocol in dict.fromkeys(protocols or ("",))
        ]

    def _binds(self, site: Site) -> Iterable[Bind]:
        values = site.pile.get("bind")
        if values:
            return [v.value for v in values]
        if isinstance(self.default, list):
            return self.default
        return _ANYWHERE

    def _port(self, address: Address) -> str:
        """Return the port an address is served on, if its scheme can be served there."""
        scheme = address.scheme
        if scheme in ("ws", "wss"):
            instead = "https" if scheme == "wss" else "http"
            raise ConfigError(
                f"the scheme {scheme}:// is only supported in browsers; use {instead}:// instead"
            )
        if scheme not in ("", "http", "https"):
            raise ConfigError(f"unsupported URL scheme {scheme}://")
        ports = self.ports
        port = address.port or (ports.http if scheme == "http" else ports.https)
        if (scheme, port) in (("http", ports.https), ("https", ports.http)):
            raise ConfigError(f"[{address}] scheme and port violate convention")
        return port

    def _listener(self, place: str, port: str) -> str:
        known = self.known.get((place, port))
        if known is None:
            known = self.known[place, port] = _join(place, port)
        return known


def _join(place: str, port: str) -> str:
    try:
        network, host, _ = split_network_address(place)
    except ValueError as e:
        raise ConfigError(f"splitting listener address: {e}") from None
    try:
        return str(NetworkAddress.parse(join_network_address(network, host, port)))
    except ValueError as e:
        raise ConfigError(f"parsing network address: {e}") from None
