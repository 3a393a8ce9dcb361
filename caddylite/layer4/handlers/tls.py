"""The ``tls`` handler."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handling import Handler
from caddylite.layer4.options import only_options
from caddylite.registry import module
from caddylite.tls.policy import ConnectionPolicy
from caddylite.tls.policy_syntax import parse_connection_policy


@module("layer4.handlers.tls")
class TLS(Handler, frozen=True):
    """Ends TLS here: the next handler, and the routes after this one, see clear text.

    The first policy that matches the ClientHello holds; without any the defaults do.

    Syntax::

        tls {
            connection_policy {
                match {
                    <handshake matchers...>
                }
                alpn <protocols...>
                cert_selection { ... }
                ciphers <names...>
                client_auth { ... }
                curves <names...>
                default_sni <name>
                drop
                fallback_sni <name>
                insecure_secrets_log <path>
                protocols <min> [<max>]
            }
        }
    """

    connection_policies: tuple[ConnectionPolicy, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the policies."""
        policies = []
        for option in only_options(d, cls.name):
            if option != "connection_policy":
                raise d.arg_err()
            policies.append(parse_connection_policy(Dispenser(d.segment())))
        return cls(tuple(policies))
