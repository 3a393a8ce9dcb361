"""The ``php_fastcgi`` directive."""

from collections.abc import Sequence

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.proxy.own_lines import drop, inner_words, lines, take_word, take_words
from caddylite.adapt.proxy.reader import ProxyReader
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.matchers.file import File
from caddylite.http.matchers.not_ import Not
from caddylite.http.matchers.path import Path
from caddylite.http.reverse_proxy.transport.fastcgi import TIMEOUT, FastCGI
from caddylite.http.route import Route
from caddylite.http.weak import WeakString
from caddylite.values import Duration


def parse(h: Helper) -> list[ConfigValue]:
    """Pass requests for PHP files on to a FastCGI server, as most PHP programs want it.

    Syntax::

        php_fastcgi [<matcher>] <upstreams...> {
            root      <path>
            split     <suffixes...>
            index     <filename>|off
            try_files <files...>
            env       <name> <value>
            resolve_root_symlink
            capture_stderr
            dial_timeout  <duration>
            read_timeout  <duration>
            write_timeout <duration>
            <any of reverse_proxy>
        }

    It stands for a redirection of directories without a slash at the end, a rewrite to the file
    or the index, and a ``reverse_proxy`` of what is a PHP file then.
    """
    h.next()
    matchers = h.take_matcher_set()
    d = inner_words(h)
    own = _OwnLines()
    own.read(d)
    d.reset()
    routes = [] if own.index == "off" else _index_routes(own)
    proxy = ProxyReader(FastCGI(**own.transport, split_path=tuple(own.split)))
    d.next()
    proxy.read(d)
    paths = Path(tuple(f"*{suffix}" for suffix in own.split))
    routes.append(Route(match=({"path": paths},), handle=(proxy.finish(h),)))
    subroute = Subroute(tuple(routes))
    if matchers is None:
        return [ConfigValue("route", subroute)]
    return h.route(matchers, subroute)


class _OwnLines:
    """What is said in lines that ``reverse_proxy`` has not got; they are taken out."""

    def __init__(self) -> None:
        self.transport: Fields = {}
        self.split: Sequence[str] = (".php",)
        self.index = "index.php"
        self.try_files: Sequence[str] = ()

    def read(self, d: Dispenser) -> None:
        """Walk through the block."""
        for name in lines(d):
            if name == "root":
                self.transport["root"] = take_word(d)
            elif name in ("dial_timeout", "read_timeout", "write_timeout"):
                self.transport[name] = _timeout(d)
            elif name in ("resolve_root_symlink", "capture_stderr"):
                take_words(d)
                self.transport[name] = True
            elif name in ("split", "env", "index", "try_files"):
                self._take_line(d, name)

    def _take_line(self, d: Dispenser, name: str) -> None:
        words = take_words(d)
        if name == "split" and words:
            self.split = words
        elif name == "env" and len(words) == 2:
            self.transport.setdefault("env", {})[words[0]] = words[1]
        elif name == "index" and len(words) == 1:
            self.index = words[0]
        elif name == "try_files" and words:
            self.try_files = words
        else:
            raise d.arg_err()


def _timeout(d: Dispenser) -> Duration:
    word = d.arg()
    try:
        timeout = Duration.parse(word)
    except ValueError as e:
        raise d.err(TIMEOUT.format(word, e)) from None
    drop(d, 2)
    return timeout


def _index_routes(own: _OwnLines) -> list[Route]:
    """Redirect to the directory, where its index may be tried; rewrite to the file found."""
    in_directory = f"{{http.request.uri.path}}/{own.index}"
    files = tuple(own.try_files) or ("{http.request.uri.path}", in_directory, own.index)
    # the last one need not exist if it is the PHP program's own
    policy = "first_exist_fallback" if not own.try_files or files[-1].endswith(".php") else ""
    found = File(try_files=files, try_policy=policy, split_path=tuple(own.split))
    rewrite = Route(
        match=({"file": found},), handle=(Rewrite(uri="{http.matchers.file.relative}"),)
    )
    return [_redirect(in_directory), rewrite] if in_directory in files else [rewrite]


def _redirect(in_directory: str) -> Route:
    location = "{http.request.orig_uri.path}/{http.request.orig_uri.prefixed_query}"
    return Route(
        match=(
            {
                "file": File(try_files=(in_directory,)),
                "not": Not(({"path": Path(("*/",))},)),
            },
        ),
        handle=(StaticResponse(status_code=WeakString("308"), headers={"Location": (location,)}),),
    )
