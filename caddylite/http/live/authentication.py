"""Runs ``authentication``: lets through whom a provider knows (HTTP basic, RFC 7617)."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import Any

from caddylite import placeholders
from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.authentication.providers.http_basic import HTTPBasic
from caddylite.http.handlers.authentication import Authentication
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, Proceed

#: Compared with when the user does not exist, so that an answer takes as long as for one who does.
_NOBODY = b"$2a$14$X3ulqf/iGxnf1k6oMZ.RZeJUoqI9PX2PM4rS5lkIKJXduLGXGPrt6"
_REMEMBERED = 1000


class Live:
    """Asks the providers in turn."""

    def __init__(self, ir: Authentication, build: Build) -> None:
        self._providers: list[Basic] = []
        for name, provider in ir.providers.items():
            if not isinstance(provider, HTTPBasic):
                raise ConfigError(f"authentication provider {name} is not run by caddylite yet")
            self._providers.append(Basic(provider, build.house))

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Pass on who is known; others get 401."""
        for provider in self._providers:
            user = await provider.user(ex)
            if user is not None:
                ex.request.placeholders["http.auth.user.id"] = user
                await proceed()
                return
        raise HandlerError(401, "not authenticated")


class Basic:
    """User names and passwords."""

    def __init__(self, ir: HTTPBasic, house: House) -> None:
        if ir.hash is not None and ir.hash.name != "bcrypt":
            raise ConfigError(f"password hash {ir.hash.name} is not run by caddylite yet")
        self._house = house
        self._realm = ir.realm or "restricted"
        self._known: dict[bytes, bool] | None = {} if ir.hash_cache is not None else None
        self._accounts: dict[str, bytes] = {}
        for number, account in enumerate(ir.accounts):
            name = placeholders.replace_all(account.username)
            secret = placeholders.replace_all(account.password)
            if name in self._accounts:
                raise ConfigError(f"account {number}: username is not unique: {name}")
            if not name or not secret:
                raise ConfigError(f"account {number}: username and password are required")
            self._accounts[name] = _hash(secret)

    async def user(self, ex: Exchange) -> str | None:
        """Return who asks; None (and the question to the client) if that is not known."""
        given = _credentials(ex.request.headers.get("Authorization"))
        if given is not None:
            name, password = given
            known = self._accounts.get(name)
            right = await self._compare(known or _NOBODY, password)
            if right and known is not None:
                return name
        ex.out.headers.set("Www-Authenticate", f'Basic realm="{self._realm}"')
        return None

    async def _compare(self, hashed: bytes, password: bytes) -> bool:
        key = hashed + password
        if self._known is not None and key in self._known:
            return self._known[key]
        right = bool(await _in_thread(self._house.reactor, lambda: _bcrypt(hashed, password)))
        if self._known is not None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = right
        return right


async def _in_thread(reactor: Any, call: Callable[[], object]) -> object:
    """Run what takes long without holding up the reactor (one without threads runs it itself)."""
    if not hasattr(reactor, "getThreadPool"):
        return call()
    from twisted.internet.threads import deferToThreadPool

    return await deferToThreadPool(reactor, reactor.getThreadPool(), call)


def _bcrypt(hashed: bytes, password: bytes) -> bool:
    import bcrypt

    try:
        return bcrypt.checkpw(password[:72], hashed)
    except ValueError:
        return False


def _hash(secret: str) -> bytes:
    if secret.startswith("$"):
        return secret.encode()
    try:
        return b64decode(secret, validate=True)
    except (Base64Error, ValueError) as error:
        raise ConfigError(f"base64-decoding password: {error}") from None


def _credentials(field: str) -> tuple[str, bytes] | None:
    scheme, _, token = field.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = b64decode(token, validate=True).partition(b":")
    except (Base64Error, ValueError):
        return None
    return (name.decode("utf-8", "surrogateescape"), password) if colon else None
