"""Where things lie in the storage; the same places as Caddy's (certmagic's) in every letter."""

from typing import Final

from caddylite.gourl import parse_url
from caddylite.tls.storage import safe

#: The folder of accounts without an email address.
_NOBODY: Final = "default"


def issuer_key(ca: str) -> str:
    """Return the name a CA has in the storage: host and path of its directory's URL."""
    try:
        url = parse_url(ca)
    except ValueError:
        return ca
    host = f"{url.host}:{url.port}" if url.port else url.host
    path = url.path.replace("/", "-").replace("\\", "-").strip("-")
    return f"{host}-{path}" if path else host


def site(issuer: str, name: str) -> str:
    """Return where a certificate lies; ``.crt``, ``.key`` and ``.json`` are added."""
    return f"certificates/{safe(issuer)}/{safe(name)}/{safe(name)}"


def accounts(ca: str) -> str:
    """Return the folder of the accounts with a CA."""
    return f"acme/{safe(issuer_key(ca))}/users"


def account(ca: str, email: str) -> tuple[str, str]:
    """Return where an account's registration and its key lie."""
    email = email.lower() or _NOBODY
    user, at, _ = email.partition("@")
    if at and not user:
        user = email[1:]
    folder = f"{accounts(ca)}/{safe(email)}"
    return (
        f"{folder}/{safe(user) or 'registration'}.json",
        f"{folder}/{safe(user) or 'private'}.key",
    )


def token(ca: str, subject: str) -> str:
    """Return where others find what answers a challenge for a name."""
    return f"acme/{safe(issuer_key(ca))}/challenge_tokens/{safe(subject)}.json"
