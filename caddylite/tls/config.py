"""The TLS app's IR (``apps.tls``)."""

from caddylite.kinds import App, DNSProvider
from caddylite.registry import module
from caddylite.tls.automation import ECH, Automation, CertificateCache, SessionTickets
from caddylite.tls.kinds import CertificateLoader


@module("tls")
class TLS(App, frozen=True):
    """Which certificates there are, and how they are looked after."""

    certificates: dict[str, CertificateLoader] = {}
    automation: Automation | None = None
    session_tickets: SessionTickets | None = None
    cache: CertificateCache | None = None
    disable_ocsp_stapling: bool = False
    disable_storage_check: bool = False
    disable_storage_clean: bool = False
    encrypted_client_hello: ECH | None = None
    dns: DNSProvider | None = None
    resolvers: tuple[str, ...] = ()
