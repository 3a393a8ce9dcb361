"""What to do about the mistakes that people make most: the hints under Caddy's complaints.

It is asked only when something is wrong already.
"""

from difflib import get_close_matches
from typing import Final

#: Directives of Caddy 1, and what people want instead.
_OLD_NAMES: Final = {
    "browse": "file_server browse",
    "errors": "handle_errors",
    "expvar": "metrics",
    "ext": "try_files",
    "fastcgi": "php_fastcgi",
    "gzip": "encode gzip",
    "mime": "header Content-Type",
    "proxy": "reverse_proxy",
    "proxy_header": "header_up, inside reverse_proxy",
    "status": "respond or error",
    "websocket": "reverse_proxy",
}

UNSET: Final = (
    "a block without an address is for the global options; if the address is an environment "
    "variable, it is not set: write {$NAME:default}, or set it"
)
MATCHER_OUTSIDE: Final = "define the matcher inside the braces of the site that uses it"
DIRECTIVE_OUTSIDE: Final = (
    "put it into the braces of a site: `:80 { … }` for any host; or a `}` further up is one "
    "too many"
)


def about_directive(name: str, keys: list[str] | None = None) -> str | None:
    """Return what to do about an unknown directive, in a site with these addresses."""
    from caddylite.adapt.directives import built_in
    from caddylite.adapt.global_options import built_in as options

    if (keys or [""])[0] in options():
        return (
            f"'{(keys or [''])[0]}' is a global option: write it inside the block without an "
            "address that stands first in the file"
        )
    if name in _OLD_NAMES:
        return f"that was Caddy 1; now it is {_OLD_NAMES[name]}"
    if name in options():
        return (
            f"'{name}' is a global option: it goes into the block without an address that "
            "stands first in the file"
        )
    return _nearest(name, built_in())


def about_option(name: str) -> str | None:
    """Return what to do about an unknown global option."""
    from caddylite.adapt.directives import is_directive
    from caddylite.adapt.global_options import built_in as options

    if is_directive(name) or name.startswith("@"):
        return UNSET
    return _nearest(name, options())


def _nearest(name: str, known: frozenset[str]) -> str | None:
    near = get_close_matches(name, sorted(known), n=1)
    return f"did you mean '{near[0]}'?" if near else None
