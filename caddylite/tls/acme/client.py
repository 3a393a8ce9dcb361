"""A conversation with a CA: directory, nonces, signed requests, and what is tried again.

It says and hears, through whatever fetches; it knows no socket, and time only as it is told.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol

import msgspec

from caddylite.context import Logger
from caddylite.tls.acme import jws
from caddylite.tls.acme.errors import ACMEError, Document, Problem, Unreachable
from caddylite.tls.acme.messages import Directory, read
from caddylite.tls.certificate import Signer

#: How often a request is repeated: in all, after the CA's own errors, after none was received.
_ATTEMPTS, _SERVER_ERRORS, _UNREACHABLE = 10, 3, 3
#: Seconds between them.
_PAUSE: Final = 0.25
#: How many unused nonces are kept.
_NONCES: Final = 32
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LINK: Final = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?([\w-]{1,32})"?')
#: The longest that a CA can make us wait, in seconds.
LONGEST_WAIT: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, received whole."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """Return the values of all fields of a name."""
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name: str) -> str:
        """Return the first value, ``""`` if there is none."""
        return next(iter(self.all(name)), "")

    @property
    def media_type(self) -> str:
        """The content's type, without parameters."""
        return self.get("Content-Type").partition(";")[0].strip().lower()

    def links(self, relation: str) -> list[str]:
        """Return the links of a relation (RFC 8288)."""
        return [
            url for v in self.all("Link") for url, r in _LINK.findall(v[:8192]) if r == relation
        ]

    def retry_after(self, now: float) -> float:
        """Return the seconds to wait before another request, 0 if nothing (sensible) is said."""
        said = self.get("Retry-After").strip()
        if said.isascii() and said.isdigit():
            return min(float(said[:9]), LONGEST_WAIT)
        try:
            return min(max(parsedate_to_datetime(said).timestamp() - now, 0.0), LONGEST_WAIT)
        except (TypeError, ValueError, OverflowError):
            return 0.0


class Fetch(Protocol):
    """Makes requests; Unreachable if there is no answer."""

    def __call__(
        self, method: str, url: str, body: bytes | None = None, content_type: str = ""
    ) -> Awaitable[Answer]:
        """Send one request and return its answer, whatever its status."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What a conversation needs from outside."""

    fetch: Fetch
    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], float]
    log: Logger


class Client:
    """A conversation with the CA whose directory is at a URL."""

    def __init__(self, url: str, world: World) -> None:
        self.url, self.world = url, world
        self._directory: Directory | None = None
        self._nonces: list[str] = []

    async def directory(self) -> Directory:
        """Return the directory, asked for once."""
        if self._directory is None:
            answer = await self.get(self.url)
            self._directory = read(Directory, answer.body)
        return self._directory

    async def get(self, url: str) -> Answer:
        """Read what anybody may read."""
        for attempt in range(1, _SERVER_ERRORS + 1):
            answer = await self._patiently("GET", url)
            if answer.status >= 500 and attempt < _SERVER_ERRORS:
                await self.world.sleep(_PAUSE)
                continue
            break
        return self._checked(url, answer)

    async def post(self, key: Signer, kid: str, url: str, payload: Any = None) -> Answer:
        """Ask for something in an account's name; Problem if the CA refuses.

        What was turned down for its nonce, or for the CA's own troubles, is asked again.
        """
        server_errors = 0
        for attempt in range(1, _ATTEMPTS + 1):
            if attempt > 1:
                await self.world.sleep(_PAUSE)
            body = jws.request(key, url, await self._nonce(), payload, kid)
            answer = await self._patiently("POST", url, body)
            try:
                return self._checked(url, answer)
            except ACMEError as e:
                server_errors += answer.status >= 500
                again = isinstance(e, Problem) and e.kind == "badNonce"
                if not again and not (answer.status >= 500 and server_errors < _SERVER_ERRORS):
                    raise
                self.world.log.debug("server rejected our request; retrying", error=str(e))
        raise ACMEError(f"{url}: {_ATTEMPTS} attempts")

    async def _nonce(self) -> str:
        if self._nonces:
            return self._nonces.pop()
        directory = await self.directory()
        answer = await self._patiently("HEAD", directory.new_nonce)
        if not self._nonces:
            raise ACMEError(f"{directory.new_nonce}: HTTP {answer.status} without a nonce")
        return self._nonces.pop()

    async def _patiently(self, method: str, url: str, body: bytes | None = None) -> Answer:
        for attempt in range(1, _UNREACHABLE + 1):
            try:
                answer = await self.world.fetch(
                    method, url, body, "application/jose+json" if body else ""
                )
            except Unreachable as e:
                if attempt == _UNREACHABLE:
                    raise
                self.world.log.warn("HTTP request failed; retrying", url=url, error=str(e))
                await self.world.sleep(_PAUSE)
                continue
            self._remember(answer)
            return answer
        raise AssertionError("the last attempt returns or raises")

    def _remember(self, answer: Answer) -> None:
        nonce = answer.get("Replay-Nonce")
        if _NONCE.fullmatch(nonce) and len(self._nonces) < _NONCES:
            self._nonces.append(nonce)

    def _checked(self, url: str, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        wait = answer.retry_after(self.world.clock())
        if answer.status >= 400 and answer.media_type == "application/problem+json":
            try:
                document = msgspec.json.decode(answer.body, type=Document)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                document = Document(detail="(unreadable)")
            if not document.status:
                document = msgspec.structs.replace(document, status=answer.status)
            raise Problem(document, wait)
        error = ACMEError(f"{url}: unexpected status code: HTTP {answer.status}")
        error.retry_after = wait
        raise error
