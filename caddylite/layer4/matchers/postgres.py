"""The ``postgres`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.gonumbers import quote
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek
from caddylite.registry import module

_TLS_MODES = {"enabled": "enabled", "disabled": "disabled", "*": ""}


@module("layer4.matchers.postgres")
class Postgres(Matcher, frozen=True):
    """Matches connections that open with a PostgreSQL message (docs: protocol-flow, 55.2).

    That is an SSLRequest, a CancelRequest or a StartupMessage of protocol 3. ``user`` and
    ``client`` (application_name) are only in the last. ``*`` stands for any user not named, no
    databases for any database. ``tls`` wants an SSLRequest, or wants none.

    Syntax::

        postgres
        postgres {
            user <name> [<databases...>]
            client <names...>
            tls <enabled|disabled|*>
        }
    """

    user: dict[str, tuple[str, ...] | None] = {}
    client: tuple[str, ...] = ()
    tls: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; ``tls`` at most once."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        malformed = f"malformed layer4 connection matcher '{cls.name}'"
        users: dict[str, tuple[str, ...] | None] = {}
        clients: list[str] = []
        tls: str | None = None
        for option in d.block():
            if option == "user":
                name = d.arg()
                users[name] = (*(users.get(name) or ()), *d.args()) or None
            elif option == "client":
                clients += d.some_args()
            elif option == "tls":
                if tls is not None:
                    raise d.err(f"{malformed}: duplicate option '{option}'")
                word = d.arg()
                tls = _TLS_MODES.get(word)
                if tls is None:
                    raise d.err(f"{malformed}: unrecognized '{option}' value '{word}'")
                d.no_more_args()
            else:
                raise d.err(f"{malformed}: unrecognized option '{option}'")
        return cls(users, tuple(clients), tls or "")

    def prepare(self, house: Any) -> Match:
        """Check the TLS mode."""
        if self.tls not in _TLS_MODES.values():
            raise ConfigError(
                f'postgres: invalid tls value {quote(self.tls)}; must be "enabled" or "disabled"'
            )
        from caddylite.wire import postgres

        def match(p: Peek) -> bool:
            found = postgres.read(p.data)
            if isinstance(found, postgres.NotPostgres):
                return p.no(found.why)
            if found.kind is not None and not self._kind_may(found.kind, p):
                return False
            if not found.complete:
                raise NeedMore(committed=found.kind is not None)
            return self._startup_may(found.parameters, p)

        return match

    def _kind_may(self, kind: str, p: Peek) -> bool:
        """Can a message of this kind (``ssl``, ``cancel``, ``startup``) match at all?"""
        if self.tls and (self.tls == "enabled") != (kind == "ssl"):
            return p.no(f"tls is to be {self.tls}, and this is a {kind} message")
        if (self.user or self.client) and kind != "startup":
            return p.no(f"a {kind} message names neither user nor client")
        return True

    def _startup_may(self, parameters: dict[str, str], p: Peek) -> bool:
        if self.user and not self._user_may(parameters):
            return p.no("another user or database")
        name = parameters.get("application_name")
        return not self.client or name in self.client or p.no("another application_name")

    def _user_may(self, parameters: dict[str, str]) -> bool:
        """Is the user listed (or ``*``), and with the database that it asks for?"""
        user, database = parameters.get("user"), parameters.get("database")
        if user is None:
            return database is not None and database in (self.user.get("*") or ())
        if user not in self.user and "*" not in self.user:
            return False
        databases = self.user[user if user in self.user else "*"]
        return not databases or database is None or database in databases
