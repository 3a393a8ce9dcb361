"""Hosts with ports, as Go's ``net`` package takes them apart."""


def split_host_port(text: str) -> tuple[str, str] | None:
    """Split ``host:port`` or ``[v6]:port``; None where there is no port or it is malformed."""
    host, colon, port = text.rpartition(":")
    if not colon:
        return None
    if text.startswith("["):
        if not host.endswith("]") or "[" in host[1:] or "]" in host[1:-1] or "]" in port:
            return None
        return host[1:-1], port
    if ":" in host or "[" in text or "]" in text:
        return None
    return host, port


def host_of(text: str) -> str:
    """Return the host of a Host header, without its port and brackets."""
    parts = split_host_port(text)
    if parts is not None:
        return parts[0]
    return text.removeprefix("[").removesuffix("]")


def to_ascii(host: str) -> str:
    """Return the Punycode form of a name, label by label; nothing is mapped or checked."""
    if host.isascii():
        return host
    labels = host.split(".")
    return ".".join(
        x if x.isascii() else "xn--" + x.encode("punycode").decode("ascii") for x in labels
    )
