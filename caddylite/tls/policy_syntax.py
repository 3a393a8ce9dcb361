"""``connection_policy``: how a handshake is answered, as the Caddyfile says it."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import find_module
from caddylite.errors import ConfigError
from caddylite.tls.client_auth.syntax import parse_client_auth
from caddylite.tls.kinds import HandshakeMatcher
from caddylite.tls.policy import BigInt, CertSelection, ConnectionPolicy, PublicKeyAlgorithm

_LISTS = {"alpn": "alpn", "ciphers": "cipher_suites", "curves": "curves"}
_WORDS = ("default_sni", "fallback_sni", "insecure_secrets_log")


def parse_connection_policy(d: Dispenser) -> ConnectionPolicy:
    """Read one policy; the cursor stands before the word."""
    d.next()
    name = d.val
    if d.count_args():
        raise d.arg_err()
    given: dict[str, Any] = {}
    seen: set[str] = set()
    before = d.nesting
    for option in d.block():
        if option in seen and option not in _LISTS:
            raise d.err(f"duplicate {name} option '{option}'")
        seen.add(option)
        if option in _LISTS:
            given[_LISTS[option]] = (*given.get(_LISTS[option], ()), *_some(d))
        elif option in _WORDS:
            given[option] = _one(d)
        elif option == "cert_selection":
            given["certificate_selection"] = parse_cert_selection(Dispenser(d.segment()))
        elif option == "client_auth":
            given["client_authentication"] = parse_client_auth(Dispenser(d.segment()))
        elif option == "drop":
            given[option] = True
        elif option == "match":
            given[option] = parse_match(d)
        elif option == "protocols":
            if not 1 <= d.count_args() <= 2:
                raise d.arg_err()
            given["protocol_min"] = d.arg()
            given["protocol_max"] = d.opt_arg() or ""
        else:
            raise d.arg_err()
        if d.next_block(before + 1):
            raise d.err(f"malformed {name} option '{option}': blocks are not supported")
    return ConnectionPolicy(**given)


def _some(d: Dispenser) -> list[str]:
    if not d.count_args():
        raise d.arg_err()
    return d.args()


def _one(d: Dispenser) -> str:
    if d.count_args() != 1:
        raise d.arg_err()
    return d.arg()


def parse_match(d: Dispenser) -> dict[str, HandshakeMatcher]:
    """Read handshake matchers; of several lines with the same one the first counts, as there."""
    segments: dict[str, Dispenser] = {}
    before = d.nesting
    while d.next_arg() or d.next_block(before):
        name = d.val
        segments.setdefault(name, Dispenser(d.segment()))
    out: dict[str, HandshakeMatcher] = {}
    for name, words in segments.items():
        words.next()
        cls = find_module(words, HandshakeMatcher, name)
        words.reset()
        out[name] = cls.parse(words)
    return out


def parse_cert_selection(d: Dispenser) -> CertSelection:
    """Read which of several certificates is served; the cursor stands before the word.

    Syntax::

        cert_selection {
            all_tags <tags...>
            any_tag <tags...>
            public_key_algorithm <rsa|dsa|ecdsa>
            serial_number <decimal numbers...>
            subject_organization <names...>
        }
    """
    d.next()
    name = d.val
    if d.count_args():
        raise d.arg_err()
    given: dict[str, Any] = {}
    before = d.nesting
    for option in d.block():
        if option in ("all_tags", "any_tag", "subject_organization"):
            given[option] = (*given.get(option, ()), *_some(d))
        elif option == "public_key_algorithm":
            if option in given:
                raise d.err(f"duplicate {name} option '{option}'")
            word = _one(d)
            try:
                given[option] = PublicKeyAlgorithm.parse(word)
            except ConfigError as e:
                raise d.err(f"parsing {name} option '{option}': {e.message}") from None
        elif option == "serial_number":
            given[option] = (*given.get(option, ()), *_serial_numbers(d, name, option))
        else:
            raise d.arg_err()
        if d.next_block(before + 1):
            raise d.err(f"malformed {name} option '{option}': blocks are not supported")
    return CertSelection(**given)


def _serial_numbers(d: Dispenser, name: str, option: str) -> list[BigInt]:
    if not d.count_args():
        raise d.arg_err()
    out = []
    while d.next_arg():
        digits = d.val.removeprefix("-").removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            raise d.err(f"parsing {name} option '{option}': invalid big.int value {d.val}")
        out.append(BigInt(d.val))
    return out
