"""The beginning of a TLS connection: its ClientHello, its handshake, the ways to fail."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol

from caddylite.context import Timeouts
from caddylite.tls.alerts import DECODE_ERROR, INTERNAL_ERROR, Refusal
from caddylite.tls.live.below import OverTransport, plain_address
from caddylite.tls.live.contexts import describe
from caddylite.tls.live.policies import Proof, Settled
from caddylite.tls.live.termination import Peer, Terminator
from caddylite.tls.state import TLSState
from caddylite.wire.clienthello import MAX_HELLO, Hello, Incomplete, NotTLS, read

#: A ClientHello with its record headers.
_MOST_HELLO: Final = MAX_HELLO + 1024
#: As many bytes tell TLS from what else is answered.
_TELLING: Final = 5

#: Makes the inner protocol once the handshake is through; None closes the connection.
MakeInner = Callable[[Any], IProtocol | None]


def _nobody(connection: Any) -> None:
    """Stands for a maker of inner protocols that has done its work, or has none to do."""


class Opening(OverTransport, Protocol):
    """A connection up to the end of its handshake; what follows is the subclass's."""

    #: Is it we who begin the handshake?
    _begins: ClassVar[bool] = False

    def __init__(self, terminator: Terminator, make_inner: MakeInner, peer: Any = None) -> None:
        self._terminator, self._make_inner, self._peer = terminator, make_inner, peer
        self._early = b""
        self._asked: Deferred[Settled] | None = None  # a certificate is being obtained
        self._conn: SSL.Connection | None = None
        self._inner: IProtocol | None = None
        self._state: TLSState | None = None
        self._server_name = ""
        self._deadline: tuple[Timeouts, Any] | None = None
        self._producing = False  # the inner protocol has a producer registered
        self._paused = self._pumping = False
        self._read_over = False  # close_notify has come and has been passed on
        self._tcp_over = False  # the stream below has ended
        self._write_over = False  # close_notify has gone
        self._closing = self._lost = False
        self._answers = False  # reading may have to be answered (a renegotiation refused)
        self._settled = False  # the handshake is through, or its failure has been reported

    def connectionMade(self) -> None:
        """Wait for the ClientHello, not for ever."""
        self._expect(self._terminator.opening, self._too_slow)

    def _hello(self, data: bytes) -> None:
        early = self._early = self._early + data if self._early else data
        if self._asked is not None:
            if len(early) > 2 * _MOST_HELLO:
                self._fail("more than a ClientHello before there was an answer")
            return
        found = read(early)
        if isinstance(found, Hello):
            self._begin(found)
        elif isinstance(found, Incomplete):
            if len(early) > _MOST_HELLO:
                self._refuse(Refusal(DECODE_ERROR, "a ClientHello of more than 16 KiB"))
        elif isinstance(found, NotTLS):
            self._not_tls(early)
        else:
            self._refuse(Refusal(DECODE_ERROR, found.why))

    def _not_tls(self, early: bytes) -> None:
        answer = self._terminator.not_tls
        if answer is not None:
            if len(early) < _TELLING:
                return  # too little to say anything
            said = answer(early)
            if said:
                self.transport.write(said)
        self._fail("first record does not look like a TLS handshake")

    def _begin(self, hello: Hello) -> None:
        peer = self._peer
        if peer is None:
            below = self.transport
            peer = self._peer = Peer(
                plain_address(below.getPeer()), plain_address(below.getHost())
            )
        self._server_name = hello.server_name
        answer = self._terminator.policies.answer(hello, peer)
        if isinstance(answer, Deferred):
            self._cancel_deadline()  # whoever obtains the certificate has a limit of its own
            self._asked = answer
            answer.addCallbacks(self._answered, self._unanswered)
        else:
            self._go_on(answer)

    def _answered(self, answer: Settled) -> None:
        self._asked = None
        if self._lost or self._closing:
            return
        self._expect(self._terminator.opening, self._too_slow)
        self._go_on(answer)

    def _unanswered(self, failure: Any) -> None:
        self._answered(Refusal(INTERNAL_ERROR, str(failure.value)))

    def _go_on(self, answer: Settled) -> None:
        if isinstance(answer, Refusal):
            self._refuse(answer)
            return
        if isinstance(answer, Proof):
            answer, self._make_inner = answer.context, _nobody
        conn = self._conn = SSL.Connection(answer, None)
        conn.set_accept_state()
        early, self._early = self._early, b""
        conn.bio_write(early)
        self._handshake(conn)

    def _handshake(self, conn: SSL.Connection) -> None:
        try:
            conn.do_handshake()
        except SSL.WantReadError:
            self._flush(conn)
            return
        except SSL.Error as e:
            self._flush(conn)
            self._fail(describe(e))
            return
        self._cancel_deadline()
        self._settled = True
        self._answers = conn.get_protocol_version() < SSL.TLS1_3_VERSION
        if self._answers:
            self._flush(conn)  # in TLS 1.3 there are only tickets now: they go with the first data
        make, self._make_inner = self._make_inner, _nobody  # what it holds is let go
        inner: Any = make(self)
        if inner is None:
            self.loseConnection()
            return
        self._inner = inner
        inner.makeConnection(self)
        if self._begins and self._inner is not None:
            self._flush(conn)  # our Finished, if the inner protocol had nothing to send with it
        if not self._paused and self._inner is not None:
            self._pump(conn)

    def _refuse(self, refusal: Refusal) -> None:
        self.transport.write(refusal.record)
        self._fail(refusal.why)

    def _too_slow(self) -> None:
        self._report("handshake timed out")
        self.abortConnection()

    def _fail(self, why: str) -> None:
        """End a connection that has come to no inner protocol."""
        if self._closing:
            return
        self._report(why)
        self._closing = self._write_over = True
        self._lose()

    def _report(self, why: str) -> None:
        failed = self._terminator.failed
        if failed is not None and not self._settled:
            failed(self.getPeer(), why)
        self._settled = True

    def _cancel_deadline(self) -> None:
        deadline, self._deadline = self._deadline, None
        if deadline is not None:
            deadline[0].cancel(deadline[1])

    def _expect(self, timeouts: Timeouts, call: Callable[[], None]) -> None:
        self._cancel_deadline()
        self._deadline = timeouts, timeouts.add(call)

    # What the subclass does.

    def _pump(self, conn: SSL.Connection) -> None:
        raise NotImplementedError

    def _flush(self, conn: SSL.Connection) -> None:
        raise NotImplementedError

    def _lose(self) -> None:
        raise NotImplementedError

    def loseConnection(self) -> None:
        """Close after a flush."""
        raise NotImplementedError

    def abortConnection(self) -> None:
        """Close now."""
        raise NotImplementedError
