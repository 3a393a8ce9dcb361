"""The ``remote_ip_list`` matcher."""

import os
from collections.abc import Callable
from typing import Annotated, Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.ip import Prefix, parse_range, ranges_test
from caddylite.layer4.matching import Match, Matcher, Peek, host_text
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("layer4.matchers.remote_ip_list")
class RemoteIPList(Matcher, frozen=True):
    """Matches if the peer's address is in a file of addresses and CIDR ranges, one a line.

    Other lines are passed over. The file is read again when it has changed; it need not exist, its
    directory must.

    Syntax::

        remote_ip_list <file>
    """

    remote_ip_file: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the file's name."""
        d.next()
        if d.count_args() > 1:
            raise d.arg_err()
        path = d.opt_arg() or ""
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} option: blocks are not supported")
        return cls(path)

    def prepare(self, house: Any) -> Match:
        """Check that the directory is there."""
        directory = os.path.dirname(self.remote_ip_file) or "."
        if not os.path.isdir(directory) or os.path.islink(directory):
            raise ConfigError(
                "could not find the directory containing the IP file to monitor: "
                f"{self.remote_ip_file}"
            )
        watched = _Watched(self.remote_ip_file)

        def match(p: Peek) -> bool:
            host = host_text(p.cx.remote)
            return watched.test()(host) or p.no(f"{host or 'the peer'} is not in the list")

        return match


class _Watched:
    """A list file, read when what the file system says of it has changed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._test: Callable[[str], bool] = ranges_test(())

    def test(self) -> Callable[[str], bool]:
        """Return the test for the list as it is now; a file that cannot be read is empty."""
        try:
            about = os.stat(self._path)
        except (OSError, ValueError):
            seen: tuple[int, ...] = ()
        else:
            seen = (about.st_ino, about.st_size, about.st_mtime_ns)
        if seen != self._seen:
            self._test = ranges_test(_read(self._path))
            self._seen = seen
        return self._test


def _read(path: str) -> list[Prefix]:
    out = []
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    out.append(parse_range(line.rstrip("\r\n")))
                except ValueError:
                    continue
    except (OSError, ValueError):
        return []
    return out
