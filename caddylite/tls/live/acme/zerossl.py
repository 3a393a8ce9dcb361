"""ZeroSSL's ACME endpoint wants an account elsewhere, and gives one to any email address."""

import json
from typing import Final
from urllib.parse import urlencode

from caddylite.tls.acme.client import Client
from caddylite.tls.acme.errors import ACMEError

ACME_URL: Final = "https://acme.zerossl.com/"
_URL: Final = "https://api.zerossl.com/acme/eab-credentials-email"


async def external_account(client: Client, email: str) -> tuple[str, str]:
    """Return the key ID and the MAC key of a new account there; ACMEError if there is none."""
    if not email:
        raise ACMEError("your email address is required to use ZeroSSL's ACME endpoint")
    body = urlencode({"email": email}).encode()
    answer = await client.world.fetch("POST", _URL, body, "application/x-www-form-urlencoded")
    try:
        said = json.loads(answer.body)
        if answer.status == 200 and said["success"]:
            return str(said["eab_kid"]), str(said["eab_hmac_key"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ACMEError(f"failed getting EAB credentials: HTTP {answer.status}")
