"""Measuring over many labs: cases of several files, tests in several processes."""

from collections import Counter
from pathlib import Path

from caddylite.testing.coverage.collector import Collector
from caddylite.testing.coverage.points import Report, report
from caddylite.testing.lab import Lab


class Gathering:
    """Collects by config file. What two variants of a file reach is added up.

    With variants that differ in their points, those of the first are measured.
    """

    def __init__(self) -> None:
        self.labs: dict[str, Lab] = {}
        self.seen: dict[str, Counter[str]] = {}

    def watch(self, lab: Lab) -> None:
        """Note from now on what is reached in this lab."""
        self.labs.setdefault(lab.file, lab)
        lab.observer = Collector(self.seen.setdefault(lab.file, Counter()))

    def plain(self) -> dict[str, dict[str, int]]:
        """Return what was seen, as values that can be sent to another process."""
        return {file: dict(seen) for file, seen in self.seen.items()}

    def add(self, plain: dict[str, dict[str, int]]) -> None:
        """Add what another process has seen."""
        for file, seen in plain.items():
            self.seen.setdefault(file, Counter()).update(seen)

    def reports(self) -> list[Report]:
        """Measure every config; those that only other processes have compiled are compiled."""
        out = []
        for file, seen in sorted(self.seen.items()):
            lab = self.labs.get(file) or Lab.from_file(file)
            try:
                text = Path(file).read_text(errors="replace")
            except OSError:
                text = ""
            out.append(report(lab, seen, text))
        return out
