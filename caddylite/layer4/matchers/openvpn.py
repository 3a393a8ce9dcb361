"""The ``openvpn`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek, expand_early
from caddylite.layer4.options import only_options
from caddylite.registry import module

_MODES = ("auth", "crypt", "crypt2", "plain")
_SHORTEST, _LONGEST = 14, 1078
#: ``group_key_direction``: the quarter of the key that clients sign with.
_DIRECTIONS = {"": 3, "normal": 3, "inverse": 1, "bidi": 1, "bidirectional": 1}
_ONE_WORD = (
    "group_key",
    "group_key_file",
    "auth_digest",
    "group_key_direction",
    "server_key",
    "server_key_file",
)
_FLAGS = ("ignore_crypto", "ignore_timestamp")
_LISTS = {"client_key": "client_keys", "client_key_file": "client_key_files"}


@module("layer4.matchers.openvpn")
class OpenVPN(Matcher, frozen=True):
    """Matches OpenVPN clients, by their first packet (a hard reset of the client).

    Of the modes (all four unless said) one must fit. With keys the packet's signature is checked,
    and unless ``ignore_timestamp`` its time must be that of the connection, give or take 15 s.

    Syntax::

        openvpn
        openvpn {
            modes <plain|auth|crypt|crypt2...>
            ignore_crypto
            ignore_timestamp
            group_key <hex>
            group_key_file <path>
            auth_digest <name>
            group_key_direction <normal|inverse|bidi>
            server_key <base64>
            server_key_file <path>
            client_key <base64>
            client_key_file <path>
        }
    """

    modes: tuple[str, ...] = ()
    ignore_crypto: bool = False
    ignore_timestamp: bool = False
    group_key: str = ""
    group_key_file: str = ""
    auth_digest: str = ""
    group_key_direction: str = ""
    client_keys: tuple[str, ...] = ()
    client_key_files: tuple[str, ...] = ()
    server_key: str = ""
    server_key_file: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; only those for client keys may come several times."""
        given: dict[str, Any] = {}
        for option in only_options(d, cls.name, "nested blocks are not supported"):
            _refuse_twice(d, cls.name, option, given)
            if option == "modes" and 1 <= d.count_args() <= 4:
                given[option] = tuple(d.args())
            elif option in _FLAGS and not d.count_args():
                given[option] = True
            elif option in _ONE_WORD and d.count_args() == 1:
                given[option] = d.arg()
            elif option in _LISTS and d.count_args() == 1:
                given[_LISTS[option]] = (*given.get(_LISTS[option], ()), d.arg())
            else:
                raise d.arg_err()
        return cls(**given)

    def prepare(self, house: Any) -> Match:
        """Read the keys."""
        from caddylite.layer4.openvpn_rules import read_rules
        from caddylite.wire import openvpn

        modes = {expand_early(mode, house).lower() for mode in self.modes} or set(_MODES)
        if not modes.issubset(_MODES):
            raise ConfigError("invalid mode")
        direction = _DIRECTIONS.get(expand_early(self.group_key_direction, house).lower())
        if direction is None:
            raise ConfigError("invalid group key direction")
        rules = read_rules(self, direction, house)

        def fits(packet: bytes, now: float) -> bool:
            if packet[0] >> 3 == openvpn.RESET_V3:
                return "crypt2" in modes and openvpn.is_crypt_v2(packet, rules, now)
            return (
                ("plain" in modes and openvpn.is_plain(packet))
                or ("auth" in modes and openvpn.is_signed(packet, rules, now))
                or ("crypt" in modes and openvpn.is_crypt(packet, rules, now))
            )

        def match(p: Peek) -> bool:
            packet = _packet(p)
            if packet is None:
                return p.no("no OpenVPN client's first packet")
            return fits(packet, p.cx.started) or p.no("no reset that the modes and keys allow")

        return match


def _refuse_twice(d: Dispenser, name: str, option: str, given: dict[str, Any]) -> None:
    for key in ("group_key", "server_key"):
        pair = (key, f"{key}_file")
        if option in pair and pair[option == key] in given:
            raise d.err(f"{name} options '{key}' and `{key}_file` are mutually exclusive")
    if option in given:
        raise d.err(f"duplicate {name} option '{option}'")


def _packet(p: Peek) -> bytes | None:
    """Return the first packet; None as soon as it cannot be a client's reset."""
    if p.cx.is_datagram:
        packet = p.first_datagram
        size = len(packet)
    else:
        head = p.data[:2]
        if head and head[0] > _LONGEST >> 8:
            return None
        size = int.from_bytes(p.read(2), "big")
        packet = p.rest()[:size]
    if not _SHORTEST <= size <= _LONGEST:
        return None
    if not packet:
        raise NeedMore
    if packet[0] not in (7 << 3, 10 << 3) or (packet[0] == 7 << 3 and size > 86):
        return None
    if packet[0] == 10 << 3 and size < 344:
        return None
    if len(packet) < size:
        raise NeedMore
    return packet
