"""The ``tls`` directive."""

from typing import Any

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.implicit_issuers import implicit_issuers
from caddylite.adapt.tls_lines import LINES
from caddylite.caddyfile.options import Fields
from caddylite.tls.automation import ExternalAccount
from caddylite.tls.certificates.load_files import CertKeyFilePair, LoadFiles
from caddylite.tls.certificates.load_folders import LoadFolders
from caddylite.tls.challenge_lines import build_challenges
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.kinds import Issuer
from caddylite.tls.policy import CertSelection, ConnectionPolicy

#: What is said once for the site's automation policy, by the name of the field it is kept in.
_AUTOMATION = {
    "key_type": "tls.key_type",
    "on_demand": "tls.on_demand",
    "managers": "tls.cert_manager",
    "reuse_private_keys": "tls.reuse_private_keys",
    "renewal_window_ratio": "tls.renewal_window_ratio",
    "force_automate": "tls.force_automate",
}


def parse(h: Helper) -> list[ConfigValue]:
    """Configure TLS for a site.

    Syntax::

        tls [internal|force_automate|<email>] | [<cert_file> <key_file>] {
            protocols <min> [<max>]
            ciphers   <cipher_suites...>
            curves    <curves...>
            alpn      <values...>
            load      <folders...>
            ca        <acme_directory_url>
            ca_root   <pem_file>
            key_type  ed25519|p256|p384|rsa2048|rsa4096
            dns       [<provider> ...]
            propagation_timeout <duration>
            propagation_delay   <duration>
            dns_ttl             <duration>
            dns_challenge_override_domain <domain>
            resolvers <addresses...>
            eab       <key_id> <mac_key>
            on_demand
            reuse_private_keys
            renewal_window_ratio <ratio>
            client_auth {
                mode       request|require|verify_if_given|require_and_verify
                trust_pool <module> ...
                verifier   <module> ...
            }
            issuer          <name> ...
            get_certificate <name> ...
            insecure_secrets_log <file>
        }
    """
    h.next()
    words = h.args()
    fields: Fields = {"policy": {}}
    loader = _read_line(h, words, fields)
    has_block = False
    for option in h.block():
        has_block = True
        if option not in LINES:
            raise h.err(f"unknown subdirective: {option}")
        LINES[option](h, fields)
    _check_dns(h, fields)
    if not words and not has_block:
        raise h.arg_err()
    out = [ConfigValue("tls.cert_loader", loader)] if loader is not None else []
    if fields.get("folders"):
        out.append(ConfigValue("tls.cert_loader", LoadFolders(fields["folders"])))
    out += [ConfigValue("tls.cert_issuer", issuer) for issuer in _issuers(h, fields)]
    for name, kind in _AUTOMATION.items():
        found = fields.get(name)
        if found:
            values = found if name == "managers" else (found,)
            out += [ConfigValue(kind, value) for value in values]
    return [*out, ConfigValue("tls.connection_policy", ConnectionPolicy(**fields["policy"]))]


def _read_line(h: Helper, words: list[str], fields: Fields) -> LoadFiles | None:
    if len(words) > 2:
        raise h.arg_err()
    if len(words) == 2:
        return _load_pair(h, words[0], words[1], fields["policy"])
    for word in words:
        if word == "internal":
            fields["internal"] = True
        elif word == "force_automate":
            fields["force_automate"] = True
        elif "@" in word:
            fields.setdefault("acme", {})["email"] = word
        else:
            raise h.err(
                "single argument must either be 'internal', 'force_automate', or an email address"
            )
    return None


def _load_pair(h: Helper, certificate: str, key: str, policy: dict[str, Any]) -> LoadFiles | None:
    """Tag a pair of files, and select it by its tag; a file is loaded only the first time."""
    tags: dict[str, str] = h.state.setdefault("certificate_tags", {})
    known = certificate in tags
    tag = tags.setdefault(certificate, f"cert{len(tags)}")
    policy["certificate_selection"] = CertSelection(any_tag=(tag,))
    if known:
        return None
    return LoadFiles((CertKeyFilePair(certificate, key, tags=(tag,)),))


def _check_dns(h: Helper, fields: Fields) -> None:
    """Refuse settings of the DNS challenge where no provider can be meant."""
    dns = fields.get("acme", {}).get("challenges", {}).get("dns", {})
    provider = (dns.get("provider"), h.options.get("dns"), h.options.get("acme_dns"))
    said = fields.get("dns_options")
    if said and provider == (None, None, None):
        raise h.err(
            f"setting DNS challenge options [{', '.join(said)}] requires a DNS provider (set with "
            "the 'dns' subdirective or 'acme_dns' global option)"
        )


def _issuers(h: Helper, fields: Fields) -> list[Issuer]:
    explicit: list[Issuer] = fields.get("issuers", [])
    if explicit and ("acme" in fields or "internal" in fields):
        raise h.err(
            "cannot mix issuer subdirective (explicit issuers) with other issuer-specific "
            "subdirectives (implicit issuers)"
        )
    if "acme" in fields and "internal" in fields:
        raise h.err("cannot create both ACME and internal certificate issuers")
    if "acme" in fields:
        return implicit_issuers(_acme(dict(fields["acme"])), h.options.get("cert_issuer"))
    return [InternalIssuer()] if "internal" in fields else explicit


def _acme(said: Fields) -> ACMEIssuer:
    if "challenges" in said:
        said["challenges"] = build_challenges(said["challenges"])
    if "external_account" in said:
        said["external_account"] = ExternalAccount(*said["external_account"])
    return ACMEIssuer(**said)
