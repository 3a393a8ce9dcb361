"""``replace``, ``hash`` and ``delete``: what the filters of queries and cookies do to one part."""

from collections.abc import Iterator

from caddylite.caddyfile.dispenser import Dispenser


def read_actions(d: Dispenser) -> Iterator[tuple[str, str, str]]:
    """Read a block of actions: yield the kind, the name of the part, the new value."""
    for kind in d.block():
        if kind not in ("replace", "hash", "delete"):
            raise d.err(f"unrecognized subdirective {kind}")
        yield kind, d.arg(), d.arg() if kind == "replace" else ""
