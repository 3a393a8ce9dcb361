"""Telling CAs that ask: what this program has ready, or what another has left in the storage."""

from collections.abc import Callable, Iterable

from caddylite.context import House
from caddylite.netaddr import join_host_port
from caddylite.tls.acme import places
from caddylite.tls.acme.challenges import HTTP, TLS_ALPN, Task, from_storage, proving_certificate
from caddylite.tls.certificate import Certificate
from caddylite.tls.live.acme.issuer import ACME
from caddylite.tls.live.acme.office import Office
from caddylite.tls.subjects import host_only

#: Who asks: host and port, or a socket's path.
Remote = tuple[str, int] | str


class Proofs:
    """``issuers_for(name)`` are the ACME issuers that may have begun a challenge for a name."""

    def __init__(
        self, office: Office, house: House, issuers_for: Callable[[str], Iterable[ACME]]
    ) -> None:
        self._answers, self._house, self._issuers_for = office.answers, house, issuers_for

    def to_request(self, host: str, path: str, remote: Remote) -> str | None:
        """Return what a CA gets that asks ``GET path``; None if no challenge is on."""
        host = host_only(host)
        said, shared = self._answers.to_request(host, path), False
        if said is None:
            task = self._left_by_others(host, HTTP)
            if task is None or task.path != path or task.identifier.value.lower() != host.lower():
                return None
            said, shared = task.key_authorization, True
        self._log("served key authentication", remote, shared, identifier=host, challenge=HTTP)
        return said

    def to_handshake(self, server_name: str, remote: Remote) -> Certificate | None:
        """Return what a CA gets in a handshake; None if no challenge is on."""
        found, shared = self._answers.to_handshake(server_name), False
        if found is None:
            task = self._left_by_others(server_name, TLS_ALPN)
            if task is None or task.subject != server_name.lower():
                return None
            found, shared = proving_certificate(task, self._house.clock()), True
        self._log(
            "served key authentication certificate",
            remote,
            shared,
            server_name=server_name,
            challenge=TLS_ALPN,
        )
        return found

    def _left_by_others(self, subject: str, kind: str) -> Task | None:
        for issuer in self._issuers_for(subject):
            if not issuer.shared:
                continue
            try:
                text = issuer.place.load(places.token(issuer.ca, subject))
                task = from_storage(text) if text is not None else None
            except (OSError, ValueError):
                continue
            if task is not None and task.kind == kind:
                return task
        return None

    def _log(self, message: str, remote: Remote, shared: bool, **fields: str) -> None:
        log = self._house.logger("tls.issuance.acme")
        who = remote if isinstance(remote, str) else join_host_port(remote[0], str(remote[1]))
        log.info(message, **fields, remote=who, distributed=shared)
