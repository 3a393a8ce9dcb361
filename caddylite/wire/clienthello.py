"""TLS ClientHellos, read before anybody has answered them (RFC 8446 4.1.2, RFC 6066 3, RFC 7301).

:func:`read` takes the first bytes of a stream and gives one of four answers:

* :class:`Incomplete`: more bytes are needed; ``committed`` once a record header names TLS;
* :class:`NotTLS`: the first byte is no handshake record;
* :class:`Malformed`: handshake records, but no ClientHello that can be read;
* :class:`Hello`: its fields are read when they are asked for, since most routes ask for the server
  name and the ALPN only.

The answers other than Incomplete never change when more bytes follow.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

#: The longest ClientHello that is looked at, in bytes; what is longer stays Incomplete.
MAX_HELLO: Final = 16 * 1024

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_HEADER = 5
_SERVER_NAME, _GROUPS, _SIGNATURES, _ALPN, _VERSIONS = 0, 10, 13, 16, 43

_two_numbers = Struct("!HH").unpack_from
_number = Struct("!H").unpack_from


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The bytes so far are the beginning of something; ``why`` says what is missing.

    ``resume``: where the first record stands that is not complete, the message so far, and how
    long that must get; so that many small records are not read over and over.
    """

    committed: bool
    why: str
    resume: tuple[int, bytes, int] = (0, b"", 4)


@dataclass(frozen=True, slots=True)
class NotTLS:
    """The stream does not open with a TLS handshake record."""

    why: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Handshake records whose content is not a ClientHello, or not one that can be read."""

    why: str


class Hello:
    """A ClientHello. Every property is total: what cannot be read is empty.

    ``server_name`` is the host name as sent (``""`` when absent), ``alpn`` the protocols offered,
    ``problem`` says what is wrong with the extensions (``""`` when nothing is).
    """

    __slots__ = ("_alpn", "_at", "_data", "_end", "_extensions", "_name")

    def __init__(self, data: bytes, at: int, extensions: int, end: int) -> None:
        self._data = data
        self._at = at
        self._extensions = extensions
        self._end = end
        self._name: str | None = None
        self._alpn: tuple[str, ...] | None = None

    @property
    def server_name(self) -> str:
        """The host name of the server_name extension; other types of name are passed over."""
        name = self._name
        if name is not None:
            return name
        data, at, last = self._data, self._extensions, self._end - 4
        while at <= last:
            kind, size = _two_numbers(data, at)
            at += 4
            if not kind:  # server_name
                self._name = name = _host_name(data, at, size) if at + size <= last + 4 else ""
                return name
            at += size
        self._name = ""
        return ""

    @property
    def alpn(self) -> tuple[str, ...]:
        """The application protocols offered, in the client's order."""
        if self._alpn is None:
            self._alpn = self._read_alpn()
        return self._alpn

    def _read_alpn(self) -> tuple[str, ...]:
        body = self._extension(_ALPN)
        if len(body) < 2 or _number(body)[0] != len(body) - 2:
            return ()
        names, at = [], 2
        while at < len(body):
            end = at + 1 + body[at]
            if end > len(body) or end == at + 1:
                break
            names.append(_text(body[at + 1 : end]))
            at = end
        return tuple(names)

    @property
    def legacy_version(self) -> int:
        """The version field of the ClientHello itself (0x0303 in TLS 1.2 and 1.3)."""
        return int(_number(self._data, self._at)[0])

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions offered: supported_versions, or what the legacy field implies."""
        body = self._extension(_VERSIONS)
        if body and body[0] == len(body) - 1:
            found = _numbers(body[1:])
            if found:
                return found
        return tuple(v for v in (0x0304, 0x0303, 0x0302, 0x0301) if v <= self.legacy_version)

    @property
    def random(self) -> bytes:
        """The client's 32 random bytes."""
        return self._data[self._at + 2 : self._at + 34]

    @property
    def session_id(self) -> bytes:
        """The legacy session ID."""
        at = self._at + 34
        return self._data[at + 1 : at + 1 + self._data[at]]

    @property
    def ciphers(self) -> tuple[int, ...]:
        """The cipher suites offered."""
        at = self._at + 35 + self._data[self._at + 34]
        (size,) = _number(self._data, at)
        return _numbers(self._data[at + 2 : at + 2 + size])

    @property
    def groups(self) -> tuple[int, ...]:
        """The key exchange groups (curves) offered."""
        return _list_of_numbers(self._extension(_GROUPS))

    @property
    def signature_schemes(self) -> tuple[int, ...]:
        """The signature algorithms offered."""
        return _list_of_numbers(self._extension(_SIGNATURES))

    @property
    def extensions(self) -> tuple[tuple[int, bytes], ...]:
        """All extensions, as (type, body), in order, up to the first that is cut short."""
        data, at, last, out = self._data, self._extensions, self._end - 4, []
        while at <= last:
            kind, size = _two_numbers(data, at)
            at += 4
            if at + size > self._end:
                break
            out.append((kind, data[at : at + size]))
            at += size
        return tuple(out)

    @property
    def problem(self) -> str:
        """What is wrong with the extensions, in a few words."""
        used = sum(4 + len(body) for _, body in self.extensions)
        if used != self._end - self._extensions:
            return "an extension of the ClientHello is cut short"
        kinds = [kind for kind, _ in self.extensions]
        if len(set(kinds)) != len(kinds):
            return "an extension of the ClientHello comes twice"
        if _SERVER_NAME in kinds and not self.server_name:
            return "the server_name extension names no host"
        return ""

    def _extension(self, wanted: int) -> bytes:
        data, at, last = self._data, self._extensions, self._end - 4
        while at <= last:
            kind, size = _two_numbers(data, at)
            at += 4
            if kind == wanted:
                return data[at : at + size] if at + size <= self._end else b""
            at += size
        return b""


Answer = Hello | Incomplete | NotTLS | Malformed


def read(data: bytes, before: Incomplete | None = None) -> Answer:
    """Say what the first bytes of a stream are; ``before`` is the answer to fewer of them."""
    if len(data) > 9 and data[0] == _HANDSHAKE and data[5] == _CLIENT_HELLO:
        # nearly always: one record that holds the ClientHello and nothing else
        end = _HEADER + (data[3] << 8 | data[4])
        if 9 + (data[6] << 16 | data[7] << 8 | data[8]) == end <= len(data):
            return read_message(data, 9, end)
    return _read_records(data, before)


def read_message(data: bytes, at: int, end: int) -> Hello | Malformed:
    """Read the ClientHello message whose body (without its 4-byte header) is ``data[at:end]``.

    QUIC carries it without records, too.
    """
    try:
        i = at + 35 + data[at + 34]  # version, random, session ID
        i += 2 + (data[i] << 8 | data[i + 1])  # cipher suites
        i += 1 + data[i]  # compression methods
        if i == end:
            return Hello(data, at, end, end)
        extensions = i + 2
        fits = extensions + (data[i] << 8 | data[i + 1]) == end
    except IndexError:
        fits = False
    if not fits:
        return Malformed("the ClientHello's lengths do not add up")
    return Hello(data, at, extensions, end)


_NOTHING_YET = Incomplete(False, "no bytes yet")
_NO_HEADER = Incomplete(False, "part of a record header")
_TOO_LONG = Incomplete(True, "a ClientHello of more than 16 KiB")


def _read_records(data: bytes, before: Incomplete | None) -> Answer:
    """Put the handshake message together from its records, then read it."""
    if not data:
        return _NOTHING_YET
    if data[0] != _HANDSHAKE:
        return NotTLS(f"the first byte 0x{data[0]:02x} is not a TLS handshake record")
    if len(data) < _HEADER:
        return _NO_HEADER
    at, message, wanted = (0, b"", 4) if before is None else before.resume
    while len(message) < wanted:
        if at < len(data) and data[at] != _HANDSHAKE:
            return Malformed(f"a record of type {data[at]} within the ClientHello")
        end = at + _HEADER
        if end <= len(data):
            end += data[at + 3] << 8 | data[at + 4]
        if end > len(data):
            tls = data[1] == 3
            why = "part of a ClientHello" if tls else "part of a record"
            return Incomplete(tls, why, (at, message, wanted))
        message += data[at + _HEADER : end]
        at = end
        if wanted == 4 and len(message) >= 4:
            if message[0] != _CLIENT_HELLO:
                return Malformed(f"a handshake message of type {message[0]}, not a ClientHello")
            wanted = 4 + (message[1] << 16 | message[2] << 8 | message[3])
        if max(wanted, len(message)) > MAX_HELLO + 4:
            return _TOO_LONG
    return read_message(message[:wanted], 4, wanted)


def _host_name(data: bytes, at: int, size: int) -> str:
    """Return the first name of type host_name in the body of a server_name extension."""
    if size < 2 or _number(data, at)[0] != size - 2:
        return ""
    at, end = at + 2, at + size
    while at + 3 <= end:
        kind, (length,) = data[at], _number(data, at + 1)
        at += 3
        if at + length > end:
            return ""
        if kind == 0:
            return _text(data[at : at + length])
        at += length
    return ""


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="surrogateescape")


def _numbers(raw: bytes) -> tuple[int, ...]:
    return tuple(raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 1, 2))


def _list_of_numbers(body: bytes) -> tuple[int, ...]:
    if len(body) < 2 or _number(body)[0] != len(body) - 2:
        return ()
    return _numbers(body[2:])
