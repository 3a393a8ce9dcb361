"""Regular expressions in matchers: Go's syntax (RE2), captures as placeholders."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import MATCHER_NAME, no_block
from caddylite.http.request import Request
from caddylite.node import ALWAYS, Node

#: Searches a text; on a match the captures go to the request's placeholders.
Search = Callable[[str, Request], bool]


class MatchRegexp(Node, frozen=True):
    """An expression with a name, under which its captures are found.

    They are ``{http.regexp.NAME.N}`` (N is 0 for the whole match, or a group's number or name),
    and the same without NAME.
    """

    label: str = msgspec.field(name="name", default="")
    pattern: Annotated[str, ALWAYS] = ""

    def prepare(self) -> Search:
        """Compile the expression; ConfigError if it is malformed."""
        expression = compile_regexp(self.pattern, f"compiling matcher regexp {self.pattern}: ")
        named = [(index, name) for name, index in expression.groupindex.items()]
        prefixes = ["http.regexp."]
        if self.label:
            prefixes.insert(0, f"http.regexp.{self.label}.")

        def search(text: str, request: Request) -> bool:
            found = expression.search(text)
            if found is None:
                return False
            groups = [found.group(0), *(g or "" for g in found.groups())]
            for prefix in prefixes:
                for index, group in enumerate(groups):
                    request.placeholders[f"{prefix}{index}"] = group
                for index, name in named:
                    request.placeholders[prefix + name] = groups[index]
            return True

        return search


def compile_regexp(pattern: str, complaint: str = "") -> Any:
    """Compile an expression in Go's syntax; ConfigError (``complaint`` and why) if malformed."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as e:
        why = e.args[0].decode() if isinstance(e.args[0], bytes) else str(e)
        raise ConfigError(f"{complaint}error parsing regexp: {why}") from None


def parse_fields(d: Dispenser, name: str, fields: dict[str, MatchRegexp], once: str = "") -> None:
    """Read ``[<name>] <field> <pattern>`` lines of a matcher into ``fields``.

    An expression without a name takes that of the named matcher it is in. ``once`` is the
    complaint about a field that comes a second time, if there is to be one.
    """
    while d.next():
        words = [d.arg(), d.arg()]
        if d.next_arg():
            words.append(d.val)
        field, pattern = words[-2:]
        own = words[0] if len(words) == 3 else ""
        if once and field in fields:
            raise d.err(f"{once}: {field}")
        fields[field] = MatchRegexp(own or d.context.get(MATCHER_NAME, ""), pattern)
        no_block(d, name)
