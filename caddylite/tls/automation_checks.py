"""What Caddy refuses in the TLS app's settings about certificates that it would obtain."""

from collections.abc import Callable
from typing import Any, Final

from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.placeholders import Lookup, PlaceholderError, replace_all, replace_or_err
from caddylite.tls.automation import Automation, AutomationPolicy
from caddylite.tls.config import TLS

#: The kinds of keys there are.
KEY_TYPES: Final = ("ed25519", "p256", "p384", "rsa2048", "rsa4096")


def check_automation(ir: TLS, has_authority: Callable[[str], bool], lookup: Lookup) -> None:
    """Complain of automation policies and of whom is asked on demand, in Caddy's order."""
    automation = ir.automation or Automation()
    demand = automation.on_demand
    if demand is not None and demand.ask and demand.permission is not None:
        raise ConfigError(
            "on-demand TLS config conflict: both 'ask' endpoint and a 'permission' module are "
            "specified; 'ask' is deprecated, so use only the permission module"
        )
    for number, policy in enumerate(automation.policies):
        try:
            _check_managers(policy)
            _check_issuers(ir, policy, has_authority, lookup)
            _check_policy(automation, policy, lookup)
        except ConfigError as e:
            raise e.wrap(f"provisioning automation policy {number}: ") from None
    if demand is not None and demand.ask:
        _expand(demand.ask, "preparing 'ask' endpoint", lookup)


def check_subjects(ir: TLS, lookup: Lookup) -> None:
    """Complain of policies that would never be used: each name counts in the first only."""
    first: dict[str, int] = {}
    catch_all = False
    for number, policy in enumerate(ir.automation.policies if ir.automation else ()):
        if not policy.subjects and catch_all:
            raise InvalidConfiguration(
                f"automation policy {number} is the second policy that acts as "
                "default/catch-all, but will never be used"
            )
        catch_all = catch_all or not policy.subjects
        for subject in policy.subjects:
            name = replace_all(subject, lookup)
            if name in first:
                raise InvalidConfiguration(
                    f"automation policy {number}: cannot apply more than one automation policy "
                    f"to host: {name} (first match in policy {first[name]})"
                )
            first[name] = number
    if ir.cache is not None and ir.cache.capacity < 0:
        raise InvalidConfiguration("cache capacity must be >= 0")


def _check_managers(policy: AutomationPolicy) -> None:
    for position, manager in enumerate(policy.get_certificate):
        if manager.name == "http" and not getattr(manager, "url", ""):
            raise ConfigError("URL is required").wrap(
                "loading external certificate manager modules: "
                f"position {position}: loading module 'http': provision {manager.id}: "
            )


def _check_issuers(
    ir: TLS, policy: AutomationPolicy, has_authority: Callable[[str], bool], lookup: Lookup
) -> None:
    for position, issuer in enumerate(policy.issuers):
        try:
            if issuer.name == "internal":
                _check_internal(issuer, has_authority)
            elif issuer.name == "acme":
                _check_acme(ir, issuer, lookup)
        except ConfigError as e:
            raise e.wrap(
                f"loading TLS automation management module: position {position}: "
                f"loading module '{issuer.name}': provision {issuer.id}: "
            ) from None


def _check_internal(issuer: Any, has_authority: Callable[[str], bool]) -> None:
    if not has_authority(issuer.ca):
        raise ConfigError(f"no certificate authority configured with id: {issuer.ca}")


def _check_acme(ir: TLS, issuer: Any, lookup: Lookup) -> None:
    for text, what in (
        (issuer.email, "email address"),
        (issuer.ca, "CA endpoint"),
        (issuer.test_ca, "TestCA endpoint"),
    ):
        _expand(text, f"expanding {what} '{text}'", lookup)
    account = issuer.external_account
    if account is not None:
        _expand(account.key_id, f"expanding EAB key ID '{account.key_id}'", lookup)
        _expand(account.mac_key, "expanding EAB MAC key (redacted)", lookup)
    _expand(issuer.account_key, f"expanding account key PEM '{issuer.account_key}'", lookup)
    dns = issuer.challenges.dns if issuer.challenges is not None else None
    if dns is not None:
        domain = dns.override_domain
        _expand(domain, f"expanding DNS override domain '{domain}'", lookup)
        if dns.provider is None and ir.dns is None:
            raise ConfigError("DNS challenge enabled, but no DNS provider configured")


def _check_policy(automation: Automation, policy: AutomationPolicy, lookup: Lookup) -> None:
    key_type = _expand(policy.key_type, f"invalid key type {policy.key_type}", lookup)
    if key_type and key_type not in KEY_TYPES:
        raise ConfigError(f"unrecognized key type: {key_type}")
    if not policy.on_demand or policy.get_certificate:
        return
    wide = not policy.subjects or any("*" in subject for subject in policy.subjects)
    ours = [issuer.name for issuer in policy.issuers] == ["internal"]
    demand = automation.on_demand
    if wide and not ours and (demand is None or demand.permission is None):
        raise ConfigError(
            "on-demand TLS cannot be enabled without a permission module to prevent abuse; "
            "please refer to documentation for details"
        )


def _expand(text: str, what: str, lookup: Lookup) -> str:
    try:
        return replace_or_err(text, lookup)
    except PlaceholderError as e:
        raise ConfigError(f"{what}: {e}") from None
