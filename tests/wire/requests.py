"""RDP connection requests made to order."""

#: TLS and CredSSP are offered.
NEGOTIATION = b"\x01\x00\x08\x00\x03\x00\x00\x00"


def rdp_request(payload):
    """Return a TPKT and X.224 header around a payload."""
    size = 11 + len(payload)
    return b"\x03\0" + size.to_bytes(2, "big") + bytes((size - 5,)) + b"\xe0" + bytes(5) + payload


def token(line):
    """Return a routing token: a line that has headers of its own."""
    return rdp_request(line + b"\r\n")


def correlation(identity):
    """Return a negotiation request with correlation information of 16 bytes."""
    return b"\x01\x08\x08\x00\x03\x00\x00\x00" + b"\x06\x00\x24\x00" + identity[:16] + bytes(16)
