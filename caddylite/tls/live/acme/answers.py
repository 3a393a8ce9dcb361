"""The challenges that this program is answering now, whichever of its servers is asked."""

from dataclasses import dataclass

from caddylite.tls.acme.challenges import HTTP, TLS_ALPN, Task, proving_certificate
from caddylite.tls.certificate import Certificate


@dataclass(frozen=True, slots=True)
class _Ready:
    task: Task
    certificate: Certificate | None


class Answers:
    """Challenges by kind and by what the CA names when it asks."""

    def __init__(self) -> None:
        self._ready: dict[tuple[str, str], _Ready] = {}

    def __len__(self) -> int:
        return len(self._ready)

    def add(self, task: Task, now: float) -> None:
        """Be ready to answer."""
        made = proving_certificate(task, now) if task.kind == TLS_ALPN else None
        self._ready[task.kind, task.subject] = _Ready(task, made)

    def remove(self, task: Task) -> None:
        """Answer no more, unless a later challenge has taken the place."""
        found = self._ready.get((task.kind, task.subject))
        if found is not None and found.task == task:
            del self._ready[task.kind, task.subject]

    def to_request(self, host: str, path: str) -> str | None:
        """Return what a CA gets that asks a host for a path; None if it is none of ours.

        The host must be the right one: another's name may point here.
        """
        found = self._ready.get((HTTP, host.lower()))
        return found.task.key_authorization if found and found.task.path == path else None

    def to_handshake(self, server_name: str) -> Certificate | None:
        """Return the certificate that a CA gets when it shakes hands."""
        found = self._ready.get((TLS_ALPN, server_name.lower()))
        return found.certificate if found is not None else None
