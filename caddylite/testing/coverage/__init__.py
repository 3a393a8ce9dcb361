"""What of a config the cases reach: routes, alternatives, matchers, handlers, fallbacks, sites.

    lab.observer = collector = Collector()
    lab.connect(":443", tls(sni="vpn.example.com"))
    report(lab, collector.seen).percent

A matcher counts whole when it has said yes and no, half when only one of them: so a ``not`` that
was never false, or a name that nobody else asked for, is not taken for tested.
"""

from caddylite.testing.coverage.collector import Collector, Observer
from caddylite.testing.coverage.points import Measured, Point, Report, points, report

__all__ = ["Collector", "Measured", "Observer", "Point", "Report", "points", "report"]
