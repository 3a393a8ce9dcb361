"""The TLS app: automation policies, certificates to load, and what the global options say."""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from caddylite.adapt.automation import AutomationDraft, BasePolicies
from caddylite.adapt.issuers import IssuerBox, acme_issuer, default_issuers, internal_issuer
from caddylite.adapt.listeners import Pairing
from caddylite.adapt.ports import Ports, any_port_but
from caddylite.adapt.sites import SitePart, utf8
from caddylite.errors import ConfigError
from caddylite.tls.kinds import CertificateLoader
from caddylite.tls.subjects import is_tailscale, qualifies, qualifies_publicly
from caddylite.values import Duration

if TYPE_CHECKING:
    from caddylite.tls.automation import Automation
    from caddylite.tls.config import TLS

#: The options that the app says something about, besides those of its policies.
_OPTIONS = frozenset(
    ("ocsp_stapling", "storage_check", "storage_clean_interval", "ech", "dns", "tls_resolvers")
)
_AUTOMATION_OPTIONS = frozenset(
    ("on_demand_tls", "ocsp_interval", "renew_interval", "storage_clean_interval")
)


def tls_app(pairings: list[Pairing], options: dict[str, Any]) -> "TLS | None":
    """Make the TLS app; None if there is nothing to say."""
    builder = _Builder(options)
    shared = builder.hosts_beside_catch_alls(pairings)
    builder.add_catch_all()
    for pairing in pairings:
        # a server that is HTTP only needs no certificates
        if any_port_but(pairing.listeners, builder.ports.http):
            for part in pairing.parts:
                if not part.is_all_http:
                    builder.add_site(part)
    builder.add_ech_names()
    builder.automate(shared)
    certificates, automation = builder.certificates(), builder.automation()
    if not certificates and automation is None and _OPTIONS.isdisjoint(options):
        return None
    from caddylite.tls.config import TLS

    app = TLS(
        certificates=certificates,
        automation=automation,
        disable_ocsp_stapling="ocsp_stapling" in options,
        disable_storage_check=options.get("storage_check") == "off",
        disable_storage_clean=options.get("storage_clean_interval") is False,
        encrypted_client_hello=options.get("ech"),
        dns=options.get("dns"),
        resolvers=tuple(options.get("tls_resolvers") or ()),
    )
    return None if app == TLS() else app


class _Builder:
    """Collects policies and loaders."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.ports = Ports.of(options)
        self.base = BasePolicies(options)
        self.auto_https: list[str] = options.get("auto_https") or []
        self.policies: list[AutomationDraft] = []
        self.catch_all: AutomationDraft | None = None
        self.boxes: dict[int, IssuerBox] = {}
        self.loaders: list[CertificateLoader] = []
        self.forced: dict[str, None] = {}
        self.automated: list[str] = []

    # --- what is automated although no route names it

    def hosts_beside_catch_alls(self, pairings: list[Pairing]) -> list[str]:
        """Return the HTTPS hosts of sites that also have an address without a host.

        Such a site's route has no host matcher, where automatic HTTPS would find them.
        """
        if "off" in self.auto_https:
            return []
        return list(
            dict.fromkeys(
                a.host
                for pairing in pairings
                for part in pairing.parts
                if part.catches_all_hosts
                for a in part.addresses
                if a.host and a.scheme != "http" and a.port != self.ports.http
            )
        )

    def automate(self, shared: list[str]) -> None:
        """Note the names to get certificates for; internal ones are signed by ourselves."""
        if "disable_certs" not in self.auto_https:
            self.automated = list(shared)
        internal = [h for h in self.automated if not qualifies_publicly(h)]
        known = set(self.automated)
        self.automated += [h for h in self.forced if h not in known]
        if internal:
            draft = AutomationDraft()
            draft.subjects = internal
            draft.fixed_issuers = (internal_issuer(),)
            self.policies.append(draft)

    # --- policies

    def add_catch_all(self) -> None:
        """Add the policy for all names, if the global options say anything about policies."""
        if self.base.says_something:
            self.catch_all = self.base.make()
            self.policies.append(self.catch_all)

    def add_site(self, part: SitePart) -> None:
        """Add the policy of a site (two, if its names need different issuers), and its loaders."""
        draft = self.base.make()
        hosts = part.hosts()
        if not hosts and self.catch_all is not None:
            draft = self.catch_all
        self._apply_tls(draft, part, hosts)
        for value in part.pile.get("bind", ()):
            for box in draft.issuers:
                box.bind_to(value.value.addresses[0] if value.value.addresses else "")
        if not hosts and self.catch_all is None:
            self.catch_all = draft
        draft.subjects = part.https_hosts(self.ports.http)
        self.policies.append(draft)
        if not draft.issuers:
            self._split_internal(draft)
        self.loaders += [v.value for v in part.pile.get("tls.cert_loader", ())]

    def _apply_tls(self, draft: AutomationDraft, part: SitePart, hosts: list[str]) -> None:
        """Let the policy say what the site's ``tls`` says."""
        pile = part.pile
        if "tls.on_demand" in pile:
            draft.on_demand = True
        if "tls.force_automate" in pile:
            self.forced.update(dict.fromkeys(hosts))
        if "tls.reuse_private_keys" in pile:
            draft.reuse_private_keys = True
        if "tls.key_type" in pile:
            draft.key_type = pile["tls.key_type"][0].value
        if "tls.renewal_window_ratio" in pile:
            draft.renewal_window_ratio = pile["tls.renewal_window_ratio"][0].value
        elif "renewal_window_ratio" in self.options:
            draft.renewal_window_ratio = self.options["renewal_window_ratio"]
        if "tls.cert_issuer" in pile:
            self._set_issuers(draft, part)
        draft.managers += tuple([v.value for v in pile.get("tls.cert_manager", ())])

    def _set_issuers(self, draft: AutomationDraft, part: SitePart) -> None:
        boxes = [
            self.boxes.setdefault(id(v), IssuerBox(v.value)) for v in part.pile["tls.cert_issuer"]
        ]
        if draft is self.catch_all and [b.issuer for b in draft.issuers] != [
            b.issuer for b in boxes
        ]:
            raise ConfigError(
                "automation policy from site block is also default/catch-all policy because of "
                "key without hostname, and the two are in conflict: "
                f"{_go_issuers(draft.issuers)} != {_go_issuers(boxes)}"
            )
        draft.issuers = boxes

    def _split_internal(self, draft: AutomationDraft) -> None:
        """Give the internal names of a site a policy of their own, if it has others too."""
        public: list[str] = []
        internal: list[str] = []
        for subject in draft.subjects:
            if is_tailscale(subject):
                continue
            if not qualifies(subject):
                raise ConfigError(f"subject does not qualify for certificate: '{subject}'")
            (public if draft.qualifies_publicly(subject) else internal).append(subject)
        if public and internal:
            other = draft.copy()
            draft.subjects, other.subjects = public, internal
            other.fixed_issuers = (internal_issuer(),)
            self.policies.append(other)

    def add_ech_names(self) -> None:
        """Add a policy for the public names of ECH: they need certificates."""
        ech = self.options.get("ech")
        if ech is not None:
            draft = self.base.make()
            draft.subjects = [c.public_name for c in ech.configs if c.public_name]
            self.policies.append(draft)

    # --- what comes out

    def certificates(self) -> dict[str, CertificateLoader]:
        """Return the loaders by name; those of a kind are joined into one."""
        out: dict[str, CertificateLoader] = {}
        for loader in self.loaders:
            if not loader.transparent:
                continue
            (attribute,) = loader.__struct_fields__
            before = getattr(out.get(loader.name), attribute, ())
            out[loader.name] = replace(
                loader, **{attribute: (*before, *(getattr(loader, attribute) or ()))}
            )
        if self.automated:
            from caddylite.tls.certificates.automate import Automate

            out["automate"] = Automate(tuple(sorted(self.automated, key=utf8)))
        return out

    def automation(self) -> "Automation | None":
        """Return policies and intervals; None if there is nothing to say."""
        options = self.options
        interval = options.get("storage_clean_interval")
        self._use_acme_options()
        policies = tuple([d.finished() for d in self._final_policies()])
        if not policies and _AUTOMATION_OPTIONS.isdisjoint(options):
            return None
        from caddylite.tls.automation import Automation

        out = Automation(
            policies=policies,
            on_demand=options.get("on_demand_tls"),
            ocsp_interval=options.get("ocsp_interval", Duration(0)),
            renew_interval=options.get("renew_interval", Duration(0)),
            storage_clean_interval=Duration(0) if isinstance(interval, bool | None) else interval,
        )
        return None if out == Automation() else out

    def _use_acme_options(self) -> None:
        """Write the default issuers out where the global ACME options change them."""
        options = self.options
        if options.get("email") is None and not self.base.has_acme_options:
            return
        for draft in self.policies:
            if not draft.issuers and draft.is_all_public:
                draft.issuers = default_issuers(options.get("email") or "")
                if options.get("acme_ca") is not None:
                    # there is one place to ask then, not several
                    draft.issuers = [IssuerBox(acme_issuer())]

    def _final_policies(self) -> list[AutomationDraft]:
        for number, draft in enumerate(self.policies):
            for index, box in enumerate(draft.issuers):
                try:
                    box.fill_in(self.options)
                except ConfigError as e:
                    where = f"filling in global issuer defaults for AP {number}, issuer {index}: "
                    raise e.wrap(where) from None
            if not draft.fixed_issuers:
                draft.fixed_issuers = tuple([box.issuer for box in draft.issuers])
        if all(d.is_empty() for d in self.policies):
            return []
        from caddylite.adapt.automation_joining import join_policies

        out = join_policies(self.policies)
        _refuse_repeated_hosts(out)
        return out


def _refuse_repeated_hosts(policies: list[AutomationDraft]) -> None:
    seen: set[str] = set()
    for draft in policies:
        for subject in draft.subjects:
            if subject in seen:
                raise ConfigError(
                    "hostname appears in more than one automation policy, making certificate "
                    f"management ambiguous: {subject}"
                )
            seen.add(subject)


def _go_issuers(boxes: list[IssuerBox]) -> str:
    """Print them as Caddy does, with a made-up address for each pointer."""
    if not boxes:
        return "[]certmagic.Issuer(nil)"
    names = [f"(*caddytls.{type(b.issuer).__name__})(0xc000000000)" for b in boxes]
    return f"[]certmagic.Issuer{{{', '.join(names)}}}"
