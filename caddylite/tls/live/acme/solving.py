"""Getting ready for a challenge: our servers are told, others find it in the storage.

Where none of our servers listens, a listener is opened for as long as it lasts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caddylite.context import House
from caddylite.tls.acme import places
from caddylite.tls.acme.challenges import HTTP, Task
from caddylite.tls.live.acme.listening import HTTPAnswers
from caddylite.tls.live.policies import Policies
from caddylite.tls.live.termination import Terminator, TLSFactory
from caddylite.tls.storage import FileStorage

if TYPE_CHECKING:
    from caddylite.tls.live.acme.office import Office

#: Seconds for a handshake with a listener of ours.
_HANDSHAKE = 10.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Answers the challenges of one kind (a ``Solver``).

    ``store`` is None where others are not to be told; ``ca`` is whose challenges they are.
    """

    house: House
    office: "Office"
    kind: str
    ca: str
    host: str
    port: int
    store: FileStorage | None

    async def present(self, asked: Task) -> None:
        """Be ready; ACMEError if nobody can listen."""
        self.office.answers.add(asked, self.house.clock())
        if self.store is not None:
            self.store.store(places.token(self.ca, asked.subject), asked.stored(), sync=False)
        factory = self._http() if self.kind == HTTP else self._tls()
        self.office.listeners.open(self.house, self.host, self.port, factory)

    def clean_up(self, asked: Task) -> None:
        """It is over."""
        self.office.answers.remove(asked)
        if self.store is not None:
            self.store.delete(places.token(self.ca, asked.subject))
        self.office.listeners.close(self.host, self.port)

    def _http(self) -> Any:
        return HTTPAnswers(self.house, self.office.answers.to_request)

    def _tls(self) -> Any:
        only = _OnlyChallenges(self.office.answers.to_handshake)
        policies = Policies((), only, self.house, ())
        terminator = Terminator(policies, self.house, handshake_seconds=_HANDSHAKE)
        return TLSFactory(None, terminator)


@dataclass(frozen=True, slots=True)
class _OnlyChallenges:
    """Has no certificates but those that answer challenges."""

    challenge_of: Callable[[str], Any]
    tickets: bool = False

    def certificate(self, hello: Any, peer: Any, policy: Any) -> str:
        """There is none."""
        return "no certificate is served here"

    def challenge(self, server_name: str, peer: Any) -> Any:
        """Return the certificate that answers a challenge, None if none is on."""
        return self.challenge_of(server_name)
