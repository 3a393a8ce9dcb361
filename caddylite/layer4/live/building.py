"""From routes in the IR to handlers that run: each handler holds the next in its chain."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar

from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.layer4.config import Route
from caddylite.layer4.handling import Handler
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.scope import Scope
from caddylite.layer4.live.selector import Limits, Next, Selector
from caddylite.layer4.routing import MATCHING_TIMEOUT, Router
from caddylite.netaddr import NetworkAddress

H = TypeVar("H", bound=Handler)


class Live(Generic[H]):
    """A handler at work. ``ir`` is its config, ``nxt`` what comes after it.

    Calling it with a flow makes it the flow's owner: it passes the flow to ``nxt``, serves,
    forwards or closes it. Subclasses that need something prepared override :meth:`prepare`.
    """

    #: False for a handler that never passes a flow on.
    passes_on: ClassVar[bool] = True

    def __init__(self, ir: H, builder: "Builder", nxt: Next, label: str) -> None:
        self.ir, self.nxt, self.label = ir, nxt, label
        self.house = builder.house
        self.prepare(builder)

    def prepare(self, builder: "Builder") -> None:
        """Do what is done once; ConfigError when the config cannot be used."""

    def __call__(self, flow: Flow) -> None:
        """Handle a flow."""
        raise NotImplementedError


class Builder:
    """Builds handlers and selectors for one house.

    While it does, ``scope`` says where in the tree it stands (None: in no server), ``server`` of
    which server, by its name in the house, and ``listens`` where that one listens.
    """

    def __init__(self, house: Any, limits: Limits | None = None) -> None:
        self.house = house
        self.limits = limits or Limits()
        self.scope: Scope | None = None
        self.server = ""
        self.listens: list[NetworkAddress] = []

    def selector(
        self, routes: Sequence[Route], fallback: Next, timeout: float = 0.0, label: str = ""
    ) -> Selector:
        """Build a route list; ``timeout`` 0 means the default."""
        try:
            return self._selector(routes, fallback, timeout, label)
        except ConfigError as e:
            # Caddy makes a route's matchers, its handlers, then the next route: of several
            # complaints the first is that of the shortest list that has one.
            error, good, bad = e, 0, len(routes)
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self._selector(routes[:middle], fallback, timeout, label)
                good = middle
            except ConfigError as e:
                error, bad = e, middle
        raise error

    def _selector(
        self, routes: Sequence[Route], fallback: Next, timeout: float, label: str
    ) -> Selector:
        selector = Selector(
            Router(routes, self.house),
            fallback,
            self.house,
            timeout=timeout if timeout > 0 else MATCHING_TIMEOUT,
            label=label,
            limits=self.limits,
        )
        outer = self.scope
        around = outer or Scope.of_server(routes)
        try:
            for i, route in enumerate(routes):
                self.scope = around.into(routes, route)
                try:
                    chain = self.chain(route.handle, _continue(selector, i + 1), f"{label}{i}")
                except ConfigError as e:
                    raise e.wrap(f"route {i}: ") from None
                selector.chains.append(chain)
        finally:
            self.scope = outer
        return selector

    def chain(self, handlers: Sequence[Handler], nxt: Next, label: str = "") -> Next:
        """Build handlers that run one after the other, then ``nxt``."""
        around = self.scope or Scope()
        for i in range(len(handlers) - 1, -1, -1):
            self.scope = around.behind(handlers[:i])
            try:
                nxt = self.handler(handlers[i], nxt, f"{label}.{i}")
            except ConfigError as e:
                self.scope = around
                self.chain(handlers[:i], nxt, label)  # those before it may be wrong too
                raise _named(e, handlers[i], i) from None
        self.scope = around
        return nxt

    def handler(self, ir: Handler, nxt: Next, label: str) -> Next:
        """Build one handler, from ``caddylite/layer4/live/<name>.py``."""
        try:
            module = import_module(f"caddylite.layer4.live.{ir.name}")
        except ModuleNotFoundError as e:
            if e.name != f"caddylite.layer4.live.{ir.name}":
                raise
            raise ConfigError(f"the layer4 handler '{ir.name}' is not built yet") from None
        live: type[Live[Handler]] = getattr(module, type(ir).__name__)
        return live(ir, self, nxt, label)


def _named(error: ConfigError, ir: Handler, position: int) -> ConfigError:
    """Say which handler a complaint is about, as Caddy's provisioning does."""
    about = "invalid configuration: " if isinstance(error, InvalidConfiguration) else ""
    start = f"{ir.id}: " if about else f"provision {ir.id}: "
    return error.wrap(f"position {position}: loading module '{ir.name}': {start}{about}")


def _continue(selector: Selector, first: int) -> Next:
    def go_on(flow: Flow) -> None:
        selector(flow, first)

    return go_on


def drop(flow: Flow) -> None:
    """The fallback of a server: close."""
    flow.close(flow.why or "no route matched")
