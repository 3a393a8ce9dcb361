"""ClientHellos made to order."""


def _block(body, size=2):
    return len(body).to_bytes(size, "big") + body


def extension(kind, body):
    """Return an extension."""
    return kind.to_bytes(2, "big") + _block(body)


def server_name(name, kind=0):
    """Return a server_name extension with one name of a type."""
    return extension(0, _block(bytes((kind,)) + _block(name.encode())))


def message(name="", alpn=(), padding=0, extensions=None):
    """Return a ClientHello message, without records."""
    if extensions is None:
        extensions = [extension(0x0A0A, b"")]
        if padding:
            extensions.append(extension(21, bytes(padding)))
        if name:
            extensions.append(server_name(name))
        if alpn:
            offered = b"".join(_block(p.encode(), 1) for p in alpn)
            extensions.append(extension(16, _block(offered)))
        extensions.append(extension(43, _block(b"\x7a\x7a\x03\x04\x03\x03", 1)))
    body = b"\x03\x03" + bytes(range(32)) + _block(b"session", 1) + _block(b"\x13\x01\x13\x02")
    body += _block(b"\0", 1)
    if extensions:
        body += _block(b"".join(extensions))
    return b"\x01" + _block(body, 3)


def records(data, *sizes):
    """Return a handshake message in records: of these sizes, and the rest in one more.

    Given a whole record, it is taken apart first.
    """
    if data[:1] == b"\x16":
        data = data[5:]
    out = b""
    for size in (*sizes, len(data)):
        piece, data = data[:size], data[size:]
        if piece:
            out += b"\x16\x03\x01" + _block(piece)
    return out


def hello(name="", alpn=(), **more):
    """Return a ClientHello in one record (in several, if it is too long for one)."""
    data = message(name, alpn, **more)
    return records(data, *([16000] * (len(data) // 16000)))
