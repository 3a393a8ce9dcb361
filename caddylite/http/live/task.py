"""Runs one coroutine over Deferreds, without the cost of a Deferred of its own.

A handler is a coroutine; most of them never wait, and then nothing but a call is paid for it.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


class Task:
    """Drives a coroutine; ``done(error)`` is called once it has ended (None: well)."""

    __slots__ = ("_coroutine", "_done", "_ended", "_pending_cancel", "_running", "_waiting_on")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, None],
        done: Callable[[BaseException | None], None],
    ) -> None:
        self._coroutine, self._done = coroutine, done
        self._waiting_on: Deferred[Any] | None = None
        self._running = self._ended = False
        self._pending_cancel: BaseException | None = None

    def start(self) -> None:
        """Run until the first wait, or the end."""
        self._step(None)

    def cancel(self, error: BaseException) -> None:
        """Raise an exception where the coroutine waits; nothing if it has ended."""
        if self._ended:
            return
        if self._running:
            self._pending_cancel = error
            return
        abandoned, self._waiting_on = self._waiting_on, None
        self._step(error)
        if abandoned is not None:
            abandoned.addErrback(lambda _: None)
            abandoned.cancel()

    def _step(self, error: BaseException | None) -> None:
        self._running = True
        try:
            deferred = self._resume(error)
            while (cancelled := self._take_cancel()) is not None:
                deferred = self._resume(cancelled)
            self._waiting_on = deferred
            deferred.addBoth(self._wake, deferred)
        except StopIteration:
            self._end(None)
        except BaseException as problem:
            self._end(problem)
            if not isinstance(problem, Exception):
                raise
        finally:
            self._running = False

    def _resume(self, error: BaseException | None) -> Deferred[Any]:
        """Run to the next wait and return what is waited for."""
        error = error or self._take_cancel()
        waited: Deferred[Any] = (
            self._coroutine.send(None) if error is None else self._coroutine.throw(error)
        )
        return waited

    def _take_cancel(self) -> BaseException | None:
        error, self._pending_cancel = self._pending_cancel, None
        return error

    def _wake(self, result: Any, deferred: Deferred[Any]) -> None:
        if self._waiting_on is not deferred:
            return
        self._waiting_on = None
        # A Deferred cannot raise its Failure by itself while its callbacks run.
        self._step(result.value if isinstance(result, Failure) else None)

    def _end(self, problem: BaseException | None) -> None:
        self._ended = True
        self._done(problem)
