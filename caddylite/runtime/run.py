"""``caddylite run``: one config in the foreground until a signal."""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError


def run(config: Config, source: Any = None, *, pidfile: str = "", watch: bool = False) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code. ConfigError if it cannot start."""
    from caddylite.runtime.reactor import make_reactor

    reactor = make_reactor()

    from caddylite.runtime.house import RunningHouse
    from caddylite.runtime.logs import make_book
    from caddylite.runtime.service import Service
    from caddylite.runtime.twisted_log import redirect

    raise_descriptor_limit()
    book = make_book(config.logging)
    redirect(book)
    house = RunningHouse(reactor, book)
    service = Service(config, house)
    try:
        service.build()
    except ConfigError as e:
        raise e.wrap("loading initial config: loading new config: ") from None
    service.start()
    _write_pidfile(pidfile)
    program = _Program(reactor, service, book.logger(""))
    program.install()
    book.logger("").info("serving initial configuration")
    _tune_memory()
    try:
        reactor.run(installSignalHandlers=False)
    finally:
        if pidfile:
            with suppress(OSError):
                os.unlink(pidfile)
    return program.code


class _Program:
    """Signals: the first stops politely, the second at once."""

    def __init__(self, reactor: Any, service: Any, log: Any) -> None:
        self._reactor, self._service, self._log = reactor, service, log
        self._stopping = False
        self.code = 0

    def install(self) -> None:
        """Take SIGINT and SIGTERM from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signal)

    def _signal(self, number: int, _frame: Any) -> None:
        # Runs between two bytecodes; callFromThread wakes the poll.
        self._reactor.callFromThread(self._stop, signal.Signals(number).name)

    def _stop(self, name: str) -> None:
        if self._stopping:
            self._service.abort()
            return
        self._stopping = True
        self._log.info("shutting down", signal=name)
        self._service.stop(self._stopped)

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
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    sys.setswitchinterval(0.05)
