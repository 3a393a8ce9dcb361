"""``# caddylite: ignore L4012``: on the line it is about, or alone on the line before.

``# caddylite: ignore-file L4012`` holds for the whole file. Several codes are separated by spaces
or commas; without a code every rule is meant. JSON has no comments: use ``--ignore`` there.
"""

import re
from collections.abc import Iterable

from caddylite.testing.lint.finding import Finding

_COMMENT = re.compile(r"(?:^|\s)#\s*caddylite:\s*(ignore(?:-file)?)\b([\sL0-9,]*)")


class Ignored:
    """Which rules are not to be heard, and where in the file with this text."""

    def __init__(self, text: str, file: str, codes: Iterable[str] = ()) -> None:
        self.file, self.everywhere = file, set(codes)
        self.by_line: dict[int, set[str]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            found = _COMMENT.search(line)
            if found is None:
                continue
            named = set(re.findall(r"L\d+", found[2])) or {"*"}
            if found[1] == "ignore-file":
                self.everywhere |= named
                continue
            alone = line.lstrip().startswith("#")
            self.by_line.setdefault(number + alone, set()).update(named)

    def covers(self, finding: Finding) -> bool:
        """Is this finding not to be heard?"""
        mine = finding.at is not None and finding.at.file == self.file
        here = self.everywhere | (self.by_line.get(finding.line, set()) if mine else set())
        return bool({finding.code, "*"} & here)
