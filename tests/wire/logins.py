"""First messages of a Winbox client, made to order (no client was at hand to record)."""


def login(user, key=bytes(range(1, 33)), parity=1):
    """Return the message for a user, in chunks."""
    body = user.encode() + b"\0" + key + bytes((parity,))
    out, kind = b"", 6
    while True:
        piece, body = body[:255], body[255:]
        out += bytes((len(piece), kind)) + piece
        if not body:
            return out
        kind = 0xFF
