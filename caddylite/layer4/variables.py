"""The variables of a connection, as the ``vars`` matchers name them."""

from caddylite.gotext import go_value, to_string
from caddylite.layer4.matching import Connection
from caddylite.placeholders import UNKNOWN


def variable(cx: Connection, key: str) -> str:
    """Return the text of a variable, or of a placeholder (one name in braces); else ``""``."""
    if key.startswith("{") and key.endswith("}") and key.count("{") == 1:
        name = key.strip("{}")
        value, ours = cx.lookup(name), name.startswith("l4.vars.")
    else:
        value, ours = cx.vars.get(key), True
    if value is None or value is UNKNOWN:
        return ""
    return go_value(value) if ours else to_string(value)
