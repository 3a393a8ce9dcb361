"""What the peeked bytes of a connection are, found out once however many matchers ask."""

from typing import Any

from caddylite.http.request import Request
from caddylite.layer4.matching import Connection, NeedMore, Peek, host_text
from caddylite.wire import clienthello
from caddylite.wire.clienthello import Hello, Malformed, NotTLS

_VERSIONS = {
    0x0304: "tls1.3",
    0x0303: "tls1.2",
    0x0302: "tls1.1",
    0x0301: "tls1.0",
    0x0300: "ssl3.0",
}


def client_hello(p: Peek) -> Hello | NotTLS | Malformed:
    """Return the ClientHello at the beginning, or what there is instead; or raise NeedMore."""
    known = p.memo.get("tls")
    if known is not None:
        seen, answer = known
        if seen is None:
            return answer  # type: ignore[no-any-return]
        if seen == len(p.data):
            raise NeedMore(answer)
    found = clienthello.read(p.data, p.memo.get("tls so far"))
    if isinstance(found, clienthello.Incomplete):
        p.why = found.why
        p.memo["tls"] = len(p.data), found.committed
        p.memo["tls so far"] = found
        raise NeedMore(found.committed)
    p.memo["tls"] = None, found
    return found


def name_hello(hello: Hello, p: Peek) -> None:
    """Set the placeholders that a matched ClientHello brings."""
    names = p.cx.placeholders
    names["l4.tls.server_name"] = hello.server_name
    version = hello.legacy_version
    names["l4.tls.version"] = _VERSIONS.get(version) or f"0x{version:04x}"


def note_hello(p: Peek) -> None:
    """Let the placeholders of a ClientHello be found, if one has been read."""
    seen, found = p.memo.get("tls", (0, None))
    if seen is not None or not isinstance(found, Hello):
        return
    if p.cx.tls is not None or "l4.tls.server_name" in p.cx.placeholders:
        name_hello(found, p)  # inside another TLS
    else:
        p.cx.hello = found


def request(p: Peek) -> Request | str:
    """Return the HTTP request at the beginning, or why there is none; or raise NeedMore."""
    known = p.memo.get("http")
    if known is not None:
        seen, answer = known
        if seen is None:
            return answer  # type: ignore[no-any-return]
        if seen == len(p.data):
            raise NeedMore(answer)
    from caddylite.wire import http_head

    found = http_head.read(p.data)
    if isinstance(found, http_head.Incomplete):
        p.memo["http"] = len(p.data), found.committed
        raise NeedMore(found.committed)
    answer = found.why if isinstance(found, http_head.NotHTTP) else request_of(found, p.cx)
    p.memo["http"] = None, answer
    return answer


def request_of(head: Any, cx: Connection) -> Request:
    """Return the request that a head (``wire.http_head.Head``) makes on this connection."""
    from caddylite.http.request import Headers

    address = host_text(cx.remote)
    made = Request(
        method=head.method,
        path=head.path,
        raw_path=head.raw_path,
        query=head.query,
        host=head.host,
        headers=Headers(head.fields),
        proto=head.proto,
        remote=cx.remote,
        local=cx.local,
        client_ip=address,
        tls=cx.tls,
        vars={"client_ip": address, "trusted_proxy": False},
    )
    made.resolve = lambda name: _of_unserved(made, name)
    return made


def _of_unserved(request: Request, name: str) -> Any:
    """Answer for the server: nothing was rewritten yet, and no body is read."""
    from caddylite.http.replacer import value
    from caddylite.placeholders import UNKNOWN

    if name == "http.request.body":
        return ""
    _, orig, what = name.partition("http.request.orig_")
    return value(request, f"http.request.{what}") if orig else UNKNOWN
