"""The ``push`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.push import Push, PushedHeaders, Resource
from caddylite.http.header_edits import HeaderEdits


def handler(h: Helper) -> Push:
    """Push resources to the client before it asks for them (HTTP/2).

    Syntax::

        push [<matcher>] [<resource>] {
            [GET|HEAD] <resource>
            headers {
                [+|-]<field> [<value>|<find>] [<replace>]
            }
        }
    """
    h.next()
    resources: list[Resource] = []
    headers: HeaderEdits | None = None
    if h.next_arg():
        resources.append(Resource(target=h.val))
    for word in h.block():
        if word == "headers":
            headers = _headers(h, headers)
        elif word in ("GET", "HEAD"):
            resources.append(Resource(word, h.arg()))
        else:
            resources.append(Resource(target=word))
    if headers is None:
        return Push(tuple(resources))
    changes = PushedHeaders(headers.add, headers.set, headers.delete, headers.replace)
    return Push(tuple(resources), changes)


def _headers(h: Helper, edits: HeaderEdits | None) -> HeaderEdits | None:
    h.no_more_args()
    for field in h.block():
        args = h.args()
        if edits is None:
            edits = HeaderEdits()
        if len(args) > 2:
            raise h.arg_err()
        try:
            edits.edit_request(field, *(args or [""]))
        except ValueError as e:
            raise h.err(str(e)) from None
    return edits
