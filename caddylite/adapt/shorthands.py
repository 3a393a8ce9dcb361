"""Placeholder shorthands: ``{host}`` for ``{http.request.host}`` (docs: concepts#placeholders)."""

from typing import Final

from caddylite.caddyfile.parser import Segment

#: Shorthands and what they stand for, without braces.
SHORTHANDS: Final = {
    "host": "http.request.host",
    "hostport": "http.request.hostport",
    "port": "http.request.port",
    "orig_method": "http.request.orig_method",
    "orig_uri": "http.request.orig_uri",
    "orig_path": "http.request.orig_uri.path",
    "orig_dir": "http.request.orig_uri.path.dir",
    "orig_file": "http.request.orig_uri.path.file",
    "orig_query": "http.request.orig_uri.query",
    "orig_?query": "http.request.orig_uri.prefixed_query",
    "method": "http.request.method",
    "uri": "http.request.uri",
    "%uri": "http.request.uri_escaped",
    "path": "http.request.uri.path",
    "%path": "http.request.uri.path_escaped",
    "dir": "http.request.uri.path.dir",
    "file": "http.request.uri.path.file",
    "query": "http.request.uri.query",
    "%query": "http.request.uri.query_escaped",
    "?query": "http.request.uri.prefixed_query",
    "remote": "http.request.remote",
    "remote_host": "http.request.remote.host",
    "remote_port": "http.request.remote.port",
    "scheme": "http.request.scheme",
    "uuid": "http.request.uuid",
    "tls_cipher": "http.request.tls.cipher_suite",
    "tls_version": "http.request.tls.version",
    "tls_client_fingerprint": "http.request.tls.client.fingerprint",
    "tls_client_issuer": "http.request.tls.client.issuer",
    "tls_client_serial": "http.request.tls.client.serial",
    "tls_client_subject": "http.request.tls.client.subject",
    "tls_client_certificate_pem": "http.request.tls.client.certificate_pem",
    "tls_client_certificate_der_base64": "http.request.tls.client.certificate_der_base64",
    "upstream_hostport": "http.reverse_proxy.upstream.hostport",
    "client_ip": "http.vars.client_ip",
}

#: Shorthands that end in a name of the user's; in some of them that name may have dots.
_PREFIXES: Final = {
    "header": "http.request.header",
    "cookie": "http.request.cookie",
    "labels": "http.request.host.labels",
    "path": "http.request.uri.path",
    "file": "http.request.uri.path.file",
    "query": "http.request.uri.query",
    "re": "http.regexp",
    "vars": "http.vars",
    "rp": "http.reverse_proxy",
    "resp": "http.intercept",
    "err": "http.error",
    "file_match": "http.matchers.file",
}
_DOTTED: Final = frozenset(("re", "rp", "resp", "err"))

_NAME: Final = frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


def expand_shorthands(segment: Segment) -> None:
    """Replace the shorthands in a segment's words (in place)."""
    for token in segment:
        if "{" in token.text and len(token.text) > 1:
            token.text = expanded(token.text)


def expanded(text: str) -> str:
    """Replace the shorthands in a word."""
    before, *pieces = text.split("{")
    out = [before]
    for piece in pieces:
        name, brace, after = piece.partition("}")
        out += ("{", _full(name) if brace else name, brace, after)
    return "".join(out)


def _full(name: str) -> str:
    """Return what stands between the braces of the placeholder."""
    full = SHORTHANDS.get(name)
    if full is not None:
        return full
    kind, dot, rest = name.partition(".")
    prefix = _PREFIXES.get(kind) if dot else None
    plain = rest.replace(".", "") if kind in _DOTTED else rest
    return f"{prefix}.{rest}" if prefix and _NAME.issuperset(plain) else name


def shorthand_of(text: str) -> str | None:
    """Return the shorthand (in braces) that stands for this placeholder, if any."""
    bare = text.strip("{}")
    return next((f"{{{short}}}" for short, full in SHORTHANDS.items() if full == bare), None)
