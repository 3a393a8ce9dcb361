"""Automation policies of the TLS app: whose certificates are managed how.

Every site with TLS gets a policy; most say nothing and go away again (``automation_joining``).
"""

from typing import TYPE_CHECKING, Any, Self

from caddylite.adapt.issuers import IssuerBox, internal_issuer
from caddylite.errors import ConfigError
from caddylite.tls.kinds import CertificateManager, Issuer
from caddylite.tls.subjects import is_internal, is_ip, is_tailscale

if TYPE_CHECKING:
    from caddylite.tls.automation import AutomationPolicy

_ISSUER_OPTIONS = ("acme_ca", "acme_ca_root", "acme_eab", "preferred_chains")
_POLICY_OPTIONS = (
    "cert_issuer",
    "local_certs",
    "key_type",
    "ocsp_stapling",
    "renewal_window_ratio",
)


class AutomationDraft:
    """A policy while the TLS app is made. One object may stand in the list twice."""

    __slots__ = (
        "disable_ocsp_stapling",
        "fixed_issuers",
        "issuers",
        "key_type",
        "managers",
        "on_demand",
        "renewal_window_ratio",
        "reuse_private_keys",
        "subjects",
    )

    def __init__(self) -> None:
        self.subjects: list[str] = []
        #: Issuers that may still be filled in …
        self.issuers: list[IssuerBox] = []
        #: … and what is printed: made of them at the end, where it was not set before.
        self.fixed_issuers: tuple[Issuer, ...] = ()
        self.managers: tuple[CertificateManager, ...] = ()
        self.renewal_window_ratio = 0.0
        self.key_type = ""
        self.on_demand = False
        self.reuse_private_keys = False
        self.disable_ocsp_stapling = False

    def copy(self) -> Self:
        """Return another one that says the same."""
        other = type(self)()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    def settings(self) -> tuple[Any, ...]:
        """Return all that is said, except about whom."""
        return (
            self.managers,
            self.key_type,
            self.on_demand,
            self.reuse_private_keys,
            self.renewal_window_ratio,
            self.disable_ocsp_stapling,
            self.fixed_issuers,
            tuple(b.issuer for b in self.issuers),
        )

    def is_empty(self, managers: tuple[CertificateManager, ...] = ()) -> bool:
        """Does it say nothing (but these managers)?"""
        return self.settings() == (managers, "", False, False, 0.0, False, (), ())

    def qualifies_publicly(self, subject: str) -> bool:
        """Would a public CA be asked? (Names with two wildcards: only if on demand.)"""
        return (
            not is_ip(subject)
            and not is_internal(subject)
            and (subject.count("*.") < 2 or self.on_demand)
        )

    @property
    def is_all_public(self) -> bool:
        """Would a public CA be asked for every subject, and is none of them Tailscale's?"""
        return all(self.qualifies_publicly(s) and not is_tailscale(s) for s in self.subjects)

    def finished(self) -> "AutomationPolicy":
        """Return the policy."""
        from caddylite.tls.automation import AutomationPolicy

        return AutomationPolicy(
            subjects=tuple(self.subjects),
            issuers=self.fixed_issuers,
            get_certificate=self.managers,
            renewal_window_ratio=self.renewal_window_ratio,
            key_type=self.key_type,
            on_demand=self.on_demand,
            reuse_private_keys=self.reuse_private_keys,
            disable_ocsp_stapling=self.disable_ocsp_stapling,
        )


class BasePolicies:
    """Makes policies that say what the global options say."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        has_acme = "acme_dns" in options or any(
            options.get(o) is not None for o in _ISSUER_OPTIONS
        )
        self.has_acme_options = has_acme
        self.says_something = has_acme or any(o in options for o in _POLICY_OPTIONS)
        self.issuers = [IssuerBox(i) for i in options.get("cert_issuer", ())]

    def make(self) -> AutomationDraft:
        """Return a new policy; ConfigError where the options contradict."""
        draft = AutomationDraft()
        if not self.says_something:
            return draft
        options = self.options
        draft.key_type = options.get("key_type", "")
        if "cert_issuer" in options and "local_certs" in options:
            raise ConfigError(
                "global options are ambiguous: local_certs is confusing when combined with "
                "cert_issuer, because local_certs is also a specific kind of issuer"
            )
        if "cert_issuer" in options:
            draft.issuers = self.issuers
        elif "local_certs" in options:
            draft.issuers = [IssuerBox(internal_issuer())]
        if self.has_acme_options:
            self._fill_in(draft)
        draft.disable_ocsp_stapling = "ocsp_stapling" in options
        draft.renewal_window_ratio = options.get("renewal_window_ratio", 0.0)
        return draft

    def _fill_in(self, draft: AutomationDraft) -> None:
        for number, box in enumerate(draft.issuers):
            try:
                box.fill_in(self.options)
            except ConfigError as e:
                raise e.wrap(f"filling in global issuer defaults for issuer {number}: ") from None
