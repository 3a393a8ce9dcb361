"""Response matchers: what ``@name`` means inside ``reverse_proxy`` and ``intercept``."""

from typing import TYPE_CHECKING

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import atoi
from caddylite.http.fields import headers_match
from caddylite.http.matchers.header import parse_fields
from caddylite.node import Node

if TYPE_CHECKING:
    from caddylite.http.request import Headers


class ResponseMatcher(Node, frozen=True):
    """Says whether a response is of some kind: its status (``2`` is all of 2xx), its fields."""

    status_code: tuple[int, ...] = ()
    headers: dict[str, tuple[str, ...] | None] = {}

    def matches(self, status: int, headers: "Headers") -> bool:
        """Compare status and fields; what is not configured matches."""
        if self.status_code and not any(status_matches(status, c) for c in self.status_code):
            return False
        return headers_match(headers, self.headers)


def status_matches(status: int, wanted: int) -> bool:
    """Is a status the one wanted, or of the class wanted (``2`` is all of 2xx)?"""
    return status == wanted or (wanted < 100 and status // 100 == wanted)


def read_status(word: str) -> int:
    """Read a status code or a class of them (``4xx``); ValueError in Go's words."""
    if len(word.encode()) == 3 and word.endswith("xx"):
        word = word[:-2]
    return atoi(word)


def parse_named(d: Dispenser, matchers: dict[str, ResponseMatcher]) -> None:
    """Read one definition into ``matchers``, under its name with the ``@``.

    Syntax::

        @name [header <field> [<value>]] | [status <code...>]
        @name {
            status <code...>
            header <field> [<value>]
        }

    The cursor stands before the name.
    """
    d.next()
    name = d.val
    if name in matchers:
        raise d.err(f"matcher is defined more than once: {name}")
    statuses: list[int] = []
    fields: dict[str, tuple[str, ...] | None] = {}
    nesting = d.nesting
    while d.next_arg() or d.next_block(nesting):
        if d.val == "header":
            parse_fields(d.sub(), fields)
        elif d.val == "status":
            for word in d.some_args():
                try:
                    statuses.append(read_status(word))
                except ValueError as e:
                    raise d.err(f"bad status value '{_shown(word)}': {e}") from None
        else:
            raise d.err(f"unrecognized response matcher {d.val}")
    matchers[name] = ResponseMatcher(tuple(statuses), fields)


def _shown(word: str) -> str:
    """Return the word as Caddy shows it: without the ``xx`` it has taken off."""
    return word[:-2] if len(word.encode()) == 3 and word.endswith("xx") else word
