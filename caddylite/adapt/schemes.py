"""HTTP or HTTPS: what the addresses of a server's sites say about it."""

from caddylite.adapt.addresses import Address
from caddylite.adapt.ports import Ports
from caddylite.adapt.sites import SitePart
from caddylite.errors import ConfigError


class Schemes:
    """What automatic HTTPS will do for a server; filled while its sites are looked at."""

    def __init__(self, ports: Ports, disabled: bool, only_http: bool) -> None:
        self.ports, self.only_http = ports, only_http
        #: Hosts that were said to be ``http://``: no certificate is wanted for them.
        self.skipped: dict[str, None] = {}
        #: Is there an address that is to be served with TLS?
        self.wants_tls = False
        #: Will automatic HTTPS add a connection policy by itself?
        self.adds_policy = not disabled

    def add_site(self, part: SitePart) -> None:
        """Look at the addresses of a site."""
        has_policies = bool(part.pile.get("tls.connection_policy"))
        for address in part.addresses:
            if not self.only_http and address.scheme == "http" and address.host:
                self.skipped[address.host] = None
            if self._is_https(address, has_policies):
                self.wants_tls = True
            self.adds_policy = self.adds_policy and (
                address.port == self.ports.https
                or (address.port != self.ports.http and bool(address.host))
            )

    def _is_https(self, address: Address, has_policies: bool) -> bool:
        if address.scheme:
            return address.scheme == "https"
        if address.port == self.ports.http:
            return False
        return has_policies or (bool(address.host) and address.host not in self.skipped)


def refuse_mixture(
    parts: list[SitePart], listeners: list[str], has_policies: bool, ports: Ports
) -> None:
    """Complain if a server were to speak both HTTP and HTTPS."""
    kind = ""
    on = f"server listening on [{' '.join(listeners)}] is"
    for part in parts:
        for address in part.addresses:
            wanted = _kind(address, has_policies, ports)
            if kind and wanted and wanted != kind:
                raise ConfigError(
                    f"{on} configured for {kind} and cannot natively multiplex HTTP and HTTPS: "
                    f"{address.original}{_advice(address, wanted)}"
                )
            if wanted == "HTTP" and has_policies:
                raise ConfigError(f"{on} HTTP, but attempts to configure TLS connection policies")
            kind = wanted or kind


def _kind(address: Address, has_policies: bool, ports: Ports) -> str:
    if address.scheme == "http" or address.port == ports.http:
        return "HTTP"
    if address.scheme == "https" or address.port == ports.https or has_policies:
        return "HTTPS"
    return "" if address.host else "HTTP"


def _advice(address: Address, wanted: str) -> str:
    if wanted == "HTTP" and not address.scheme and not address.host:
        return " (try specifying https:// in the address)"
    return ""
