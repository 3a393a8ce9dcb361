"""``caddylite validate``: everything that would be done before the first address is bound."""

import tempfile
from pathlib import Path
from typing import Any

from caddylite.adapt.ownership import conflicts
from caddylite.caddy.config import Config


def check(config: Config, source: Any = None) -> None:
    """Provision a config without starting it; ConfigError says what cannot be run.

    ``source`` (text, file, adapter) is where the config came from, for places in complaints. What
    provisioning writes (an internal CA) goes to a folder that is thrown away.
    """
    refuse_shared_addresses(config, source)
    from twisted.internet.testing import MemoryReactorClock

    from caddylite.runtime.house import RunningHouse
    from caddylite.runtime.logging.opening import check_logs
    from caddylite.runtime.logs import LogBook
    from caddylite.runtime.service import Service

    check_logs(config.logging)
    make_clock: Any = MemoryReactorClock  # Twisted does not say its types
    with tempfile.TemporaryDirectory(prefix="caddylite-validate-") as folder:
        house = RunningHouse(make_clock(), LogBook([]), data_dir=Path(folder))
        try:
            Service(config, house).build()
        finally:
            for call in house.stopping():
                call()


def check_before(source: Any) -> None:
    """Check what comes before a module that cannot be read, in a source of JSON.

    Caddy would complain of that first.
    """
    from caddylite.runtime.earlier import earlier

    config = earlier(source.text, source.file)
    if config is not None:
        check(config)


def refuse_shared_addresses(config: Config, source: Any = None) -> None:
    """Complain if the layer-4 app and the HTTP app claim one address."""
    for conflict in conflicts(config, blocks_of(source)):
        raise conflict.error()


def blocks_of(source: Any) -> list[Any]:
    """Return the blocks of a Caddyfile that was read without complaint; none for JSON."""
    if source is None or source.adapter != "caddyfile":
        return []
    from caddylite.caddyfile.parser import parse

    blocks: list[Any] = parse(source.text, source.file)
    return blocks
