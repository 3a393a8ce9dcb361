"""What the global options say about ACME, filled in where an issuer says nothing itself."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from caddylite.errors import ConfigError
from caddylite.tls.challenges import Challenges, DNSChallenge, HTTPChallenge, TLSALPNChallenge
from caddylite.tls.issuance.acme import ACMEIssuer


def bound_to(issuer: ACMEIssuer, host: str) -> ACMEIssuer:
    """Return the issuer answering challenges on this host only, unless it says already where."""
    challenges = issuer.challenges or Challenges()
    if not challenges.bind_host:
        challenges = replace(challenges, bind_host=host)
    return replace(issuer, challenges=challenges)


def with_global_options(issuer: ACMEIssuer, options: Mapping[str, Any]) -> ACMEIssuer:
    """Return the issuer with what the global options say, where it says nothing itself."""
    given: dict[str, Any] = {}
    for option, attribute in (
        ("email", "email"),
        ("acme_ca", "ca"),
        ("acme_eab", "external_account"),
        ("preferred_chains", "preferred_chains"),
        ("cert_lifetime", "certificate_lifetime"),
    ):
        if options.get(option) is not None and not _said(getattr(issuer, attribute)):
            given[attribute] = options[option]
    root = options.get("acme_ca_root")
    if root is not None and root not in issuer.trusted_roots_pem_files:
        given["trusted_roots_pem_files"] = (*issuer.trusted_roots_pem_files, root)
    given["challenges"] = _challenges(issuer.challenges, options)
    return replace(issuer, **given)


def _said(value: Any) -> bool:
    return value is not None and value != "" and value != 0


def _challenges(challenges: Challenges | None, options: Mapping[str, Any]) -> Challenges | None:
    challenges = _dns_challenge(challenges, options)
    challenges = _alternate_ports(challenges, options)
    challenges = _bind_host(challenges, options)
    return _resolvers(challenges, options)


def _dns_challenge(c: Challenges | None, options: Mapping[str, Any]) -> Challenges | None:
    """``acme_dns``: use the DNS challenge, with its provider or with that of ``dns``."""
    if "acme_dns" not in options or (c and c.dns and c.dns.provider):
        return c
    provider = options["acme_dns"]
    if provider is None and options.get("dns") is None:
        raise ConfigError(
            "acme_dns specified without DNS provider config, but no provider specified with "
            "'dns' global option"
        )
    c = c or Challenges()
    dns = c.dns or DNSChallenge()
    return replace(c, dns=dns if provider is None else replace(dns, provider=provider))


def _alternate_ports(c: Challenges | None, options: Mapping[str, Any]) -> Challenges | None:
    """``http_port`` and ``https_port``: challenges are answered there, unless by DNS."""
    http, https = options.get("http_port"), options.get("https_port")
    if c is not None and c.dns is not None:
        return c
    if http is not None and not (c and c.http and c.http.alternate_port):
        c = c or Challenges()
        c = replace(c, http=replace(c.http or HTTPChallenge(), alternate_port=http))
    if https is not None and not (c and c.tls_alpn and c.tls_alpn.alternate_port):
        c = c or Challenges()
        c = replace(c, tls_alpn=replace(c.tls_alpn or TLSALPNChallenge(), alternate_port=https))
    return c


def _bind_host(c: Challenges | None, options: Mapping[str, Any]) -> Challenges | None:
    """``default_bind``: challenges are answered on its first address, unless by DNS."""
    binds = options.get("default_bind")
    if not binds or not binds[0].addresses:
        return c
    if c is None or (c.dns is None and not c.bind_host):
        return replace(c or Challenges(), bind_host=binds[0].addresses[0])
    return c


def _resolvers(c: Challenges | None, options: Mapping[str, Any]) -> Challenges | None:
    """``tls_resolvers``: asked by the DNS challenge, if there is one and it names none."""
    resolvers = options.get("tls_resolvers")
    if resolvers is None or c is None or c.dns is None or c.dns.resolvers:
        return c
    if "acme_dns" not in options and c.dns.provider is None:
        return c
    return replace(c, dns=replace(c.dns, resolvers=tuple(resolvers)))
