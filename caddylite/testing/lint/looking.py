"""From a text to a View: compiled with its places, then walked through."""

from typing import Any

from caddylite import sources
from caddylite.errors import ConfigError
from caddylite.testing.lint.view import ENDS, Asked, Place, Routes, View, addresses


def look(text: str, file: str, is_caddyfile: bool) -> View:
    """Compile a config and put its route lists in their places; a bad one has an ``error``."""
    view = View(text, file, is_caddyfile)
    try:
        _compile(view)
    except ConfigError as error:
        view.error = error
        return view
    _Walk(view).go()
    return view


def _compile(view: View) -> None:
    if not view.is_caddyfile:
        from caddylite.adapt.compile import from_json
        from caddylite.testing.source_map import JsonSources

        view.config = from_json(view.text, view.file)
        view.places = JsonSources(view.config, view.text, view.file)
        return
    from caddylite.adapt.compile import from_caddyfile
    from caddylite.caddyfile.parser import parse

    with sources.collect() as view.places:
        view.config, _ = from_caddyfile(view.text, view.file)
        view.blocks = parse(view.text, view.file)
        if not view.http_servers:
            view.orphans = list(_orphans(view))


def _orphans(view: View) -> Any:
    """Yield the listener wrappers that no server takes, since there is no site."""
    from caddylite.adapt.options.servers import parse
    from caddylite.caddyfile.dispenser import Dispenser

    for block in view.blocks:
        if block.keys:
            continue
        for segment in block.segments:
            if segment[0].text == "servers":
                options = parse(Dispenser(segment), None)
                view.places.note(options, segment[0].span)
                wrappers = options.fields.get("listener_wrappers", ())
                if wrappers:
                    both = (f":{view.https_port}", f":{view.http_port}")
                    yield addresses((options.address,) if options.address else both), wrappers


class _Walk:
    def __init__(self, view: View) -> None:
        self.view = view

    def go(self) -> None:
        for name, server in self.view.layer4_servers.items():
            at = addresses(server.listen)
            self._list(Routes("server", name, server, server.routes, at))
        for name, server in self.view.http_servers.items():
            at = addresses(server.listen)
            policies = bool(server.tls_connection_policies)
            self._wrappers(name, server.listener_wrappers, at, policies)
        for at, wrappers in self.view.orphans:
            self._wrappers("servers", wrappers, at, False)

    def _wrappers(self, name: str, wrappers: Any, at: Any, policies: bool) -> None:
        names = [w.name for w in wrappers]
        clear, header = policies and "tls" not in names, False
        for wrapper in wrappers:
            if wrapper.name == "layer4":
                self._list(
                    Routes(
                        "wrapper", f"{name}-wrapper", wrapper, wrapper.routes, at, clear, header,
                        goes_on=True, http_server=name,
                    )
                )  # fmt: skip
            clear = clear or wrapper.name == "tls"
            header = header or wrapper.name == "proxy_protocol"

    def _list(self, routes: Routes) -> None:
        self.view.lists.append(routes)
        before = (routes.clear, routes.header, routes.ended)
        for index, route in enumerate(routes.routes):
            for matchers in route.match:
                self._set(routes, index, matchers, False, before[0])
            inner = before
            for position, handler in enumerate(route.handle):
                place = Place(routes, index, position, handler, *inner)
                self.view.handlers.append(place)
                if handler.name == "subroute":
                    self._subroute(place, f"{routes.where}/{index}.{position}")
                inner = _behind(handler, *inner)
            if not any(h.name in ENDS for h in route.handle):
                before = inner

    def _subroute(self, place: Place, where: str) -> None:
        handler, routes = place.handler, place.routes
        self._list(
            Routes(
                "subroute", where, handler, handler.routes, routes.listen, place.clear,
                place.header, place.position + 1 < len(place.route.handle) or routes.goes_on,
                place, routes.http_server, place.ended,
            )
        )  # fmt: skip

    def _set(self, routes: Routes, index: int, matchers: Any, no: bool, clear: bool) -> None:
        for matcher in matchers.values():
            self.view.matchers.append(Asked(routes, index, matchers, matcher, no, clear))
            if matcher.name == "not":
                for inside in matcher.sets or ():
                    self._set(routes, index, inside, not no, clear)


def _behind(
    handler: Any, clear: bool, header: bool, ended: tuple[Any, ...]
) -> tuple[bool, bool, tuple[Any, ...]]:
    """Return what is known behind a handler."""
    if handler.name == "tls":
        return True, header, (*ended, handler)
    return clear, header or handler.name == "proxy_protocol", ended
