"""The ``tracing`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.tracing import Tracing


def handler(h: Helper) -> Tracing:
    """Trace requests with OpenTelemetry.

    Syntax::

        tracing [<matcher>] {
            span <name>
            span_attributes {
                <name> <value>
                ...
            }
        }
    """
    h.next()
    h.no_more_args()
    span = ""
    attributes: dict[str, str] = {}
    for option in h.block():
        if option == "span_attributes":
            # Caddy counts levels from the file's: this block is at the second
            while h.next_block(1):
                name = h.val
                attributes[name] = h.only_arg()
        elif option == "span":
            span = h.only_arg()
        else:
            raise h.arg_err()
    return Tracing(span, attributes)
