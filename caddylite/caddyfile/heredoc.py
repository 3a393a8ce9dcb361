"""What a heredoc means: its lines less the white space that its closing marker stands behind."""

import re

import msgspec

MARKER = re.compile(r"[A-Za-z0-9_-]+")


class Mismatch(msgspec.Struct, frozen=True):
    """A line (counted from 1) that does not begin with the padding."""

    number: int
    text: str
    padding: str


def strip_padding(raw: str) -> tuple[str, Mismatch | None]:
    """Cut the padding off every line of what stands between the two markers.

    The padding is what follows the last line break. Empty lines need none; carriage returns are
    dropped, and so is the last line break.
    """
    *lines, padding = raw.split("\n")
    out = []
    for number, line in enumerate(lines, 1):
        if line in ("", "\r"):
            out.append("")
        elif line.startswith(padding):
            out.append(line[len(padding) :].replace("\r", ""))
        else:
            return "", Mismatch(number, line.rstrip("\r\n"), padding)
    return "\n".join(out), None
