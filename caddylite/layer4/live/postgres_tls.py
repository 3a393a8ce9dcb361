"""``postgres_tls``: answers a PostgreSQL client's SSLRequest with yes."""

from typing import Final

from caddylite.layer4.handlers.postgres_tls import PostgresTLS as PostgresTLSConfig
from caddylite.layer4.live.building import Live
from caddylite.layer4.live.collect import Collect
from caddylite.layer4.live.flow import Flow

#: Length 8, code 80877103 (PostgreSQL documentation, "SSL Session Encryption").
_REQUEST: Final = bytes.fromhex("0000000804d2162f")


class PostgresTLS(Live[PostgresTLSConfig]):
    """Takes the request off, says ``S``, and passes on what follows: a ClientHello."""

    def __call__(self, flow: Flow) -> None:
        """Wait for the eight bytes."""
        Collect(flow, self.house, _settled, self._answer, "reading Postgres SSLRequest")

    def _answer(self, flow: Flow) -> None:
        if not flow.data.startswith(_REQUEST):
            flow.close("expected a Postgres SSLRequest")
            return
        flow.take(len(_REQUEST))
        flow.send(b"S")
        self.nxt(flow)


def _settled(data: bytes) -> bool:
    return len(data) >= len(_REQUEST) or not _REQUEST.startswith(data)
