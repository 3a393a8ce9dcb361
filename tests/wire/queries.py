"""DNS queries made to order."""


def name(text):
    """Return a name in wire format."""
    labels = [part.encode() for part in text.split(".") if part]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def query(text, kind=1, class_=1, flags=0x0120, more=(), extra=b"", additional=0):
    """Return a query for a name (and for ``more`` names), with records behind it."""
    asked = [text, *more]
    header = b"\x12\x34" + flags.to_bytes(2, "big") + len(asked).to_bytes(2, "big")
    header += bytes(4) + additional.to_bytes(2, "big")
    tail = kind.to_bytes(2, "big") + class_.to_bytes(2, "big")
    return header + b"".join(name(one) + tail for one in asked) + extra
