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


def begin(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Run a coroutine; cancelling what is returned cancels what it waits for."""
    return Deferred.fromCoroutine(coroutine)
