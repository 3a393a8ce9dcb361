"""From a name to a certificate: order, authorizations, challenges, the end (RFC 8555, 7.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from caddylite.tls.acme import jws
from caddylite.tls.acme.account import Account
from caddylite.tls.acme.challenges import Task, task
from caddylite.tls.acme.client import Answer, Client
from caddylite.tls.acme.errors import ACMEError, Document, Identifier, Problem
from caddylite.tls.acme.messages import Authorization, Challenge, Message, Order, read
from caddylite.tls.acme.preferences import Preferences

#: How often an order is begun anew with other challenges.
_ATTEMPTS: Final = 3
#: Seconds between two looks at something unfinished: the first, and the longest.
_POLL, _LONGEST_POLL = 0.25, 5.0
#: Seconds that a CA may take to validate, and then to issue, unless ``acme_timeout`` says.
POLL_TIMEOUT: Final = 300.0
#: What may go otherwise with another kind of challenge.
_OTHERWISE: Final = frozenset({"connection", "dns", "serverInternal", "unauthorized", "tls"})


class Solver(Protocol):
    """Answers challenges of one kind."""

    async def present(self, asked: Task) -> None:
        """Be ready to answer; ACMEError if that cannot be."""
        ...

    def clean_up(self, asked: Task) -> None:
        """It is over."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What is ordered. ``not_after``: its end (seconds since the epoch), 0 as the CA likes.

    ``replaces``: what the certificate before is called (RFC 9773, 5), ``""`` if that is not said.
    """

    identifiers: tuple[Identifier, ...]
    csr: bytes
    profile: str = ""
    not_after: float = 0.0
    replaces: str = ""


@dataclass(slots=True)
class _Proof:
    """An authorization on its way."""

    url: str
    state: Authorization
    current: Task | None = None
    left: list[Challenge] = field(default_factory=list)

    @property
    def name(self) -> str:
        value = self.state.identifier.value
        return f"*.{value}" if self.state.wildcard else value


class _OtherChallenge(Exception):
    """An order has failed, and might not with another kind of challenge."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Ordering:
    """One account at one CA, ready to order."""

    def __init__(
        self,
        client: Client,
        account: Account,
        solvers: Mapping[str, Solver],
        preferences: Preferences,
        patience: float = POLL_TIMEOUT,
    ) -> None:
        self._client, self._account, self._solvers = client, account, solvers
        self._preferences, self._patience = preferences, patience or POLL_TIMEOUT
        self._log = client.world.log

    async def obtain(self, wish: Wish) -> str:
        """Return the URL of a new certificate; ACMEError if there is none."""
        failed: dict[str, set[str]] = {}
        problem: ACMEError = ACMEError("nothing was tried")
        for attempt in range(1, _ATTEMPTS + 1):
            if attempt > 1:
                await self._client.world.sleep(1.0)
            try:
                order, location = await self._order(wish)
            except Problem as e:
                if e.kind == "alreadyReplaced" and wish.replaces:
                    wish, problem = replace(wish, replaces=""), e
                    continue
                raise
            try:
                await self._prove(order, failed)
            except _OtherChallenge as e:
                problem = e.problem
                continue
            self._log.info("validations succeeded; finalizing order", order=location)
            return await self._finalize(order, location, wish)
        raise problem

    async def _order(self, wish: Wish) -> tuple[Order, str]:
        directory = await self._client.directory()
        payload: dict[str, Any] = {
            "identifiers": [{"type": i.type, "value": i.value} for i in wish.identifiers]
        }
        if wish.profile:
            known = directory.meta.profiles
            if known and wish.profile not in known:
                raise ACMEError(
                    f"unknown profile name '{wish.profile}'; supported profiles: "
                    f"{' '.join(sorted(known))[:500]}"
                )
            payload["profile"] = wish.profile
        if wish.not_after:
            end = datetime.fromtimestamp(int(wish.not_after), UTC)
            payload["notAfter"] = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        if wish.replaces and directory.renewal_info:
            payload["replaces"] = wish.replaces
        answer = await self._post(directory.new_order, payload)
        return read(Order, answer.body), answer.get("Location")

    # Showing that the names are ours.

    async def _prove(self, order: Order, failed: dict[str, set[str]]) -> None:
        proofs = []
        try:
            for url in order.authorizations:
                state = read(Authorization, (await self._post(url)).body)
                proof = _Proof(url, state)
                proofs.append(proof)
                gone = failed.setdefault(proof.name, set())
                self._preferences.meet([c.type for c in state.challenges])
                proof.left = [c for c in state.challenges if c.type not in gone]
            for proof in proofs:
                await self._present(proof)
            for proof in proofs:
                if proof.current is not None:
                    await self._post(proof.current.url, {})
            for proof in proofs:
                await self._await(proof, failed[proof.name])
        except BaseException as e:
            self._clean_up(proofs)
            if isinstance(e, Exception):
                await self._let_go(proofs)
            raise
        self._clean_up(proofs)

    def _clean_up(self, proofs: list[_Proof]) -> None:
        for proof in proofs:
            asked, proof.current = proof.current, None
            if asked is not None:
                self._solvers[asked.kind].clean_up(asked)

    async def _let_go(self, proofs: list[_Proof]) -> None:
        """Give back what would count against the account while it waits."""
        for proof in proofs:
            if proof.state.status in ("pending", "valid"):
                try:
                    await self._post(proof.url, {"status": "deactivated"})
                except ACMEError as e:
                    self._log.error(
                        "deactivating authorization", identifier=proof.name, error=str(e)
                    )

    async def _present(self, proof: _Proof) -> None:
        if proof.state.status == "valid":
            self._log.info("authorization already valid", identifier=proof.name)
            return
        if proof.state.status != "pending":
            raise ACMEError(f"authz {proof.url} has unexpected status: {proof.state.status}")
        problem: ACMEError | None = None
        while True:
            challenge = self._next(proof, problem)
            asked = task(challenge, proof.state.identifier, self._account.key)
            self._log.info(
                "trying to solve challenge",
                identifier=proof.name,
                challenge_type=asked.kind,
                ca=self._client.url,
            )
            proof.current = asked
            try:
                await self._solvers[asked.kind].present(asked)
                return
            except ACMEError as e:  # a port that cannot be had: another kind may do
                problem, proof.current = e, None
                self._solvers[asked.kind].clean_up(asked)
                self._log.error("presenting for challenge", identifier=proof.name, error=str(e))

    def _next(self, proof: _Proof, problem: ACMEError | None) -> Challenge:
        """Take the best challenge that is left and that we can answer."""
        for kind in self._preferences.ordered():
            for challenge in proof.left:
                if challenge.type == kind and kind in self._solvers and challenge.answerable:
                    proof.left.remove(challenge)
                    return challenge
        if problem is not None:
            raise problem
        offered = " ".join(c.type for c in proof.state.challenges)
        raise ACMEError(
            f"{proof.name}: no solvers available for remaining challenges "
            f"(configured=[{' '.join(self._solvers)}] offered=[{offered}] "
            f"remaining=[{' '.join(c.type for c in proof.left)}])"
        )

    async def _await(self, proof: _Proof, failed: set[str]) -> None:
        asked = proof.current
        if asked is None:
            return
        try:
            proof.state = await self._poll(proof.url, Authorization, ("pending",), None)
            if proof.state.status != "valid":
                raise _why(proof.state)
        except ACMEError as e:
            self._preferences.note(asked.kind, worked=False)
            if not isinstance(e, Problem):
                raise
            self._log.error(
                "challenge failed",
                identifier=proof.name,
                challenge_type=asked.kind,
                problem=str(e),
            )
            failed.add(asked.kind)
            if e.kind in _OTHERWISE and any(c.type in self._solvers for c in proof.left):
                raise _OtherChallenge(e) from e
            raise
        self._preferences.note(asked.kind, worked=True)
        self._log.info(
            "authorization finalized", identifier=proof.name, authz_status=proof.state.status
        )

    # The certificate.

    async def _finalize(self, order: Order, location: str, wish: Wish) -> str:
        try:
            answer = await self._post(order.finalize, {"csr": jws.b64(wish.csr)})
            order = read(Order, answer.body)
            location = answer.get("Location") or location
        except Problem as e:
            if e.kind != "orderNotReady":
                raise
            answer = None
        if answer is None or order.status == "processing":
            order = await self._poll(location, Order, ("processing",), answer)
        if order.status == "valid" and order.certificate:
            return order.certificate
        if order.error is not None:
            raise Problem(order.error)
        raise ACMEError(f"finalizing order {location}: it is {order.status[:50]}")

    async def _poll(
        self, url: str, kind: type[Message], unfinished: tuple[str, ...], answer: Answer | None
    ) -> Message:
        """Look at something until it is finished, at most as long as we are patient."""
        world = self._client.world
        end, pause = world.clock() + self._patience, _POLL
        while world.clock() < end:
            wait = answer.retry_after(world.clock()) if answer is not None else 0.0
            await world.sleep(min(wait or pause, max(end - world.clock(), 0.0)))
            pause = min(pause * 1.5, _LONGEST_POLL)
            answer = await self._post(url)
            found = read(kind, answer.body)
            if getattr(found, "status", "") not in unfinished:
                return found
        raise ACMEError(f"{kind.__name__.lower()} took too long")

    async def _post(self, url: str, payload: Any = None) -> Answer:
        return await self._client.post(self._account.key, self._account.location, url, payload)


def _why(state: Authorization) -> ACMEError:
    if state.status != "invalid":
        return ACMEError(f"authorization {state.status[:50]}")
    for challenge in state.challenges:
        if challenge.error is not None:
            return Problem(challenge.error)
    return Problem(Document(detail="authorization failed"))
