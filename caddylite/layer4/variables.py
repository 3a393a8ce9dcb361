"""The variables of a connection, as the ``vars`` matchers name them."""

from caddylite.layer4.matching import Connection
from caddylite.placeholders import UNKNOWN, to_string


def variable(cx: Connection, key: str) -> str:
    """Return the text of a variable, or of a placeholder (one name in braces); else ``""``."""
    if key.startswith("{") and key.endswith("}") and key.count("{") == 1:
        value = cx.lookup(key.strip("{}"))
    else:
        value = cx.vars.get(key)
    return "" if value is None or value is UNKNOWN else to_string(value)
