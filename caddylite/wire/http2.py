"""HTTP/2 header lists and what they mean (RFC 9113, 8): requests, responses, trailers; pure.

The facts are those of HTTP/1 (:class:`caddylite.wire.http1.Head`), so that what is behind a
connection need not know its version.
"""

import re
from collections.abc import Iterable
from typing import Final

from caddylite.wire.http1 import BAD_ESCAPE, HOST, Field, Head, canonical, raw, text
from caddylite.wire.http1_response import ResponseHead
from caddylite.wire.http_status import has_body, reason

#: A header list as it is on the wire.
Fields = list[tuple[bytes, bytes]]

_NAME: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_METHOD: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BAD_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NEWLINES: Final = str.maketrans("\r\n\0", "   ")
#: Fields that say how one HTTP/1 connection works; there is no room for them here (8.2.2).
_CONNECTION: Final = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade")
)
_OF_REQUESTS: Final = frozenset((b":method", b":scheme", b":authority", b":path"))
_OF_RESPONSES: Final = frozenset((b":status",))


class Malformed(Exception):
    """A message that ends its stream with PROTOCOL_ERROR (RFC 9113, 8.1.1)."""


def _split(fields: Fields, known: frozenset[bytes]) -> tuple[dict[bytes, bytes], list[Field]]:
    """Return the pseudo-header fields and the others; Malformed if there is anything wrong."""
    pseudo: dict[bytes, bytes] = {}
    others: list[Field] = []
    for name, value in fields:
        if _BAD_VALUE.search(value) is not None:
            raise Malformed(f"bad value of {name!r}")
        if name[:1] == b":":
            if others or name in pseudo or name not in known:
                raise Malformed(f"misplaced {name!r}")
            pseudo[name] = value
            continue
        if _NAME.fullmatch(name) is None or name in _CONNECTION:
            raise Malformed(f"bad field {name!r}")
        if name == b"te" and value.lower() != b"trailers":
            raise Malformed("TE is not trailers")
        others.append((canonical(name), text(value).strip(" \t")))
    return pseudo, others


def request(fields: Fields, ended: bool) -> Head:
    """Return the head of a request; ``ended``: it has no body. Malformed if it is none.

    Cookies that came in crumbs are one field again (8.2.3); ``Expect: 100-continue`` is taken
    out, as net/http does.
    """
    pseudo, others = _split(fields, _OF_REQUESTS)
    method = pseudo.get(b":method", b"")
    if _METHOD.fullmatch(method) is None:
        raise Malformed("no method")
    kept: list[Field] = []
    crumbs: list[str] = []
    hosts: list[str] = []
    length, continues = 0 if ended else None, False
    for name, value in others:
        if name == "Cookie":
            crumbs.append(value)
        elif name == "Host":
            hosts.append(value)
        elif name == "Expect":
            continues = "100-continue" in value.lower()
        else:
            kept.append((name, value))
            if name == "Content-Length":
                length = _length(value, ended)
    if crumbs:
        kept.append(("Cookie", "; ".join(crumbs)))
    return Head(
        method=method.decode("ascii"),
        target=_target(pseudo, method),
        version="2.0",
        host=_host(pseudo, hosts),
        fields=kept,
        keep_alive=True,
        length=length,
        expects_continue=continues and not ended,
        upgrade=False,
    )


def _length(value: str, ended: bool) -> int:
    if not (value.isascii() and value.isdigit()) or (ended and int(value)):
        raise Malformed("bad Content-Length")
    return int(value)


def _target(pseudo: dict[bytes, bytes], method: bytes) -> str:
    """Return what would stand in a request line."""
    path, scheme = pseudo.get(b":path", b""), pseudo.get(b":scheme")
    if method == b"CONNECT":
        if b":path" in pseudo or scheme is not None or not pseudo.get(b":authority"):
            raise Malformed("a CONNECT with a path, or to nowhere")
        return text(pseudo[b":authority"])
    if scheme not in (b"http", b"https"):
        raise Malformed("no scheme")
    if path[:1] != b"/" and not (path == b"*" and method == b"OPTIONS"):
        raise Malformed("no path")
    target = text(path)
    if " " in target or BAD_ESCAPE.search(target.partition("?")[0]):
        raise Malformed("bad path")
    return target


def _host(pseudo: dict[bytes, bytes], hosts: list[str]) -> str:
    """Return ``:authority``, else the Host field; both must say the same (8.3.1)."""
    if len(hosts) > 1:
        raise Malformed("several Hosts")
    host = text(pseudo[b":authority"]) if pseudo.get(b":authority") else "".join(hosts)
    if HOST.fullmatch(host) is None or (hosts and hosts[0].lower() != host.lower()):
        raise Malformed("bad authority")
    return host


def response(fields: Fields, ended: bool, method: str) -> ResponseHead:
    """Return the head of the response to a request of this method. Malformed if it is none."""
    pseudo, others = _split(fields, _OF_RESPONSES)
    status = pseudo.get(b":status", b"")
    if len(status) != 3 or not status.isdigit() or status[:1] == b"0" or status == b"101":
        raise Malformed("no status")
    number = int(status)
    length: int | None = None
    for name, value in others:
        if name == "Content-Length":
            length = _length(value, False)
    if ended or method == "HEAD" or not has_body(number):
        length = length or 0
    return ResponseHead(number, reason(number), "2.0", others, length, 100 <= number < 200)


def trailers(fields: Fields) -> list[Field]:
    """Return the fields behind a body. Malformed if there are others than plain ones."""
    return _split(fields, frozenset())[1]


def request_list(method: str, target: str, scheme: str, fields: Iterable[Field]) -> Fields:
    """Write a request; ``fields`` are those of HTTP/1.1, with Host, as they would be sent."""
    host, rest = "", []
    for name, value in fields:
        if name == "Host":
            host = value
        else:
            rest.append((name, value))
    out = [(b":method", raw(method)), (b":authority", raw(host))]
    if method != "CONNECT":
        out[1:1] = [(b":scheme", raw(scheme)), (b":path", raw(target))]
    return out + plain_list(rest)


def response_list(status: int, fields: Iterable[Field]) -> Fields:
    """Write a response's head."""
    return [(b":status", b"%03d" % status), *plain_list(fields)]


def plain_list(fields: Iterable[Field]) -> Fields:
    """Write fields: names in lower case, line breaks as spaces.

    What belongs to an HTTP/1 connection, or has a name that is no token, is left out.
    """
    out: Fields = []
    for name, value in fields:
        key = raw(name).lower()
        if key in _CONNECTION or _NAME.fullmatch(key) is None:
            continue
        if "\n" in value or "\r" in value or "\0" in value:
            value = value.translate(_NEWLINES)
        out.append((key, raw(value.strip())))
    return out
