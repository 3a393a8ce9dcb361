"""The ``proxy_protocol`` matcher."""

from caddylite.layer4.matching import Matcher, Peek
from caddylite.registry import module

_V1 = b"PROXY"
_V2 = b"\r\n\r\n\x00\r\nQUIT\n"


@module("layer4.matchers.proxy_protocol")
class ProxyProtocol(Matcher, frozen=True):
    """Matches connections that open with a PROXY protocol header, version 1 or 2.

    Syntax::

        proxy_protocol
    """

    def match(self, p: Peek) -> bool:
        """Compare the signature."""
        signature = _V1 if p.data[:1] == b"P" else _V2
        return p.starts_with(signature, "the first bytes are no PROXY signature")
