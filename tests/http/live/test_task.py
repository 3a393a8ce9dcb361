"""Coroutines over Deferreds."""

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from caddylite.http.live.task import Task


class Watched:
    def __init__(self, coroutine):
        self.ended = []
        self.task = Task(coroutine, self.ended.append)
        self.task.start()


def test_a_coroutine_that_never_waits_ends_at_once():
    async def work():
        return None

    assert Watched(work()).ended == [None]


def test_waiting_and_going_on():
    first, second, seen = Deferred(), Deferred(), []

    async def work():
        seen.append(await first)
        seen.append(await second)
        seen.append(await succeed("c"))

    watched = Watched(work())
    assert watched.ended == []
    first.callback("a")
    second.callback("b")
    assert seen == ["a", "b", "c"]
    assert watched.ended == [None]


def test_failures_are_raised_where_they_are_waited_for():
    later, seen = Deferred(), []

    async def work():
        for deferred in (later, fail(KeyError("now"))):
            try:
                await deferred
            except KeyError as error:
                seen.append(error.args[0])
        raise ValueError("end")

    watched = Watched(work())
    later.errback(KeyError("later"))
    assert seen == ["later", "now"]
    assert isinstance(watched.ended[0], ValueError)


def test_cancelling_raises_where_it_waits():
    waiting, seen = Deferred(), []

    async def work():
        try:
            await waiting
        finally:
            seen.append("cleaned")

    watched = Watched(work())
    watched.task.cancel(KeyError("stop"))
    assert seen == ["cleaned"]
    assert isinstance(watched.ended[0], KeyError)
    watched.task.cancel(KeyError("again"))
    assert len(watched.ended) == 1


def test_cancelling_from_within_takes_effect_at_the_next_wait():
    holder, seen = [], []

    async def work():
        holder[0].cancel(KeyError("stop"))
        seen.append("still running")
        await Deferred()

    ended = []
    task = Task(work(), ended.append)
    holder.append(task)
    task.start()
    assert seen == ["still running"]
    assert isinstance(ended[0], KeyError)


def test_an_exit_is_not_swallowed():
    async def work():
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        Watched(work())
