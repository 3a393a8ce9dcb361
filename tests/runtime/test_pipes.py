"""The pool of pipes: kept while they are wanted, closed when nobody wants them."""

import os

import pytest

from caddylite.runtime import pipes


@pytest.fixture(autouse=True)
def _empty():
    pipes.drop_all()
    pipes.close_unused()
    yield
    pipes.drop_all()


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def taken() -> pipes.Pipe:
    pipe = pipes.take()
    assert pipe is not None
    return pipe


def test_an_empty_pipe_is_used_again_and_a_full_one_is_not():
    first = taken()
    pipes.give_back(first, 0)
    assert taken() == first
    pipes.give_back(first, 7)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first[0])


def test_pipes_that_nobody_wanted_since_the_last_look_are_closed():
    before = open_descriptors()
    both = [taken(), taken()]
    for pipe in both:
        pipes.give_back(pipe, 0)
    pipes.close_unused()  # they were in use just now
    assert open_descriptors() == before + 4
    pipes.give_back(taken(), 0)  # one of them is wanted again
    pipes.close_unused()
    assert open_descriptors() == before + 2
    pipes.close_unused()
    assert open_descriptors() == before
