"""Strings that JSON may also write as numbers or truth values."""

from typing import Any

from caddylite.gonumbers import atoi


class WeakString(str):
    """A string in the Caddyfile and here; printed as a number or truth value where it is one.

    Status codes are of this kind, so that they can be placeholders too.
    """

    __slots__ = ()

    def plain_form(self) -> bool | int | str:
        """Return the JSON form."""
        if self in ("true", "false"):
            return self == "true"
        try:
            return atoi(self)
        except ValueError:
            return str(self)

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> "WeakString":
        """Read a string, a number or a truth value; of anything else the JSON text is kept."""
        if value is None:
            return cls("")
        if isinstance(value, bool):
            return cls("true" if value else "false")
        if isinstance(value, str | int | float):
            return cls(value)
        from caddylite import gojson
        from caddylite.encoding import sort_keys

        return cls(gojson.dumps(sort_keys(value)))
