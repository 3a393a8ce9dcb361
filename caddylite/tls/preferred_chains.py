"""``preferred_chains``: which of the chains that a CA offers is taken."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields
from caddylite.tls.automation import ChainPreference


def parse_preferred_chains(d: Dispenser) -> ChainPreference:
    """Read the rest of the line, or the block; the cursor is on ``preferred_chains``.

    Syntax::

        preferred_chains smallest
        preferred_chains {
            root_common_name <names...>
            any_common_name  <names...>
        }
    """
    fields: Fields = {}
    if d.next_arg():
        if d.val != "smallest":
            raise d.err(f"Invalid argument '{d.val}'")
        fields["smallest"] = True
        d.no_more_args()
        if d.next_block(d.nesting):
            raise d.err("No more options are accepted when using the 'smallest' option")
    for name in d.block():
        if name not in ("root_common_name", "any_common_name"):
            raise d.err(f"Received unrecognized parameter '{name}'")
        fields[name] = (*fields.get(name, ()), *d.some_args())
        other = "any" if name.startswith("root") else "root"
        if f"{other}_common_name" in fields:
            raise d.err(f"Can't set {name} when {other}_common_name is already set")
    if not fields:
        raise d.err("No options for preferred_chains received")
    return ChainPreference(**fields)
