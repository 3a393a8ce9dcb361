"""``caddylite run``: one config in the foreground until a signal."""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError
from caddylite.runtime.following import EVERY, Follower, Read

#: The exit code of a program that was told not to be polite (SIGQUIT).
FORCED: Final = 2


def run(
    config: Config,
    source: Any = None,
    *,
    pidfile: str = "",
    watch: bool = False,
    read: Read | None = None,
) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code. ConfigError if it cannot start.

    ``read`` reads the config's file again: for SIGUSR1, and with ``watch`` whenever it changes.
    """
    from caddylite.runtime.reactor import make_reactor

    reactor = make_reactor()

    from caddylite.runtime.logs import make_book
    from caddylite.runtime.reload import Program
    from caddylite.runtime.twisted_log import redirect

    raise_descriptor_limit()
    book = make_book()
    redirect(book)
    program = Program(reactor, book)
    try:
        program.load(config, source)
    except ConfigError as e:
        raise e.wrap("loading initial config: loading new config: ") from None
    _write_pidfile(pidfile)
    follower = None
    if read is not None:
        follower = Follower(read, program.load, source.file, config, book.logger(""))
    process = _Process(reactor, program, follower, book.logger(""))
    process.install(watch)
    book.logger("").info("serving initial configuration")
    program.settled = _tune_memory
    _tune_memory()
    try:
        reactor.run(installSignalHandlers=False)
    finally:
        program.close_logs()
        if pidfile:
            with suppress(OSError):
                os.unlink(pidfile)
    return process.code


class _Process:
    """Signals: the first stops politely, the second at once; some load the config anew."""

    def __init__(self, reactor: Any, program: Any, follower: Follower | None, log: Any) -> None:
        self._reactor, self._program, self._log = reactor, program, log
        self._follower = follower
        self._stopping = False
        self._watching: Any = None
        self.code = 0

    def install(self, watch: bool) -> None:
        """Take signals from now on, and follow the config's file if asked to."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signal)
        for name in ("SIGUSR1", "SIGUSR2", "SIGHUP", "SIGQUIT"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._other_signal)
        if watch and self._follower is not None:
            self._log.named("watcher").info("watching config file for changes")
            self._watch_later()

    def _watch_later(self) -> None:
        self._watching = self._reactor.callLater(EVERY, self._look)

    def _look(self) -> None:
        self._watch_later()
        if self._follower is not None:
            self._follower.look()

    def _signal(self, number: int, _frame: Any) -> None:
        # Runs between two bytecodes; callFromThread wakes the poll.
        self._reactor.callFromThread(self._stop, signal.Signals(number).name)

    def _other_signal(self, number: int, _frame: Any) -> None:
        self._reactor.callFromThread(self._other, signal.Signals(number).name)

    def _other(self, name: str) -> None:
        if name == "SIGQUIT":
            self._log.info("quitting process immediately", signal=name)
            os._exit(FORCED)
        if self._stopping:
            return
        if name != "SIGUSR1":
            self._log.info("not implemented", signal=name)
        elif self._follower is None:
            self._log.info("last config unknown, ignored SIGUSR1", signal=name)
        else:
            self._follower.again()

    def _stop(self, name: str) -> None:
        if self._stopping:
            self._program.abort()
            return
        self._stopping = True
        if self._watching is not None and self._watching.active():
            self._watching.cancel()
        self._log.info("shutting down", signal=name)
        self._program.stop(self._stopped)

    def _stopped(self) -> None:
        self._log.info("shutdown complete", exit_code=self.code)
        with suppress(Exception):
            self._reactor.stop()


def raise_descriptor_limit() -> None:
    """Ask for as many descriptors as the hard limit allows, as Go programs do."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _write_pidfile(path: str) -> None:
    if not path:
        return
    try:
        Path(path).write_text(f"{os.getpid()}\n")
    except OSError as e:
        raise ConfigError(f"writing pidfile: {(e.strerror or str(e)).lower()}") from None


def _tune_memory() -> None:
    """What is alive now stays alive: spare the collector looking at it again and again."""
    gc.unfreeze()  # what an old config has left
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    sys.setswitchinterval(0.05)
