"""The ``cookie`` policy."""

from typing import Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields
from caddylite.http.reverse_proxy.fallback import read_options
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module
from caddylite.values import Duration


@module("http.reverse_proxy.selection_policies.cookie")
class Cookie(SelectionPolicy, frozen=True):
    """Remembers the upstream in a cookie (``lb`` when no name is given).

    Syntax::

        lb_policy cookie [<name> [<secret>]] {
            fallback <policy>
            max_age  <duration>
        }
    """

    # In the order of Go's struct; the JSON is sorted by key anyway.
    cookie_name: str = field(default="", name="name")
    secret: str = ""
    max_age: Duration = Duration(0)
    fallback: SelectionPolicy | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name and secret, then the block."""
        words = d.args()
        if not 1 <= len(words) <= 3:
            raise d.arg_err()
        name, secret = (*words[1:], "", "")[:2]
        return cls(cookie_name=name, secret=secret, **read_options(d, {"max_age": _read_max_age}))


def _read_max_age(d: Dispenser, out: Fields) -> None:
    word = d.arg()
    if "max_age" in out:
        raise d.err("cookie max_age already specified")
    try:
        age = Duration.parse(word)
    except ValueError:
        raise d.err(f"invalid duration: {word}") from None
    if age <= 0:
        raise d.err(f"invalid duration: {word}, max_age should be non-zero and positive")
    d.no_more_args()
    out["max_age"] = age
