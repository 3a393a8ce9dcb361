"""Waiting, in coroutines."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from caddylite.context import House

T = TypeVar("T")


def pause(house: House, seconds: float) -> Deferred[None]:
    """Return what fires after so many seconds; cancelling it takes the timer away."""
    out: Deferred[None] = Deferred(lambda _: timer.cancel())
    timer = house.later(max(seconds, 0.0), lambda: out.callback(None))
    return out


def abandonable(work: Deferred[T]) -> Deferred[T]:
    """Return what fires as some work does; once cancelled it is cancelled, whatever comes of it.

    Twisted's endpoints make errors of their own of that, which somebody might try again after.
    """
    abandoned = False

    def cancel(_: Deferred[T]) -> None:
        nonlocal abandoned
        abandoned = True
        work.cancel()

    def done(result: Any) -> None:
        if not abandoned:
            out.callback(result)

    out: Deferred[T] = Deferred(cancel)
    work.addBoth(done)
    return out


def begin(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Run a coroutine; cancelling what is returned cancels what it waits for."""
    return Deferred.fromCoroutine(coroutine)
