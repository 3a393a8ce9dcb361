"""What the encoders that write whole records have in common."""

from typing import Self

from caddylite.caddy.kinds import LogEncoder
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields


class RecordEncoder(LogEncoder, frozen=True):
    """Writes a record; the keys of its fields and the forms of their values can be chosen.

    Syntax::

        format <name> {
            message_key     <key>
            level_key       <key>
            time_key        <key>
            name_key        <key>
            caller_key      <key>
            stacktrace_key  <key>
            line_ending     <text>
            time_format     <format>
            time_local
            duration_format <format>
            level_format    <format>
        }
    """

    message_key: str | None = None
    level_key: str | None = None
    time_key: str | None = None
    name_key: str | None = None
    caller_key: str | None = None
    stacktrace_key: str | None = None
    line_ending: str | None = None
    time_format: str = ""
    time_local: bool = False
    duration_format: str = ""
    level_format: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        d.no_more_args()
        fields: Fields = {}
        for name in d.block():
            if name == "time_local":
                d.no_more_args()
                fields[name] = True
                continue
            (word,) = d.exactly()
            if name not in cls.__struct_fields__:
                raise d.err(f"unrecognized subdirective {name}")
            fields[name] = word
        return cls(**fields)
