"""Who the client is, when a trusted proxy stands in between (``trusted_proxies``)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from caddylite.http.hosts import split_host_port
from caddylite.http.request import Request

#: Is this address (as text) one of a set's?
InRanges = Callable[[str], bool]

_DEFAULT_HEADERS = ("X-Forwarded-For",)


class ClientFinder:
    """Finds the client's address of a request, for one server's settings.

    ``strict`` reads the header from its right end and takes the first address that is not a
    proxy's; otherwise the first valid address from the left counts.
    """

    def __init__(
        self,
        trusted: InRanges | None,
        headers: Sequence[str] = (),
        strict: bool = False,
        unix: bool = False,
    ) -> None:
        self._trusted, self._strict, self._unix = trusted, strict, unix
        self._headers = tuple(headers) or _DEFAULT_HEADERS

    def find(self, request: Request) -> tuple[bool, str]:
        """Return whether the peer is a trusted proxy, and the client's address."""
        remote = request.remote
        if isinstance(remote, str):
            return (True, self._from_headers(request, "@")) if self._unix else (False, "")
        address = plain_address(remote[0])
        if address is None:
            return False, ""
        if self._trusted is None or not self._trusted(address):
            return False, address
        return True, self._from_headers(request, address)

    def _from_headers(self, request: Request, peer: str) -> str:
        if not self._strict:
            values = [v for h in self._headers for v in request.headers.all(h)]
            return next(_addresses(",".join(values).split(",")), peer)
        for header in self._headers:
            parts = ",".join(request.headers.all(header)).split(",")
            for address in _addresses(reversed(parts)):
                if self._trusted is None or not self._trusted(address):
                    return address
        return peer


@lru_cache(maxsize=1024)
def plain_address(text: str) -> str | None:
    """Return an IP address in canonical form and without its zone; None if it is none."""
    text = text.partition("%")[0]
    if ":" not in text:
        fields = text.split(".")
        if len(fields) == 4 and all(f.isascii() and f.isdigit() and len(f) < 4 for f in fields):
            good = all(int(f) < 256 and (f == "0" or f[0] != "0") for f in fields)
            return text if good else None
        return None
    from ipaddress import IPv6Address

    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped
    return f"::ffff:{mapped}" if mapped is not None else str(address)


def _addresses(parts: Iterable[str]) -> Iterator[str]:
    """Return the valid addresses in a list; some proxies write a port behind them."""
    for part in parts:
        split = split_host_port(part)
        address = plain_address((part if split is None else split[0]).strip())
        if address is not None:
            yield address
