"""A request as matchers, routes and handlers see it: pure data, no transport."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from caddylite.tls.state import TLSState

__all__ = ["Headers", "Request", "TLSState"]


class Headers:
    """Header fields in order, looked up without regard to case; a field may come several times."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[str, str]] = list(fields)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __contains__(self, name: str) -> bool:
        wanted = name.lower()
        return any(n.lower() == wanted for n, _ in self._fields)

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a field."""
        wanted = name.lower()
        return next((v for n, v in self._fields if n.lower() == wanted), default)

    def all(self, name: str) -> list[str]:
        """Return all the values of a field."""
        wanted = name.lower()
        return [v for n, v in self._fields if n.lower() == wanted]

    def add(self, name: str, value: str) -> None:
        """Append a field."""
        self._fields.append((name, value))

    def set(self, name: str, value: str) -> None:
        """Put one field in the place of all of that name."""
        self.remove(name)
        self._fields.append((name, value))

    def remove(self, name: str) -> None:
        """Take all fields of that name away."""
        wanted = name.lower()
        self._fields = [(n, v) for n, v in self._fields if n.lower() != wanted]

    def copy(self) -> "Headers":
        """Return an independent copy."""
        return Headers(self._fields)


@dataclass(slots=True)
class Request:
    """One request.

    ``path`` is percent-decoded, ``raw_path`` as it came (handlers that rewrite set both);
    ``query`` is without ``?``; ``host`` is the Host header or :authority with its port.
    ``remote`` is the peer, ``client_ip`` what trusted proxies say of it. ``resolve`` answers
    placeholders that only the server knows (``http.request.uuid`` …).
    """

    method: str = "GET"
    path: str = "/"
    raw_path: str = "/"
    query: str = ""
    host: str = ""
    headers: Headers = field(default_factory=Headers)
    proto: str = "HTTP/1.1"
    remote: tuple[str, int] | str = ("", 0)
    local: tuple[str, int] | str = ("", 0)
    client_ip: str = ""
    tls: TLSState | None = None
    vars: dict[str, Any] = field(default_factory=dict)
    placeholders: dict[str, Any] = field(default_factory=dict)
    resolve: Callable[[str], Any] | None = None
