"""The ``acme_server`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import (
    Fields,
    Reader,
    Table,
    exact_text,
    flag,
    more_words,
    read_block,
    table_within,
    words,
)
from caddylite.errors import ConfigError
from caddylite.http.handlers.acme_server import ACMEServer, Policy, RuleSet
from caddylite.pki.config import CA
from caddylite.values import Duration


def parse(h: Helper) -> list[ConfigValue]:
    """Serve certificates of an own CA by ACME.

    Syntax::

        acme_server [<matcher>] {
            ca         <id>
            lifetime   <duration>
            resolvers  <addresses...>
            challenges <challenges...>
            allow_wildcard_names
            allow {
                domains   <domains...>
                ip_ranges <addresses...>
            }
            deny {
                domains   <domains...>
                ip_ranges <addresses...>
            }
            sign_with_root
        }
    """
    h.next()
    matchers = h.take_matcher_set()
    h.next()
    h.no_more_args()
    fields = read_block(h, _SYNTAX, "unrecognized ACME server directive: {}")
    if "policy" in fields:
        fields["policy"] = Policy(**fields["policy"])
    out = h.route(matchers, ACMEServer(**fields))
    if "ca" in fields:
        out.append(ConfigValue("pki.ca", (fields["ca"], CA())))
    return out


def _lifetime(d: Dispenser, out: Fields) -> None:
    try:
        out["lifetime"] = Duration.parse(d.arg())
    except ValueError as e:
        raise ConfigError(str(e), d.at).as_is() from None  # Caddy does not say where


def _rules(name: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        fields: Fields = {}
        for word in d.block():
            if not d.count_args():
                raise d.arg_err()
            if word not in ("domains", "ip_ranges"):
                raise d.err(f"unrecognized '{name}' subdirective: {word}")
            fields[word] = (*fields.get(word, ()), *d.args())
        out[name] = RuleSet(**fields)

    return read


def _allow_wildcard_names(d: Dispenser, out: Fields) -> None:
    out["allow_wildcard_names"] = True


_SYNTAX: Table = {
    "ca": exact_text("ca"),
    "lifetime": _lifetime,
    "resolvers": words("resolvers", "must specify at least one resolver address"),
    "challenges": more_words("challenges"),
    **table_within(
        "policy",
        {
            "allow_wildcard_names": _allow_wildcard_names,
            "allow": _rules("allow"),
            "deny": _rules("deny"),
        },
    ),
    "sign_with_root": flag("sign_with_root"),
}
