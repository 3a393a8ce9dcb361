"""How one knows that an upstream is well."""

from caddylite.node import Node
from caddylite.values import Duration


class ActiveHealthChecks(Node, frozen=True):
    """Requests made only to see how an upstream answers them."""

    path: str = ""
    uri: str = ""
    upstream: str = ""
    port: int = 0
    headers: dict[str, tuple[str, ...]] = {}
    method: str = ""
    body: str = ""
    follow_redirects: bool = False
    interval: Duration = Duration(0)
    timeout: Duration = Duration(0)
    passes: int = 0
    fails: int = 0
    max_size: int = 0
    expect_status: int = 0
    expect_body: str = ""


class PassiveHealthChecks(Node, frozen=True):
    """What is learnt from the requests that are proxied anyway."""

    fail_duration: Duration = Duration(0)
    max_fails: int = 0
    unhealthy_request_count: int = 0
    unhealthy_status: tuple[int, ...] = ()
    unhealthy_latency: Duration = Duration(0)


class HealthChecks(Node, frozen=True):
    """Both kinds."""

    active: ActiveHealthChecks | None = None
    passive: PassiveHealthChecks | None = None
