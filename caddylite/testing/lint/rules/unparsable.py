"""Files that cannot be adapted: the compiler's own words, and what to do."""

import re
from collections.abc import Iterator
from typing import Final

from caddylite.testing.lint.finding import ERROR, Edit, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View

#: What to do where the compiler has words and no advice: what it says, and what helps.
_ADVICE: Final = (
    (
        'layer4: .*unknown field "listener_wrappers"',
        "listener wrappers belong to HTTP servers (apps.http.servers); in a layer4 server the "
        "handler proxy_protocol takes a PROXY header off, first in the first route",
    ),
    (
        'layer4: .*unknown field "tls_connection_policies"',
        "a layer4 server has no policies: write them into its handler tls (connection_policies)",
    ),
    (
        r"'layer4': wrong argument count .* after '\d{1,3}'",
        "an address is one word (127.0.0.1:5000 { … }); docker labels split it at its dots: keep "
        "such a server in a Caddyfile, or listen on a port only",
    ),
)

#: Modules by old and wrong names: the new name is certain.
_RENAMED = {"ip": "remote_ip", "postgres_starttls": "postgres_tls"}


@rule("L4001", ERROR, "config cannot be adapted", unparsable=True)
def unparsable(view: View) -> Iterator[Remark]:
    """Say what the compiler complains of, and what helps."""
    error = view.error
    if error is None:
        return
    said = str(error)
    advice = next((a for words, a in _ADVICE if re.search(words, said, re.S)), "")
    todo = advice or " ".join((error.hint or "correct it; caddy refuses this file too").split())
    yield Remark(error.at, said, todo, _fix(view))


def _fix(view: View) -> tuple[Edit, ...]:
    error = view.error
    if error is None or error.at is None or "module not registered: layer4." not in str(error):
        return ()
    for old, new in _RENAMED.items():
        if f".{old}': module not registered" in str(error):
            return (Edit(error.at.line, old, new),)
    return ()
