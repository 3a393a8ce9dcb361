"""The ``fastcgi`` transport."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, duration, flag, read_block, text, words
from caddylite.http.reverse_proxy.kinds import Transport
from caddylite.registry import module
from caddylite.values import Duration

TIMEOUT = "bad timeout value {}: {}"


@module("http.reverse_proxy.transport.fastcgi")
class FastCGI(Transport, frozen=True):
    """Speaks FastCGI to upstreams, as PHP's process manager does.

    Syntax::

        transport fastcgi {
            root  <path>
            split <suffixes...>
            env   <name> <value>
            resolve_root_symlink
            dial_timeout  <duration>
            read_timeout  <duration>
            write_timeout <duration>
            capture_stderr
        }
    """

    go_type: ClassVar[str] = "*fastcgi.Transport"

    root: str = ""
    split_path: tuple[str, ...] = ()
    resolve_root_symlink: bool = False
    env: dict[str, str] = {}
    dial_timeout: Duration = Duration(0)
    read_timeout: Duration = Duration(0)
    write_timeout: Duration = Duration(0)
    capture_stderr: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        return cls(**read_block(d, _SYNTAX, "unrecognized subdirective {}"))


def read_env(d: Dispenser, out: Fields) -> None:
    """Read ``env <name> <value>``."""
    found = d.args()
    if len(found) != 2:
        raise d.arg_err()
    out.setdefault("env", {})[found[0]] = found[1]


_SYNTAX = {
    "root": text("root"),
    "split": words("split_path"),
    "env": read_env,
    "resolve_root_symlink": flag("resolve_root_symlink"),
    "dial_timeout": duration("dial_timeout", TIMEOUT),
    "read_timeout": duration("read_timeout", TIMEOUT),
    "write_timeout": duration("write_timeout", TIMEOUT),
    "capture_stderr": flag("capture_stderr"),
}
