"""The complaints of the codec: a value of another JSON type, and what Caddy says around them."""

from typing import Any, Self

from caddylite.errors import ConfigError
from caddylite.node import Node
from caddylite.values import Duration

Path = tuple[str | int, ...]


class Nested(ConfigError):
    """A module cannot be loaded; whoever holds it says where it stands.

    ``module`` is the path of the module, ``path`` that of what is wrong with it.
    """

    def __init__(
        self, message: str, module: Path, path: Path = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, path=path or module)
        self.module = module

    def around(self, prefix: str) -> "Nested":
        """Put words before it."""
        return Nested(prefix + self.message, self.module, self.path, self.hint)


class Mismatch(ConfigError):
    """A value of another JSON type than the field has; the message tells which field.

    ``wanted`` is the annotation of what should stand there.
    """

    def __init__(self, value: Any, wanted: Any, path: Path) -> None:
        super().__init__("", path=path)
        self.value, self.wanted = value, wanted
        self.is_field = False
        self.fields: list[tuple[type[Node], str]] = []

    def under(self, cls: type[Node], key: str, path: Path) -> Self:
        """Say which field of which struct holds it; called from the inside out."""
        self.is_field = self.is_field or path == self.path
        self.fields.insert(0, (cls, key))
        return self

    def as_is(self) -> ConfigError:
        """Return it with the message finished, which is made of where it was seen."""
        return ConfigError(str(self), self.at, self.hint, self.path).as_is()

    def __str__(self) -> str:
        from caddylite.go_types import field_path, field_type, go_type, struct_name

        place, wanted = "value", go_type(self.wanted)
        if self.fields:
            cls, key = self.fields[-1]
            place = f"struct field {struct_name(cls)}.{field_path(self.fields)}"
            wanted = field_type(cls, key, self.wanted) if self.is_field else wanted
        return f"json: cannot unmarshal {self._got()} into Go {place} of type {wanted}"

    def _got(self) -> str:
        """Return Go's word for the JSON type; a number that an integer cannot be is said too."""
        from caddylite.gojson import dumps
        from caddylite.hints import strip

        name = json_type(self.value)
        if name == "number" and strip(self.wanted) in (int, Duration):
            return f"number {dumps(self.value)}"
        return name


_JSON_TYPES = {bool: "bool", str: "string", int: "number", float: "number", list: "array"}


def json_type(value: Any) -> str:
    """Return Go's word for the JSON type of a value."""
    return _JSON_TYPES.get(type(value), "object")
