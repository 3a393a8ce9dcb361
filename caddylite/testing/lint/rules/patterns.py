"""Regular expressions for names: loose ones, and those that nothing matches."""

import re
from collections.abc import Iterator

from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View


@rule("L4007", WARNING, "backslash escaped twice")
def escaped_twice(view: View) -> Iterator[Remark]:
    r"""Look for ``\\.`` in SNI expressions: that is a backslash, which no server name has."""
    for asked in view.matchers:
        inside = (getattr(asked.matcher, "matchers", None) or {}).get("sni_regexp")
        if inside is None or r"\\" not in inside.pattern:
            continue
        meant = inside.pattern.replace(r"\\", "\\")
        yield Remark(
            asked.matcher,
            f"{inside.pattern} asks for a backslash in the name, so no client is matched: the "
            "Caddyfile takes backslashes as they are",
            f"write {meant}"
            + ("" if view.is_caddyfile else " (in JSON each backslash is written twice)"),
        )


@rule("L4019", WARNING, "anchor holds for one alternative only")
def loose_anchor(view: View) -> Iterator[Remark]:
    """Look for regular expressions like ``^a|b|c$``: only the outer alternatives are anchored."""
    for asked in view.matchers:
        for pattern in _patterns(asked.matcher):
            bare = re.sub(r"\\.|\[[^]]*\]", "", pattern)
            flat = _without_groups(bare)
            if "|" in flat and flat.startswith("^") != all(
                p.startswith("^") for p in flat.split("|")
            ):
                yield Remark(
                    asked.matcher,
                    f"in {pattern} the ^ holds for the first alternative and the $ for the last: "
                    "the others match anywhere in the name",
                    f"write ^(?:{pattern.removeprefix('^').removesuffix('$')})$",
                )


def _without_groups(pattern: str) -> str:
    while True:
        shorter = re.sub(r"\([^()]*\)", "", pattern)
        if shorter == pattern:
            return pattern
        pattern = shorter


def _patterns(matcher: object) -> Iterator[str]:
    for name in ("pattern", "username_regexp", "cookie_hash_regexp", "custom_info_regexp"):
        value = getattr(matcher, name, "")
        if isinstance(value, str) and value:
            yield value
    inside = (getattr(matcher, "matchers", None) or {}).get("sni_regexp")
    if inside is not None:
        yield inside.pattern


@rule("L4008", WARNING, "loose regular expression for names")
def unanchored(view: View) -> Iterator[Remark]:
    """Look for SNI expressions that match in the middle of a name."""
    for asked in view.matchers:
        inside = (getattr(asked.matcher, "matchers", None) or {}).get("sni_regexp")
        if inside is None or not isinstance(inside.pattern, str):
            continue
        pattern = inside.pattern
        if not (pattern.startswith("^") and pattern.endswith("$")) and "|" not in pattern:
            yield Remark(
                asked.matcher,
                f"{pattern} matches anywhere in the server name: "
                "a name that only contains it is taken too",
                "anchor it: ^…$",
            )
