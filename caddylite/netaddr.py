"""Network addresses as Caddy writes them: ``[network/]host[:port[-port]]``.

Splitting and joining follow Go's ``net`` package, whose words appear in complaints; everything
here raises ValueError with them.
"""

import msgspec
from msgspec.structs import replace

from caddylite.gonumbers import parse_uint

_MAX_SPAN = 65535


def is_unix(network: str) -> bool:
    """Is it one of the networks whose addresses are paths?"""
    return network.startswith("unix")


def is_fd(network: str) -> bool:
    """Is it one of the networks whose addresses are inherited descriptors?"""
    return network.startswith("fd")


def split_host_port(address: str) -> tuple[str, str]:
    """Split ``host:port`` or ``[host]:port`` (Go's ``net.SplitHostPort``)."""

    def bad(why: str) -> ValueError:
        return ValueError(f"address {address}: {why}" if address else why)

    colon = address.rfind(":")
    if colon < 0:
        raise bad("missing port in address")
    opened = closed = 0
    if address.startswith("["):
        end = address.find("]")
        if end < 0:
            raise bad("missing ']' in address")
        if end + 1 == len(address):
            raise bad("missing port in address")
        if end + 1 != colon:
            if address[end + 1] == ":":
                raise bad("too many colons in address")
            raise bad("missing port in address")
        host = address[1:end]
        opened, closed = 1, end + 1
    else:
        host = address[:colon]
        if ":" in host:
            raise bad("too many colons in address")
    if "[" in address[opened:]:
        raise bad("unexpected '[' in address")
    if "]" in address[closed:]:
        raise bad("unexpected ']' in address")
    return host, address[colon + 1 :]


def join_host_port(host: str, port: str) -> str:
    """Join a host and a port; an IPv6 host gets brackets (Go's ``net.JoinHostPort``)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def address_text(address: tuple[str, int] | str) -> str:
    """Return ``host:port``, with brackets around an IPv6 host, or a socket's path."""
    return address if isinstance(address, str) else join_host_port(address[0], str(address[1]))


def host_text(address: tuple[str, int] | str) -> str:
    """Return the host of an address, or a socket's path."""
    return address if isinstance(address, str) else address[0]


def split_network_address(address: str) -> tuple[str, str, str]:
    """Split into network, host and port; what is not there is empty."""
    network = ""
    before, slash, after = address.partition("/")
    if slash:
        network, address = before.strip().lower(), after
        if is_unix(network) or is_fd(network):
            return network, address, ""
    try:
        return network, *split_host_port(address)
    except ValueError as first:
        # Most likely the port is missing: split again with a made-up one.
        try:
            host, _ = split_host_port(join_host_port(address.strip("[]"), "0"))
        except ValueError as second:
            raise ValueError(f"{first}\n{second}") from None
        return network, host, ""


def join_network_address(network: str, host: str, port: str) -> str:
    """Put the parts together; Unix and descriptor networks have no port."""
    out = f"{network}/" if network else ""
    if (host and not port) or is_unix(network) or is_fd(network):
        return out + host
    return out + join_host_port(host, port) if port else out


def split_permissions(path: str) -> tuple[str, int]:
    """Split ``/path|0220`` into the socket's path and its mode (0o200 if not said)."""
    name, bar, bits = path.partition("|")
    if not bar:
        return path, 0o200
    try:
        mode = parse_uint(bits, 32, 8)
    except ValueError as e:
        raise ValueError(f"could not parse octal permission bits in {path}: {e}") from None
    if not mode & 0o200:
        owner = "".join(
            c if mode & bit else "-" for c, bit in zip("rwx", (256, 128, 64), strict=True)
        )
        raise ValueError(
            "owner of the socket requires '-w-' (write, octal: '2') permissions at least; "
            f"got '{owner}' in {path}"
        )
    return name, mode


class NetworkAddress(msgspec.Struct, frozen=True):
    """One address, or a range of them that differ in the port only."""

    network: str
    host: str
    start_port: int = 0
    end_port: int = 0

    @classmethod
    def parse(cls, text: str, network: str = "tcp", port: int = 0) -> "NetworkAddress":
        """Read an address; what it does not say is taken from the defaults."""
        named, host, ports = split_network_address(text)
        network = named or network
        if is_unix(network):
            split_permissions(host)
            return cls(network, host)
        if is_fd(network):
            return cls(network, host)
        if not ports:
            return cls(network, host, port, port)
        start, end = _ports(ports)
        return cls(network, host, start, end)

    @property
    def is_unix(self) -> bool:
        """Is it the path of a socket?"""
        return is_unix(self.network)

    @property
    def is_fd(self) -> bool:
        """Is it an inherited descriptor?"""
        return is_fd(self.network)

    @property
    def port(self) -> str:
        """The port, or the range."""
        if self.start_port == self.end_port:
            return str(self.start_port)
        return f"{self.start_port}-{self.end_port}"

    @property
    def host_port(self) -> str:
        """The first address of the range, as a dialler wants it (a path has no port)."""
        if self.is_unix or self.is_fd:
            return self.host
        return join_host_port(self.host, str(self.start_port))

    def expand(self) -> list["NetworkAddress"]:
        """Return the single addresses of the range."""
        ports = range(self.start_port, self.end_port + 1)
        return [replace(self, start_port=p, end_port=p) for p in ports]

    def __str__(self) -> str:
        network = "" if self.network == "tcp" else self.network
        return join_network_address(network, self.host, self.port)


def _ports(text: str) -> tuple[int, int]:
    before, dash, after = text.partition("-")
    try:
        start = parse_uint(before, 16)
    except ValueError as e:
        raise ValueError(f"invalid start port: {e}") from None
    try:
        end = parse_uint(after if dash else before, 16)
    except ValueError as e:
        raise ValueError(f"invalid end port: {e}") from None
    if end < start:
        raise ValueError("end port must not be less than start port")
    if end - start > _MAX_SPAN:
        raise ValueError(f"port range exceeds {_MAX_SPAN} ports")
    return start, end
