"""The issuer that speaks ACME (RFC 8555)."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import (
    Fields,
    Table,
    exact_text,
    flag,
    integer,
    read_block,
    table_within,
    within,
)
from caddylite.kinds import NetworkProxy
from caddylite.registry import module
from caddylite.tls.automation import ChainPreference, ExternalAccount
from caddylite.tls.challenge_lines import DNS_LINES, build_challenges, read_dns
from caddylite.tls.challenges import Challenges
from caddylite.tls.kinds import Issuer
from caddylite.tls.preferred_chains import parse_preferred_chains
from caddylite.values import Duration


@module("tls.issuance.acme")
class ACMEIssuer(Issuer, frozen=True):
    """Gets certificates from an ACME CA (Let's Encrypt when none is named).

    Syntax::

        issuer acme [<directory_url>] {
            dir                 <directory_url>
            test_dir            <test_directory_url>
            email               <email>
            profile             <profile>
            timeout             <duration>
            lifetime            <duration>
            disable_http_challenge
            disable_tlsalpn_challenge
            distributed         false
            alt_http_port       <port>
            alt_tlsalpn_port    <port>
            eab                 <key_id> <mac_key>
            trusted_roots       <pem_files...>
            dns                 [<provider> ...]
            propagation_delay   <duration>
            propagation_timeout <duration>
            resolvers           <addresses...>
            dns_ttl             <duration>
            dns_challenge_override_domain <domain>
            preferred_chains    smallest
            preferred_chains {
                root_common_name <names...>
                any_common_name  <names...>
            }
        }
    """

    ca: str = ""
    test_ca: str = ""
    email: str = ""
    profile: str = ""
    account_key: str = ""
    external_account: ExternalAccount | None = None
    acme_timeout: Duration = Duration(0)
    challenges: Challenges | None = None
    trusted_roots_pem_files: tuple[str, ...] = ()
    preferred_chains: ChainPreference | None = None
    certificate_lifetime: Duration = Duration(0)
    network_proxy: NetworkProxy | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the directory's URL and the block."""
        d.next()
        fields: Fields = {}
        if d.next_arg():
            fields["ca"] = d.val
            d.no_more_args()
        read_block(d, _SYNTAX, "unrecognized ACME issuer property: {}", fields)
        if "challenges" in fields:
            fields["challenges"] = build_challenges(fields["challenges"])
        return cls(**fields)


def _lifetime(d: Dispenser, out: Fields) -> None:
    (word,) = d.exactly()
    try:
        lifetime = Duration.parse(word)
    except ValueError as e:
        raise d.err(f"invalid lifetime {word}: {e}") from None
    if lifetime < 0:
        raise d.err(f"lifetime must be >= 0: {lifetime.text}")
    out["certificate_lifetime"] = lifetime


def _timeout(d: Dispenser, out: Fields) -> None:
    (word,) = d.exactly()
    try:
        out["acme_timeout"] = Duration.parse(word)
    except ValueError as e:
        raise d.err(f"invalid timeout duration {word}: {e}") from None


def _dir(d: Dispenser, out: Fields) -> None:
    if out.get("ca"):
        raise d.err(f"directory is already specified: {out['ca']}")
    (out["ca"],) = d.exactly()


def _distributed(d: Dispenser, out: Fields) -> None:
    if d.arg() != "false":
        raise d.err("only accepted value is 'false'")
    out["distributed"] = False


def _eab(d: Dispenser, out: Fields) -> None:
    key_id, mac_key = d.exactly(2)
    out["external_account"] = ExternalAccount(key_id, mac_key)


def _trusted_roots(d: Dispenser, out: Fields) -> None:
    out["trusted_roots_pem_files"] = tuple(d.args())


def _preferred_chains(d: Dispenser, out: Fields) -> None:
    out["preferred_chains"] = parse_preferred_chains(d)


def _override_domain(d: Dispenser, out: Fields) -> None:
    found = d.args()
    if len(found) != 1:
        raise d.arg_err()
    (out["override_domain"],) = found


_PORT = "invalid port {}: {}"
_CHALLENGES: Table = {
    "disable_http_challenge": within("http", flag("disabled")),
    "disable_tlsalpn_challenge": within("tls_alpn", flag("disabled")),
    "distributed": _distributed,
    "alt_http_port": within("http", integer("alternate_port", _PORT)),
    "alt_tlsalpn_port": within("tls_alpn", integer("alternate_port", _PORT)),
    "dns": within("dns", read_dns),
    **table_within("dns", DNS_LINES),
    "dns_challenge_override_domain": within("dns", _override_domain),
}
_SYNTAX: Table = {
    "lifetime": _lifetime,
    "dir": _dir,
    "test_dir": exact_text("test_ca"),
    "email": exact_text("email"),
    "profile": exact_text("profile"),
    "timeout": _timeout,
    "eab": _eab,
    "trusted_roots": _trusted_roots,
    "preferred_chains": _preferred_chains,
    **table_within("challenges", _CHALLENGES),
}
