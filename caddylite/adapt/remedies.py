"""What to do about a complaint that has no hint of its own: told from its words.

The compiler says what Caddy says where it finds it; what helps is gathered here, one row a
complaint. It is asked only when something is wrong already.
"""

import os
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Final

from caddylite.adapt.advice import UNSET
from caddylite.errors import ConfigError, Span

Remedy = str | Callable[[re.Match[str]], str | None]


def remedy(error: ConfigError, text: str) -> str | None:
    """Return what to do about a complaint about this Caddyfile."""
    from caddylite.caddyfile.env import unset

    message = str(error)
    if error.hint in (None, UNSET) or _WITHOUT_A_KEY in message:
        missing = unset(text, os.environ)
        if missing and _FROM_NOTHING.search(message):
            name, line = missing[0]
            return (
                f"the environment variable {name} (line {line}) is not set, and leaves nothing "
                f"behind: set it, or write {{${name}:default}}"
            )
    first = _told_by_the_source(message, text, error.at)
    if first or error.hint is not None:
        return first or error.hint
    for pattern, what in _TABLE:
        match = pattern.search(message)
        if match:
            found = what if isinstance(what, str) else what(match)
            if found:
                return found
    return None


_WITHOUT_A_KEY: Final = "server block without any key"
#: Complaints that come of a word which is not there.
_FROM_NOTHING: Final = re.compile(
    r"unrecognized global option|server block without any key|Expected another address"
    r"|wrong argument count|unexpected EOF|too few arguments|parsing upstream"
)


def _told_by_the_source(message: str, text: str, at: Span | None) -> str | None:
    """Say what the text around the place tells, which the message does not."""
    lines = text.split("\n")
    if at is None or not 0 < at.line <= len(lines):
        return None
    if "expecting '}'" in message and "\n" in message:
        quote = lines[at.line - 1][at.column - 1 : at.column]
        return f"the {quote} on line {at.line} is never closed" if quote in ('"', "`") else None
    match = _UNKNOWN.search(message)
    if match is None:
        return None
    if at.line > 1 and _NO_HEREDOC.search(lines[at.line - 2]):
        return "a heredoc's marker stands right behind the << and ends its line: <<EOF"
    word = match["word"]
    if word in _PLUGIN_DIRECTIVES or (word.endswith("{") and len(word) > 1):
        return _directive(match)
    return None


_UNKNOWN: Final = re.compile(r"unrecognized directive: (?P<word>\S+)")
_NO_HEREDOC: Final = re.compile(r"<<\s+\w|<<[\w-]+[ \t]+\S")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Say which of the known words was meant; else, of a few, which there are."""
    words = sorted(set(known))
    near = get_close_matches(word, words, n=1) or [
        w for w in words if w.replace("_", "") == word.replace("_", "").replace("-", "")
    ]
    if near:
        return f"did you mean '{near[0]}'?"
    if 0 < len(words) <= 12:
        return f"it knows: {', '.join(words)}"
    return None


def _subdirective(match: re.Match[str]) -> str | None:
    from caddylite.adapt.syntax_words import words_of

    return nearest(match["word"], words_of(match["directive"]))


def _directive(match: re.Match[str]) -> str | None:
    from caddylite.adapt.syntax_words import owners

    word = match["word"]
    if word.endswith("{") and len(word) > 1:
        return f"put a space before the brace: {word[:-1]} {{"
    if word in _PLUGIN_DIRECTIVES:
        return (
            f"'{word}' is a directive of a plugin ({_PLUGIN_DIRECTIVES[word]}): real Caddy needs "
            "a build with it"
        )
    if word.startswith(":") or re.fullmatch(r"[\w.-]+\.\w+(:\d+)?", word):
        return "is this a site's address? A `}` before it is missing"
    inside = owners(word)
    if inside:
        return f"'{word}' belongs into the braces of {' or '.join(inside[:3])}"
    return None


_PLUGIN_DIRECTIVES: Final = {
    "authenticate": "caddy-security", "authorize": "caddy-security", "cache": "cache-handler",
    "cgi": "caddy-cgi", "coraza_waf": "coraza-caddy", "crowdsec": "caddy-crowdsec-bouncer",
    "filter": "caddy-filter", "forward_proxy": "forwardproxy", "geoip": "caddy-geoip",
    "git": "caddy-git", "jwtauth": "caddy-jwt", "markdown": "a Markdown plugin",
    "minify": "caddy-minify", "php": "frankenphp", "php_server": "frankenphp",
    "rate_limit": "caddy-ratelimit", "replace": "replace-response",
    "s3proxy": "caddy-s3-proxy", "security": "caddy-security", "webdav": "caddy-webdav",
}  # fmt: skip


def _layer4_word(match: re.Match[str]) -> str | None:
    from caddylite.adapt.syntax_words import words_of_module
    from caddylite.registry import names

    word = match["word"]
    if word in names("layer4.handlers"):
        return f"a handler stands inside a route: route {{ {word} … }}"
    if word in names("layer4.matchers"):
        return f"give matchers a name (@name {word} …) and use it: route @name {{ … }}"
    known = [
        w for h in ("proxy", "tls", "throttle") for w in words_of_module(f"layer4.handlers.{h}")
    ]
    near = get_close_matches(word, [*known, "route", "matching_timeout"], n=1)
    return f"did you mean '{near[0]}'?" if near and near[0] != word else None


def _encoder(match: re.Match[str]) -> str | None:
    from caddylite.registry import names

    return nearest(match["word"], names(match["namespace"]))


def _option(match: re.Match[str]) -> str | None:
    from caddylite.adapt.syntax_words import words_of

    for name in ("servers", "tls", "reverse_proxy", "log"):
        if match["word"] in words_of(name):
            return f"'{match['word']}' belongs into the braces of {name}"
    return None


_IN = r"parsing caddyfile tokens for '(?P<directive>\w+)': .*"
_NAME = r"'?(?P<word>[^\s',]+)'?"
_ROWS: Final[list[tuple[str, Remedy]]] = [
    (_IN + rf"(?:unrecognized|unknown)(?: servers)? (?:subdirective|option|property):? {_NAME}",
     _subdirective),
    (_IN + rf"unrecognized URI manipulation {_NAME}", lambda m: nearest(
        m["word"], ("strip_prefix", "strip_suffix", "replace", "path_regexp", "query"))),
    (r"unrecognized directive: (?P<word>\S+)", _directive),
    (r"unrecognized global option: (?P<word>\S+)", _option),
    (r"(?P<word>\S+) is not a registered directive",
     lambda m: _directive(m) or "`order` takes directives this build knows"),
    (r"module not registered: (?P<namespace>[\w.]+)\.(?P<word>[^\s.,]+)", _encoder),
    (r"tokens for 'layer4': wrong argument count or unexpected line ending after '(?P<word>\w+)'",
     _layer4_word),
    (r"undefined matcher set '(?P<word>@\S+)'",
     lambda m: f"define it in the same block: {m['word']} tls sni example.com"),
    (r"unrecognized matcher name: (?P<word>@\S+)",
     lambda m: f"define it in the same site: {m['word']} path /x"),
    (r"cannot invoke named route '(?P<word>[^']+)'",
     lambda m: f"define it outside of the sites: &({m['word']}) {{ … }}"),
    (r"subject does not qualify for certificate: '\}'",
     "there is one '}' too many: it is taken for an address"),
    (r"subject does not qualify for certificate: '[^']*[;,]",
     "addresses are parted by commas and spaces: a.example, b.example"),
    (r"cannot end with a curly brace", "put a space before the brace"),
    (r"Unexpected '\}' because no matching",
     "every '{' ends its line and every '}' has a line of its own"),
    (r"Unexpected '\{' on a new line", "a '{' ends the line of what it belongs to"),
    (r"Unexpected next token after '\{'", "begin a new line after '{'"),
    (r"check for extra comma", "take the comma before the '{' away, or write one more address"),
    (r"unexpected EOF", "the file ends where an address or a block is missing"),
    (r"incomplete heredoc <<(?P<word>\S+)",
     lambda m: f"the text ends with a line that holds {m['word']} alone, or with words after it"),
    (r"mismatched leading whitespace in heredoc",
     "indent every line of the text at least as the closing marker, with the same tabs or blanks"),
    (r"missing opening heredoc marker", 'write a word after it (<<EOF), or quote it: "<<"'),
    (r"scheme and port violate convention",
     "http:// goes with port 80 and https:// with 443: leave the scheme or the port out"),
    (r"port (\d+) is out of range", "ports go from 1 to 65535"),
    (r"parsing key: invalid port '\d+-\d+'",
     "a site has one port: write an address for each"),
    (r"parsing key: invalid port", "a port is a number; a path goes into a matcher, not here"),
    (r"unsupported URL scheme (?P<word>\S+)",
     "sites have http:// or https://; other protocols are for the global option layer4"),
    (r"ambiguous site definition: (?P<word>.+)",
     lambda m: f"{m['word']} has two blocks: make one of them, or let one name another address"),
    (r"matcher is defined more than once", "give the second one another name"),
    (r"cannot have duplicate named_routes", "give the second one another name"),
    (r"only support scheme, host, and port components",
     "leave the path out; `rewrite` or `uri` change paths before the request is sent on"),
    (r"conflicting scheme \(https://\) and port", "an upstream with https:// is on port 443 here"),
    (r"conflicting scheme \(http://\) and port",
     "an upstream with http:// is not on 443: write https://"),
    (r"missing unit in duration \"?(?P<word>[\d.]+)",
     lambda m: f"durations have a unit: {m['word']}s, {m['word']}m, {m['word']}h"),
    (r"path matcher must begin with '/'",
     "handle_path takes one path (handle_path /api/*); with a matcher use handle and uri"),
    (r"tokens for 'tls': single argument must",
     "tls takes `internal`, an e-mail address, or a certificate file and its key file"),
    (r"tokens for 'root': too few", "write root * /srv/www"),
    (r"tokens for '(?P<word>\w+)': wrong argument count", lambda m: _usage(m["word"])),
]  # fmt: skip
_TABLE: Final = [(re.compile(pattern, re.DOTALL), what) for pattern, what in _ROWS]


def _usage(directive: str) -> str | None:
    """Return the first line of a directive's syntax."""
    from caddylite.adapt.syntax_words import usage

    said = usage(directive)
    return f"it is written: {said}" if said else None
