"""The ``ssh`` matcher."""

from caddylite.layer4.matching import Matcher, Peek
from caddylite.registry import module


@module("layer4.matchers.ssh")
class SSH(Matcher, frozen=True):
    """Matches connections that open with an SSH identification string (RFC 4253, 4.2).

    Syntax::

        ssh
    """

    def match(self, p: Peek) -> bool:
        """Compare the first four bytes."""
        return p.starts_with(b"SSH-", "the first bytes are not SSH-")
