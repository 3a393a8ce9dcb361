"""``header_up`` and ``header_down``: changes of header fields on the way there and back."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.header_edits import HeaderEdits
from caddylite.notices import notice

#: Fields that a proxy sets anyway, and the values that would set them the same.
_NEEDLESS = {
    "X-Forwarded-For": (
        "{remote}",
        "{http.request.remote}",
        "{remote_host}",
        "{http.request.remote.host}",
    ),
    "X-Forwarded-Proto": ("{scheme}", "{http.request.scheme}"),
    "X-Forwarded-Host": (
        "{host}",
        "{http.request.host}",
        "{hostport}",
        "{http.request.hostport}",
    ),
}


def read_header_up(d: Dispenser, edits: HeaderEdits) -> None:
    """Read ``header_up [+|-]<field> [<value|find> [<replacement>]]``."""
    words = d.args()
    if len(words) == 2:
        _remark(*words)
    _edit(d, edits, words)


def read_header_down(d: Dispenser, edits: HeaderEdits) -> None:
    """Read ``header_down [+|-]<field> [<value|find> [<replacement>]]``."""
    _edit(d, edits, d.args())
    # The proxy changes the response as it comes in: there is nothing to defer.
    edits.deferred = False


def _edit(d: Dispenser, edits: HeaderEdits, words: list[str]) -> None:
    if not 1 <= len(words) <= 3:
        raise d.arg_err()
    field, value, *replacement = [*words, ""][: max(2, len(words))]
    try:
        edits.edit_request(field, value, *replacement)
    except ValueError as e:
        raise d.err(str(e)) from None


def _remark(field: str, value: str) -> None:
    for name, values in _NEEDLESS.items():
        if field.lower() == name.lower() and value in values:
            notice(
                f"Unnecessary header_up {name}: the reverse proxy's default behavior is to pass "
                "headers to the upstream",
                "caddyfile",
            )
