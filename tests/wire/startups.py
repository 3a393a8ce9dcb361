"""PostgreSQL startup messages made to order."""


def startup(**parameters):
    """Return a StartupMessage of protocol 3.0 with these parameters."""
    words = [word for pair in parameters.items() for word in pair]
    body = b"\0\x03\0\0" + b"".join(word.encode() + b"\0" for word in words) + b"\0"
    return (len(body) + 4).to_bytes(4, "big") + body
