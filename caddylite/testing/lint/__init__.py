"""Looking for mistakes in a config that adapts well and still does something else than meant.

    for finding in lint(text, "Caddyfile"):
        print(finding.where, finding.code, finding.why)

Each rule is a function in ``rules/``; nothing is opened but the config (and what it imports).
"""

from collections.abc import Iterable

from caddylite.testing.lint.comments import Ignored
from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Edit, Finding, order
from caddylite.testing.lint.looking import look
from caddylite.testing.lint.rule import Rule, all_rules
from caddylite.testing.lint.view import View

__all__ = [
    "ERROR", "INFO", "WARNING", "Edit", "Finding", "Rule", "View", "all_rules", "lint", "look",
]  # fmt: skip


def lint(
    text: str,
    file: str = "Caddyfile",
    *,
    is_caddyfile: bool | None = None,
    ignore: Iterable[str] = (),
) -> list[Finding]:
    """Return what is to be said about a config, sorted by place.

    A config that cannot be adapted has one finding of severity error, with the compiler's words
    and what to do about it, and those of the rules that read such files.
    """
    if is_caddyfile is None:
        is_caddyfile = not file.endswith(".json")
    view = look(text, file, is_caddyfile)
    ignored = Ignored(text if is_caddyfile else "", file, ignore)
    found = {
        f: None for r in all_rules() if r.unparsable or view.error is None for f in _run(r, view)
    }
    return sorted((f for f in found if not ignored.covers(f)), key=order)


def _run(rule: Rule, view: View) -> Iterable[Finding]:
    for remark in rule.check(view):
        at = view.at(remark.about)
        path = getattr(view.places, "path", lambda _: None)(remark.about)
        yield Finding(
            rule.code, rule.severity, rule.title, remark.why, remark.todo, view.file, at,
            ".".join(map(str, path or ())), remark.fix,
        )  # fmt: skip
