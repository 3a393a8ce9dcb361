"""A small pool of kernel pipes, through which bulk data is spliced without being copied."""

import os
from typing import Final

#: Bytes one pipe holds, if the system lets us (fs.pipe-user-pages-soft bounds all of them).
PIPE_SIZE: Final = 1 << 18
#: Empty pipes kept for later.
_KEEP: Final = 64
_F_SETPIPE_SZ: Final = 1031

Pipe = tuple[int, int]
_free: list[Pipe] = []
#: The fewest that lay unused since the last :func:`close_unused`.
_least = 0


def take() -> Pipe | None:
    """Return an empty pipe (read end, write end); None when no more can be had."""
    global _least
    if _free:
        pipe = _free.pop()
        _least = min(_least, len(_free))
        return pipe
    import fcntl

    try:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.fcntl(writer, _F_SETPIPE_SZ, PIPE_SIZE)
    except OSError:
        # Over the user's limit new pipes shrink to a page or two: copying is faster then.
        os.close(reader)
        os.close(writer)
        return None
    return reader, writer


def give_back(pipe: Pipe, left_inside: int) -> None:
    """Put a pipe back. One with bytes inside is closed: they must never reach a stranger."""
    if left_inside or len(_free) >= _KEEP:
        os.close(pipe[0])
        os.close(pipe[1])
    else:
        _free.append(pipe)


def close_unused() -> None:
    """Close the pipes that nobody has wanted since this was called last."""
    global _least
    for pipe in _free[:_least]:
        give_back(pipe, 1)
    del _free[:_least]
    _least = len(_free)


def drop_all() -> None:
    """Close the pipes in the pool."""
    while _free:
        give_back(_free.pop(), 1)
