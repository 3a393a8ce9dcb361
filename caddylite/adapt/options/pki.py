"""The ``pki`` option."""

from typing import Any, Final

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, Reader, Table, read_block, text
from caddylite.gonumbers import parse_float
from caddylite.pki.config import CA, KeyPair
from caddylite.values import Duration

DEFAULT_CA: Final = "local"


def parse(d: Dispenser, existing: Any) -> dict[str, CA]:
    """Set up certificate authorities of our own; one without an ID is the default one, ``local``.

    Syntax::

        pki {
            ca [<id>] {
                name <name>
                root_cn <name>
                intermediate_cn <name>
                intermediate_lifetime <time>
                maintenance_interval <time>
                renewal_window_ratio <ratio>
                root {
                    cert <file>
                    key <file>
                    format <format>
                }
                intermediate {
                    <as root>
                }
            }
        }
    """
    d.next()
    authorities: dict[str, CA] = {}
    for option in d.block():
        if option != "ca":
            raise d.err(f"unrecognized pki option '{option}'")
        name = d.opt_arg()
        if name is not None:
            d.no_more_args()
        fields = read_block(d, _CA, "unrecognized pki ca option '{}'")
        for pair in ("root", "intermediate"):
            if pair in fields:
                fields[pair] = KeyPair(**fields[pair])
        authorities[name or DEFAULT_CA] = CA(**fields)
    return authorities


def _time(field: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        try:
            out[field] = Duration.parse(d.arg())
        except ValueError as e:
            raise d.err(str(e)).as_is() from None

    return read


def _ratio(d: Dispenser, out: Fields) -> None:
    word = d.arg()
    try:
        ratio = parse_float(word)
    except ValueError:
        ratio = 0.0
    if ratio <= 0 or ratio > 1:
        raise d.err(f"renewal_window_ratio must be a number in (0, 1], got {word}")
    out["renewal_window_ratio"] = ratio


def _key_pair(field: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        unknown = f"unrecognized pki ca {field} option '{{}}'"
        read_block(d, _KEY_PAIR, unknown, out.setdefault(field, {}))

    return read


_KEY_PAIR: Table = {
    "cert": text("certificate"),
    "key": text("private_key"),
    "format": text("format"),
}
_CA: Table = {
    "name": text("label"),
    "root_cn": text("root_common_name"),
    "intermediate_cn": text("intermediate_common_name"),
    "intermediate_lifetime": _time("intermediate_lifetime"),
    "maintenance_interval": _time("maintenance_interval"),
    "renewal_window_ratio": _ratio,
    "root": _key_pair("root"),
    "intermediate": _key_pair("intermediate"),
}
