"""Names and protocols that are asked for: misspelt ones, and those that no client sends."""

import re
from collections.abc import Iterator
from itertools import pairwise

from caddylite.testing.lint.finding import WARNING, Edit, Remark
from caddylite.testing.lint.names import MISSPELT, alpns, hosts, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Asked, View

#: ALPN protocol IDs (IANA), without those of protocols never seen behind a TCP proxy.
_ALPN = {
    "http/0.9", "http/1.0", "http/1.1", "h2", "h2c", "h3", "acme-tls/1", "dot", "doq", "imap",
    "pop3", "managesieve", "ftp", "stun.turn", "stun.nat-discovery", "webrtc", "c-webrtc",
    "xmpp-client", "xmpp-server", "mqtt", "smb", "irc", "nntp", "nnsp", "sunrpc", "coap",
    "spdy/1", "spdy/2", "spdy/3", "tds/8.0", "postgresql", "radius/1.0", "radius/1.1", "ntske/1",
    "sip/2", "co", "smtp",
}  # fmt: skip


@rule("L4017", WARNING, "name given twice")
def repeated_name(view: View) -> Iterator[Remark]:
    """Look for names that stand twice in one list, or in two routes of one list."""
    for asked in view.matchers:
        for values in (snis(asked.matcher), alpns(asked.matcher)) if asked.name == "tls" else ():
            twice = sorted({v for v in values if values.count(v) > 1})
            if twice:
                yield Remark(
                    asked.matcher,
                    f"{', '.join(twice)} stands twice in this list",
                    "remove one; perhaps another name was meant",
                )


@rule("L4027", WARNING, "name that no client sends")
def impossible_name(view: View) -> Iterator[Remark]:
    """Look for server names and hosts with ports, schemes, commas, or stars inside a label."""
    for asked in view.matchers:
        tls = asked.name in ("tls", "quic")
        if not tls and asked.name != "http":
            continue
        for name in snis(asked.matcher) if tls else hosts(asked.matcher):
            why = "" if "{" in name else _impossible(name, tls)
            if why:
                meant = name.rstrip(",") if "," not in name.rstrip(",") else ""
                yield Remark(
                    asked.matcher,
                    f"'{name}' is no name that clients send: {why}",
                    _advice(name, tls),
                    _without_comma(view, asked, name, meant),
                )


def _impossible(name: str, tls: bool) -> str:
    """Say why no client comes with a name; nothing if one may."""
    if "," in name:
        return "names are separated by spaces, and the comma is part of it"
    if "/" in name:
        return "a name has no scheme and no path"
    if tls and re.search(r"[\\^$()|\[\]]", name):
        return "it is compared as it stands; expressions are written with sni_regexp"
    if re.search(r"^[^:]+:\d+$", name):
        return "clients send the name without the port"
    if tls and (re.fullmatch(r"[\d.]+", name) or ":" in name):
        return "clients that connect to an address send no server name"
    if name.startswith("."):
        return "all subdomains are written with a star"
    labels = name.split(".")
    if any("*" in label and label != "*" for label in labels):
        return "a star stands for one whole label"
    if name == "*":
        return "a star stands for one label, so names with a dot do not match"
    if tls and any(a != "*" and b == "*" for a, b in pairwise(labels)):
        return "in a server name stars stand at the beginning only"
    return ""


def _advice(name: str, tls: bool) -> str:
    """Say what was probably meant."""
    if name == "*":
        return f"leave {'sni' if tls else 'host'} out to match every name"
    if tls and re.fullmatch(r"[\d.:a-fA-F]+", name):
        return "match the address by local_ip, and leave sni out"
    bare = name.split("://")[-1].split("/")[0].rstrip(",").replace(",", " ")
    bare = re.sub(r"^([^:]+):\d+$", r"\1", bare)
    if bare == name and tls:
        return "write the names, or an expression (tls sni_regexp ^…$)"
    return f"write *{bare}" if bare.startswith(".") else f"write {bare}"


def _without_comma(view: View, asked: Asked, name: str, meant: str) -> tuple[Edit, ...]:
    at = view.at(asked.matcher)
    if at is None or not view.is_caddyfile or not meant or meant == name:
        return ()
    return (Edit(at.line, name, meant),)


@rule("L4023", WARNING, "unknown ALPN protocol")
def unknown_alpn(view: View) -> Iterator[Remark]:
    """Look for ALPN protocols that nobody offers, as ``http/2`` for ``h2``."""
    for asked in view.matchers:
        if asked.name in ("tls", "quic"):
            yield from _unknown(view, asked.matcher, alpns(asked.matcher))
    for place in view.handlers:
        for policy in getattr(place.handler, "connection_policies", ()):
            yield from _unknown(view, place.handler, policy.alpn)
            if "h2c" in policy.alpn:
                yield Remark(
                    place.handler,
                    "h2c means HTTP/2 without TLS: no client offers it in a handshake",
                    "write h2, if what comes next takes HTTP/2 in clear text; else remove it",
                )


def _unknown(view: View, about: object, values: tuple[str, ...]) -> Iterator[Remark]:
    at = view.at(about) if view.is_caddyfile else None
    for value in values:
        if value.lower() not in MISSPELT or value in _ALPN:
            continue
        meant = MISSPELT[value.lower()]
        there = meant in values
        yield Remark(
            about,
            f"'{value}' is no ALPN protocol ID: no client offers it, so it matches nobody",
            "remove it" if there else f"write {meant}",
            (Edit(at.line, value, meant),) if at is not None and not there else (),
        )
