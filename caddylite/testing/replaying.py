"""Every first flight of a capture through a config, counted by outcome."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from caddylite.errors import ConfigError
from caddylite.testing.clients import Client
from caddylite.testing.clients.capture import clients
from caddylite.testing.diffing import ending
from caddylite.testing.lab import Lab
from caddylite.testing.trace import Trace


@dataclass(frozen=True, slots=True)
class Replayed:
    """One client of a capture; ``trace`` is None if nothing listens where it went."""

    client: Client
    trace: Trace | None

    @property
    def words(self) -> str:
        """Where it ends, whoever the client is."""
        header = self.trace is not None and bool(self.trace.preface)
        return ending(self.trace).partition(", PROXY header")[0] + ", PROXY header" * header


def replay(lab: Lab, capture: str, listen: str = "", decide_as: str = "caddylite") -> Iterator[
    Replayed
]:  # fmt: skip
    """Put each client of a capture through a config, at the port it dialled (or at ``listen``)."""
    lab = Lab(lab.config)  # lines do not count
    for client in clients(capture):
        port = client.local[1] if client.local else 0
        network = "udp/" if client.network == "udp" else ""
        address = listen or f"{network}:{port}"
        if listen:
            client = replace(client, local=None)
        try:
            trace = lab.connect(address, client, decide_as=decide_as)
        except ConfigError:
            trace = None
        yield Replayed(client, trace)
