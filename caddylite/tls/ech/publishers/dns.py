"""ECH configurations in the DNS."""

from caddylite.kinds import DNSProvider
from caddylite.registry import module
from caddylite.tls.kinds import ECHPublisher


@module("tls.ech.publishers.dns")
class DNSPublisher(ECHPublisher, frozen=True):
    """Writes HTTPS records (RFC 9460) by a DNS provider."""

    provider: DNSProvider | None = None
