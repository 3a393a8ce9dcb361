"""The ``acme_server`` handler."""

from caddylite.http.handling import Handler
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class RuleSet(Node, frozen=True):
    """Names and addresses."""

    domains: tuple[str, ...] = ()
    ip_ranges: tuple[str, ...] = ()


class Policy(Node, frozen=True):
    """Who may have a certificate, and who not."""

    allow: RuleSet | None = None
    deny: RuleSet | None = None
    allow_wildcard_names: bool = False


@module("http.handlers.acme_server")
class ACMEServer(Handler, frozen=True):
    """Is an ACME server (RFC 8555) for a CA of the PKI app."""

    ca: str = ""
    lifetime: Duration = Duration(0)
    host: str = ""
    path_prefix: str = ""
    sign_with_root: bool = False
    resolvers: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()
    policy: Policy | None = None
