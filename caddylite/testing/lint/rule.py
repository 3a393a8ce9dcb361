"""The rules: functions that are marked, in the files of ``rules/``; the folder is the list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final

from caddylite.testing.lint.finding import Remark

if TYPE_CHECKING:
    from caddylite.testing.lint.view import View

Check = Callable[["View"], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A code (``L4`` and two digits), how bad it is, a title, and who looks for it.

    ``unparsable``: the rule is for files that cannot be adapted (the view has no config).
    """

    code: str
    severity: str
    title: str
    check: Check
    unparsable: bool = False

    @property
    def text(self) -> str:
        """What the rule is about, from its docstring."""
        return " ".join((self.check.__doc__ or "").split())


_known: Final[dict[str, Rule]] = {}


def rule(
    code: str, severity: str, title: str, *, unparsable: bool = False
) -> Callable[[Check], Check]:
    """Make a function a rule."""

    def register(check: Check) -> Check:
        if code in _known:
            raise RuntimeError(f"two rules have the code {code}")
        _known[code] = Rule(code, severity, title, check, unparsable)
        return check

    return register


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the codes."""
    package = import_module("caddylite.testing.lint.rules")
    for file in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{file.name}")
    return tuple(_known[code] for code in sorted(_known))
