"""How an upstream is chosen, and what is done when it cannot be reached."""

from caddylite.http.matching import RequestMatcher
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.node import Node
from caddylite.values import Duration


class LoadBalancing(Node, frozen=True):
    """The policy, and for how long, how often and for which requests others are tried."""

    selection_policy: SelectionPolicy | None = None
    retries: int = 0
    try_duration: Duration = Duration(0)
    try_interval: Duration = Duration(0)
    retry_match: tuple[dict[str, RequestMatcher], ...] = ()
