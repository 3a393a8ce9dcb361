"""The IR of certificate automation: whose certificates, from whom, when."""

from typing import Annotated

from caddylite.kinds import Storage
from caddylite.node import ALWAYS, Node
from caddylite.tls.kinds import (
    CertificateManager,
    ECHPublisher,
    Issuer,
    Permission,
    TicketKeys,
)
from caddylite.values import Duration


class AutomationPolicy(Node, frozen=True):
    """How the certificates of its subjects (all names, when there are none) are managed."""

    subjects: tuple[str, ...] = ()
    issuers: tuple[Issuer, ...] = ()
    get_certificate: tuple[CertificateManager, ...] = ()
    must_staple: bool = False
    renewal_window_ratio: float = 0.0
    key_type: str = ""
    storage: Storage | None = None
    on_demand: bool = False
    reuse_private_keys: bool = False
    disable_ocsp_stapling: bool = False
    ocsp_overrides: dict[str, str] = {}


class OnDemand(Node, frozen=True):
    """Who is asked before a certificate is obtained during a handshake."""

    ask: str = ""
    permission: Permission | None = None


class Automation(Node, frozen=True):
    """The policies, and how often certificates and staples are looked after."""

    policies: tuple[AutomationPolicy, ...] = ()
    on_demand: OnDemand | None = None
    ocsp_interval: Duration = Duration(0)
    renew_interval: Duration = Duration(0)
    storage_clean_interval: Duration = Duration(0)


class SessionTickets(Node, frozen=True):
    """How session ticket keys are made and changed."""

    key_source: TicketKeys | None = None
    rotation_interval: Duration = Duration(0)
    max_keys: int = 0
    disable_rotation: bool = False
    disabled: bool = False


class CertificateCache(Node, frozen=True):
    """How many certificates are kept in memory."""

    capacity: int = 0


class ECHConfiguration(Node, frozen=True):
    """A public name that stands in for the real ones (draft-ietf-tls-esni)."""

    public_name: Annotated[str, ALWAYS] = ""


class ECHPublication(Node, frozen=True):
    """Which configurations are published where, for which domains."""

    configs: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    publishers: dict[str, ECHPublisher] = {}


class ECH(Node, frozen=True):
    """Encrypted ClientHello."""

    configs: tuple[ECHConfiguration, ...] = ()
    publication: tuple[ECHPublication, ...] = ()


class ExternalAccount(Node, frozen=True):
    """An account elsewhere that an ACME account is bound to (RFC 8555, 7.3.4)."""

    key_id: Annotated[str, ALWAYS] = ""
    mac_key: Annotated[str, ALWAYS] = ""


class ChainPreference(Node, frozen=True):
    """Which of the chains that a CA offers is taken."""

    smallest: bool | None = None
    root_common_name: tuple[str, ...] = ()
    any_common_name: tuple[str, ...] = ()
