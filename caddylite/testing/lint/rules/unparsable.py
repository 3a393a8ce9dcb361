"""Files that cannot be adapted: the compiler's own words, and what to do."""

from collections.abc import Iterator

from caddylite.testing.lint.finding import ERROR, Edit, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View


@rule("L4001", ERROR, "config cannot be adapted", unparsable=True)
def unparsable(view: View) -> Iterator[Remark]:
    """Say what the compiler complains of, and what helps."""
    error = view.error
    if error is None:
        return
    todo = " ".join((error.hint or "correct it; caddy refuses this file too").split())
    yield Remark(error.at, str(error), todo, _fix(view))


#: Modules by old and wrong names: the new name is certain.
_RENAMED = {"ip": "remote_ip", "postgres_starttls": "postgres_tls"}


def _fix(view: View) -> tuple[Edit, ...]:
    error = view.error
    if error is None or error.at is None or "module not registered: layer4." not in str(error):
        return ()
    for old, new in _RENAMED.items():
        if f".{old}': module not registered" in str(error):
            return (Edit(error.at.line, old, new),)
    return ()
