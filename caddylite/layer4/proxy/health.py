"""Which upstreams of the ``proxy`` handler are fit to be used, and how they are balanced."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.node import Node
from caddylite.values import Duration


class ActiveHealthChecks(Node, frozen=True):
    """Upstreams are dialled now and then (``interval``, 30 s) to see if they answer.

    ``fall`` failures in a row make one unhealthy, ``rise`` successes healthy again (1 each).
    """

    port: int = 0
    interval: Duration = Duration(0)
    timeout: Duration = Duration(0)
    close_if_unhealthy: bool = False
    fall: int = 0
    rise: int = 0


class PassiveHealthChecks(Node, frozen=True):
    """Failures of real connections count for ``fail_duration``; ``max_fails`` (1) are too many."""

    fail_duration: Duration = Duration(0)
    max_fails: int = 0
    unhealthy_connection_count: int = 0


class HealthChecks(Node, frozen=True):
    """How the health of upstreams is found out."""

    active: ActiveHealthChecks | None = None
    passive: PassiveHealthChecks | None = None


class LoadBalancing(Node, frozen=True):
    """How an upstream is chosen, and for how long another is tried when it fails."""

    selection: SelectionPolicy | None = None
    try_duration: Duration = Duration(0)
    try_interval: Duration = Duration(0)
