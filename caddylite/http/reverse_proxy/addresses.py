"""The addresses of upstreams as the Caddyfile writes them.

``host``, ``host:port``, ``:port``, a range of ports, ``unix//path``, ``unix+h2c//path``, or a URL
of scheme, host and port; anything but a URL may hold placeholders.
"""

import msgspec

from caddylite.netaddr import (
    NetworkAddress,
    is_fd,
    is_unix,
    join_host_port,
    join_network_address,
    split_network_address,
)

#: The ports that a scheme stands for, and those it cannot go with.
_PORTS = {"http": "80", "h2c": "80", "https": "443", "": "80"}
_CONFLICTS = {("http", "443"): "HTTPS", ("https", "80"): "HTTP", ("h2c", "443"): "HTTPS"}


class UpstreamAddress(msgspec.Struct, frozen=True):
    """The parts of one address."""

    network: str
    scheme: str
    host: str
    port: str

    @property
    def dial(self) -> str:
        """The address as JSON has it: without the scheme, the network only if one was given."""
        if self.network:
            return join_network_address(self.network, self.host, self.port)
        if not self.port and "{" in self.host:
            return self.host
        return join_host_port(self.host, self.port)

    def dials(self) -> list[str]:
        """Return one address for each port of a range. ValueError if one cannot be dialled."""
        if "{" in self.port and "}" in self.port:
            return [self.dial]
        parsed = NetworkAddress.parse(self.dial)
        if is_unix(self.network) or "-" not in self.port:
            return [self.dial]
        ports = range(parsed.start_port, parsed.end_port + 1)
        return [join_network_address("", parsed.host, str(p)) for p in ports]


def parse_upstream(text: str) -> UpstreamAddress:
    """Read one address. ValueError, in Caddy's words, if it is none."""
    if "://" in text:
        return _from_url(text)
    try:
        network, host, port = split_network_address(text)
    except ValueError:
        network, host, port = "", text, ""
    if not port and "{" not in host and not is_unix(network) and not is_fd(network):
        port = "80"
    if network == "unix+h2c":
        return UpstreamAddress("unix", "h2c", host, port)
    return UpstreamAddress(network, "", host, port)


def _from_url(text: str) -> UpstreamAddress:
    from caddylite.gourl import parse_url

    if "{" in text:
        raise ValueError(
            "due to parsing difficulties, placeholders are not allowed when an upstream address "
            "contains a scheme"
        )
    port = ""
    try:
        url = parse_url(text)
    except ValueError as e:
        if "invalid port" not in str(e) or "-" not in str(e):
            raise ValueError(f"parsing upstream URL: {e}") from None
        # A range is not a port to a URL parser: let it see one port instead.
        port = text.rpartition(":")[2]
        if port.count("-") != 1:
            raise ValueError(
                f'parsing upstream URL: parse "{text}": port range invalid: {port}'
            ) from None
        try:
            url = parse_url(text.replace(port, "0"))
        except ValueError as e:
            raise ValueError(f"parsing upstream URL: {e}") from None
    port = port or url.port
    if url.path or url.query or url.fragment:
        raise ValueError(
            "for now, URLs for proxy upstreams only support scheme, host, and port components"
        )
    if (url.scheme, port) in _CONFLICTS:
        raise ValueError(
            f"upstream address has conflicting scheme ({url.scheme}://) and port "
            f"(:{port}, the {_CONFLICTS[url.scheme, port]} port)"
        )
    return UpstreamAddress("", url.scheme, url.host, port or _PORTS.get(url.scheme, ""))
