"""The ``basic_auth`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.authentication.config import Hash
from caddylite.http.authentication.providers.http_basic import Account, HashCache, HTTPBasic
from caddylite.http.handlers.authentication import Authentication
from caddylite.registry import find


def handler(h: Helper) -> Authentication:
    """Ask for a user name and a password; what stands in the file are hashes of passwords.

    Syntax::

        basic_auth [<matcher>] [bcrypt|argon2id [<realm>]] {
            <username> <hashed_password>
            ...
        }
    """
    h.next()
    if h.val == "basicauth":
        h.deprecated("basic_auth")
    args = h.args()
    if len(args) > 2:
        raise h.arg_err()
    algorithm, realm = [*args, *("bcrypt", "")[len(args) :]]
    if algorithm not in ("bcrypt", "argon2id"):
        raise h.err(f"unrecognized hash algorithm: {algorithm}")
    cls: type[Hash] = find("http.authentication.hashes", algorithm)
    accounts = tuple(_account(h, name) for name in h.block())
    provider = HTTPBasic(hash=cls(), accounts=accounts, realm=realm, hash_cache=HashCache())
    return Authentication({"http_basic": provider})


def _account(h: Helper, name: str) -> Account:
    password = h.opt_arg() or ""
    h.no_more_args()
    if not (name and password):
        raise h.err("username and password cannot be empty or missing")
    return Account(name, password)
