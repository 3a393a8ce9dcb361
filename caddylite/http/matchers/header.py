"""The ``header`` matcher."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.fields import canonical, field_matches, values_of
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request

#: By field name, the values wanted; () is "it exists", None is "it does not".
Fields = dict[str, tuple[str, ...] | None]


@module("http.matchers.header")
class Header(RequestMatcher, frozen=True):
    """Matches header fields: all the fields named, each with one of its values.

    Syntax::

        header [!]<field> [<value>]

    A ``*`` in front of the value, behind it, or both stands for any text; ``!field`` wants the
    field not to be there.
    """

    transparent: ClassVar[bool] = True

    fields: Fields = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the lines; the values of one field are alternatives."""
        fields: Fields = {}
        parse_fields(d, fields)
        return cls(fields)

    def prepare(self, cx: Any) -> Test:
        """Leave the look-up of placeholders to the request where a value has one."""
        from caddylite.http.replacer import expand, has_placeholder

        if not any(has_placeholder(v) for values in self.fields.values() for v in values or ()):
            return self.match
        return lambda request: self._match_expanded(request, expand)

    def match(self, request: "Request") -> bool:
        """Compare every field."""
        return all(field_matches(values_of(request, f), v) for f, v in self.fields.items())

    def _match_expanded(self, request: "Request", expand: "Callable[[Request, str], str]") -> bool:
        for field, values in self.fields.items():
            wanted = None if values is None else [expand(request, v) for v in values]
            if not field_matches(values_of(request, field), wanted):
                return False
        return True


def parse_fields(d: Dispenser, fields: Fields) -> None:
    """Read ``header`` lines into ``fields``, adding to what is there."""
    while d.next():
        if not d.next_arg():
            raise d.err("malformed header matcher: expected field")
        field = d.val
        if field.startswith("!"):
            if len(field) == 1:
                raise d.err("malformed header matcher: must have field name following ! character")
            fields[field[1:]] = None
            if d.next_arg():
                raise d.err(
                    "malformed header matcher: null matching headers cannot have a field value"
                )
        else:
            if not d.next_arg():
                raise d.err("malformed header matcher: expected both field and value")
            name = canonical(field)
            fields[name] = (*(fields.get(name) or ()), d.val)
        no_block(d, "header")
