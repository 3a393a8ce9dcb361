"""The ``try_files`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.matchers.file import POLICIES, File


def parse(h: Helper) -> list[ConfigValue]:
    """Rewrite to the first of these files that exists; what stands behind ``?`` is the query.

    Syntax::

        try_files <files...> {
            policy <policy>
        }

    The policies are those of the ``file`` matcher.
    """
    h.next()
    files = h.some_args()
    policy = ""
    for option in h.block():
        if option != "policy":
            continue  # Caddy does not mind
        if policy:
            raise h.err("try policy already configured")
        policy = h.arg()
        if policy not in POLICIES:
            raise h.err(f"unrecognized try policy: {policy}")
    out: list[ConfigValue] = []
    for group, query in _by_query(files):
        matcher = File(try_files=tuple(group), try_policy=policy)
        out += h.route({"file": matcher}, Rewrite(uri="{http.matchers.file.relative}" + query))
    h.group(out)
    return out


def _by_query(files: list[str]) -> list[tuple[list[str], str]]:
    """Put neighbours without a query together; each of the others needs a rewrite of its own."""
    out: list[tuple[list[str], str]] = []
    plain: list[str] = []
    for file in files:
        path, mark, query = file.partition("?")
        if not mark:
            if not plain:
                out.append((plain, ""))
            plain.append(file)
        else:
            plain = []
            out.append(([path], mark + query))
    return out
