"""The ``rdp`` matcher."""

from collections.abc import Callable
from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.gonumbers import parse_uint
from caddylite.layer4.addresses import address_test, take_ranges
from caddylite.layer4.matching import (
    Connection,
    Match,
    Matcher,
    NeedMore,
    Peek,
    expand_early,
)
from caddylite.layer4.options import only_options
from caddylite.registry import module
from caddylite.values import UInt16

#: The longest hash and info that there is room for.
_HASH_LIMIT, _INFO_LIMIT = 230, 246
#: Options by subject; those of different subjects cannot be combined.
_SUBJECTS = {
    "cookie_hash": "hash",
    "cookie_hash_regexp": "hash",
    "cookie_ip": "token",
    "cookie_port": "token",
    "custom_info": "info",
    "custom_info_regexp": "info",
}


@module("layer4.matchers.rdp")
class RDP(Matcher, frozen=True):
    """Matches connections of RDP clients, by their X.224 connection request (MS-RDPBCGR 2.2.1.1).

    It sets ``{l4.rdp.cookie_hash}`` (the user's name, cut short), ``{l4.rdp.cookie_ip}`` and
    ``{l4.rdp.cookie_port}`` (of a routing token), ``{l4.rdp.custom_info}`` (any other line) and
    ``{l4.rdp.correlation_id}``.

    Syntax::

        rdp
        rdp {
            cookie_hash <name>
            cookie_hash_regexp <pattern>
        }
        rdp {
            cookie_ip <addresses, CIDR ranges or "private_ranges"...>
            cookie_port <ports...>
        }
        rdp {
            custom_info <text>
            custom_info_regexp <pattern>
        }
    """

    cookie_hash: str = ""
    cookie_hash_regexp: str = ""
    cookie_ips: tuple[str, ...] = ()
    cookie_ports: tuple[UInt16, ...] = ()
    custom_info: str = ""
    custom_info_regexp: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options of one subject."""
        given: dict[str, Any] = {}
        subject = ""
        for option in only_options(d, cls.name):
            wanted = _SUBJECTS.get(option)
            if wanted is None:
                raise d.arg_err()
            if subject not in ("", wanted):
                raise d.err(f"{cls.name} option '{option}' {_not_with(option)}")
            if subject and wanted != "token":
                raise d.err(f"duplicate {cls.name} option '{option}'")
            subject = wanted
            if option == "cookie_ip":
                given["cookie_ips"] = (*given.get("cookie_ips", ()), *take_ranges(d))
            elif option == "cookie_port":
                given["cookie_ports"] = (*given.get("cookie_ports", ()), *_ports(d, cls.name))
            elif d.count_args() != 1:
                raise d.arg_err()
            else:
                given[option] = d.arg()
        return cls(**given)

    def prepare(self, house: Any) -> Match:
        """Compile the expressions and parse the ranges."""
        from caddylite.wire import rdp

        inside = address_test(self.cookie_ips, house)
        cookie_fits = _text_test(self.cookie_hash, self.cookie_hash_regexp, _HASH_LIMIT, house)
        info_fits = _text_test(self.custom_info, self.custom_info_regexp, _INFO_LIMIT, house)

        def match(p: Peek) -> bool:
            found = rdp.read(p.data)
            if isinstance(found, rdp.Incomplete):
                raise NeedMore(committed=found.committed)
            if isinstance(found, rdp.NotRDP):
                return p.no(found.why)
            _name(found, p.cx)
            if not cookie_fits(found.cookie, p.cx):
                return p.no("another RDP cookie")
            if self.cookie_ips or self.cookie_ports:
                if found.token is None or (self.cookie_ips and not inside(found.token[0])):
                    return p.no("another address in the RDP token")
                if self.cookie_ports and found.token[1] not in self.cookie_ports:
                    return p.no("another port in the RDP token")
            return info_fits(found.info, p.cx) or p.no("another line in the RDP request")

        return match


def _not_with(option: str) -> str:
    partner = {"cookie_ip": "cookie_port", "cookie_port": "cookie_ip"}.get(option)
    if partner is None:
        return "can't be combined with other options"
    return f"can only be combined with '{partner}' option"


def _ports(d: Dispenser, name: str) -> list[int]:
    if not d.count_args():
        raise d.arg_err()
    out = []
    while d.next_arg():
        try:
            out.append(parse_uint(d.val, 16))
        except ValueError as e:
            raise d.err(f"parsing {name} option 'cookie_port': {e}") from None
    return out


def _text_test(
    wanted: str, pattern: str, limit: int, house: Any
) -> Callable[[str | None, Connection], bool]:
    """Return the test for a text that must equal one and match another, where they are given."""
    from caddylite import regexps

    try:
        expression = regexps.compile(expand_early(pattern, house))
    except ValueError as e:
        raise ConfigError(str(e)) from None

    def test(text: str | None, cx: Connection) -> bool:
        expected = cx.expand(wanted)[:limit]
        if not expected and not pattern:
            return True
        if text is None or (expected and text != expected):
            return False
        return not pattern or expression.matches(text)

    return test


def _name(request: Any, cx: Connection) -> None:
    """Set the placeholders."""
    names = cx.placeholders
    if request.cookie is not None:
        names["l4.rdp.cookie_hash"] = request.cookie
    if request.token is not None:
        names["l4.rdp.cookie_ip"], names["l4.rdp.cookie_port"] = request.token
    if request.info is not None:
        names["l4.rdp.custom_info"] = request.info
    if request.correlation is not None:
        from base64 import b64encode

        names["l4.rdp.correlation_id"] = b64encode(request.correlation).decode()
