"""The ``ech`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.kinds import DNSProvider
from caddylite.tls.automation import ECH, ECHConfiguration, ECHPublication
from caddylite.tls.ech.publishers.dns import DNSPublisher


def parse(d: Dispenser, existing: Any) -> ECH:
    """Encrypt ClientHellos under these public names, and publish that in the DNS.

    Syntax::

        ech <public_names...> {
            dns <provider> <options...>
        }
    """
    d.next()
    names = tuple(d.some_args())
    publications: list[ECHPublication] = []
    for option in d.block():
        if option != "dns":
            raise d.err(f"ech: unrecognized subdirective '{option}'")
        if not d.next():
            raise d.arg_err()
        publisher = DNSPublisher(load_module(d, DNSProvider))
        publications.append(ECHPublication(names, publishers={"dns": publisher}))
    return ECH(tuple(ECHConfiguration(name) for name in names), tuple(publications))
