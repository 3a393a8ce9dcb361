"""The ``xmpp`` matcher."""

from caddylite.layer4.matching import Matcher, NeedMore, Peek
from caddylite.registry import module

_WORD = b"jabber"
#: caddy-l4 looks at so many bytes and no further.
_WITHIN = 50
#: We read on to the end of the opening tag, if it ends within so many bytes.
_FURTHEST = 1024
_BLANK = b"\xef\xbb\xbf \t\r\n"
_TAG = b"<stream:stream"


@module("layer4.matchers.xmpp")
class XMPP(Matcher, frozen=True):
    """Matches connections that open with an XMPP stream (RFC 6120, 4).

    XML must begin, and ``jabber`` (of the namespace) stand within the first 50 bytes or in the
    opening ``<stream:stream`` tag: clients that write ``<?xml …?>`` first have it further behind.

    Syntax::

        xmpp
    """

    def match(self, p: Peek) -> bool:
        """Look for the word; what does not begin like XML is refuted at once."""
        data = p.data
        markup = data[:_FURTHEST].lstrip(_BLANK)
        if markup and not markup.startswith(b"<"):
            return p.no("the first bytes are not XML")
        if _WORD in data[:_WITHIN]:
            return True
        p.read(_WITHIN)
        if markup.startswith(b"<?xml"):
            markup = markup.partition(b"?>")[2].lstrip(_BLANK)
        tag, end, _ = markup.partition(b">")
        if not _TAG.startswith(tag[: len(_TAG)]):
            return p.no("the first tag is not stream:stream")
        if _WORD in tag:
            return True
        if end or len(data) >= _FURTHEST:
            return p.no("the opening tag does not mention jabber")
        raise NeedMore(committed=len(tag) >= len(_TAG))
