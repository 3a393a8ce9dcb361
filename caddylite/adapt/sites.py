"""Site blocks: their addresses, and the pile of what their directives contribute."""

from typing import Any

import msgspec

from caddylite.adapt.addresses import Address
from caddylite.adapt.blocks import attributed
from caddylite.adapt.directives import find_directive
from caddylite.adapt.helper import ConfigValue, Helper, Surroundings
from caddylite.adapt.shorthands import expand_shorthands
from caddylite.caddyfile.parser import Block, Segment
from caddylite.errors import ConfigError
from caddylite.http.route import MatcherSet
from caddylite.netaddr import join_host_port

#: What the directives of a site contribute, by kind.
Pile = dict[str, list[ConfigValue]]


class Site(msgspec.Struct, eq=False):
    """A site block that has been read."""

    block: Block
    pile: Pile = {}


class SitePart(msgspec.Struct, eq=False):
    """Those keys of a site that are served on one set of listeners, and their addresses."""

    site: Site
    keys: list[str]
    addresses: list[Address]

    @property
    def pile(self) -> Pile:
        """What the site's directives contribute (shared by all the parts of the site)."""
        return self.site.pile

    @property
    def catches_all_hosts(self) -> bool:
        """Is there an address without a host?"""
        return any(not a.host for a in self.addresses)

    @property
    def is_all_http(self) -> bool:
        """Does every address say ``http://``?"""
        return all(a.scheme == "http" for a in self.addresses)

    def hosts(self) -> list[str]:
        """Return the hosts, each once; none at all when an address has no host: it means any."""
        if self.catches_all_hosts:
            return []
        return list(dict.fromkeys(a.host for a in self.addresses))

    def logged_hosts(self) -> list[str]:
        """Return the hosts, each once, with the port where it is not a usual one."""
        return list(
            dict.fromkeys(
                a.host if a.port in ("", "80", "443") else join_host_port(a.host, a.port)
                for a in self.addresses
                if a.host
            )
        )

    def https_hosts(self, http_port: str) -> list[str]:
        """Return the hosts, sorted, that are not served over plain HTTP only."""
        return sorted(
            {
                a.host
                for a in self.addresses
                if a.host and a.scheme != "http" and a.port != http_port
            },
            key=utf8,
        )


def utf8(text: str) -> bytes:
    """Sort key: as Go compares strings, by their bytes."""
    return text.encode(errors="surrogateescape")


def read_site(block: Block, around: Surroundings) -> Site:
    """Run the directives of a site block."""
    for segment in block.segments:
        expand_shorthands(segment)
    if not block.keys:
        raise ConfigError(
            "server block without any key is global configuration, and if used, it must be first",
            block.segments[0][0].span if block.segments else None,
            "move the block without a key to the beginning of the file; if its key was to come "
            "from a variable ({$NAME}), that variable is not set",
        ).as_is()
    matchers: dict[str, MatcherSet] = {}
    for segment in block.segments:
        if segment[0].text.startswith("@"):
            from caddylite.adapt.named_matchers import define_matcher

            define_matcher(segment, matchers)
    site = Site(block)
    for segment in block.segments:
        if not segment[0].text.startswith("@"):
            for value in _run(segment, block, matchers, around):
                site.pile.setdefault(value.kind, []).append(value)
            _note_invoked(site, around)
    return site


def _run(
    segment: Segment, block: Block, matchers: dict[str, MatcherSet], around: Surroundings
) -> list[ConfigValue]:
    name = segment[0].text
    directive = find_directive(name)
    if directive is None:
        raise _unknown(segment, block)
    # the notes of a site's outermost block are those of the file, as in Caddy
    h = Helper(segment, around, matchers, around.state, block.segments)
    try:
        return attributed(directive(h), name)
    except ConfigError as e:
        raise e.wrap(f"parsing caddyfile tokens for '{name}': ") from None


def _unknown(segment: Segment, block: Block) -> ConfigError:
    token = segment[0]
    message = f"{token.file}:{token.line}: unrecognized directive: {token.text}"
    if not block.has_braces:
        message += (
            "\nDid you mean to define a second site? If so, you must use curly braces around "
            "each site to separate their configurations."
        )
    from caddylite.adapt.advice import about_directive

    hint = about_directive(token.text, [key.text for key in block.keys])
    return ConfigError(message, token.span, hint).as_is()


def _note_invoked(site: Site, around: Surroundings) -> None:
    """Note the named routes that were invoked anywhere in a directive."""
    if around.invoked:
        values: Any = [ConfigValue("named_route", name) for name in around.invoked]
        site.pile.setdefault("named_route", []).extend(values)
        around.invoked.clear()
