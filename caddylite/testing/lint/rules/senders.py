"""The PROXY protocol: where a header is taken off, and from whom it is believed."""

from collections.abc import Iterator
from typing import Any

from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.hops import carried, expects
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import LOCAL, Place, View, addresses, is_local


def _believes_nobody(wrapper: Any) -> bool:
    return not wrapper.allow and str(wrapper.fallback_policy).upper() in ("", "IGNORE")


@rule("L4042", WARNING, "handler where the proxy's option was meant")
def handler_for_option(view: View) -> Iterator[Remark]:
    """Look for the handler ``proxy_protocol`` in front of a proxy, behind no other proxy."""
    for place in view.handlers:
        if place.handler.name != "proxy_protocol":
            continue
        asked = any("proxy_protocol" in m for p in place.chain for m in p.route.match)
        followers = place.route.handle[place.position + 1 :]
        plain = [
            h for h in followers if h.name == "proxy" and not getattr(h, "proxy_protocol", "")
        ]
        open_to_all = not (place.handler.allow or place.handler.fallback_policy)
        if plain and not asked and open_to_all:
            yield Remark(
                place.handler,
                "the handler proxy_protocol takes a header off incoming connections, and sends "
                "none to the upstream",
                "to send one write it inside: proxy { proxy_protocol v2 … }; if a front "
                "does send headers, say whom to believe (allow <ranges>)",
            )


@rule("L4045", WARNING, "PROXY headers believed from nobody")
def believes_nobody(view: View) -> Iterator[Remark]:
    """Look for proxy_protocol wrappers that take headers off and ignore what they say."""
    for server in view.http_servers.values():
        yield from _nobody(server.listener_wrappers)
    for _, wrappers in view.orphans:
        yield from _nobody(wrappers)


def _nobody(wrappers: Any) -> Iterator[Remark]:
    for wrapper in wrappers:
        if wrapper.name == "proxy_protocol" and _believes_nobody(wrapper):
            yield Remark(
                wrapper,
                "without 'allow' the header is taken off and not believed: every client seems "
                "to come from the proxy in front",
                "add 'allow <addresses of the proxy in front>'",
            )


@rule("L4056", WARNING, "PROXY header without a list of senders")
def any_sender(view: View) -> Iterator[Remark]:
    """Look for PROXY headers that anybody may send, where the client's address matters."""
    for server in view.http_servers.values():
        for wrapper in server.listener_wrappers:
            if wrapper.name == "proxy_protocol" and _believes_everybody(wrapper, server.listen):
                yield Remark(
                    wrapper,
                    f"the policy {wrapper.fallback_policy} without 'allow' believes anybody's "
                    "header: clients choose the address that logs and remote_ip see",
                    "add 'allow <addresses of the front>', and leave fallback_policy out",
                )
    for place in view.handlers:
        if place.handler.name != "proxy_protocol" or place.handler.allow:
            continue
        if carried(place) not in ("", "clear"):
            continue  # no header comes here at all
        policy = str(place.handler.fallback_policy).upper() or "IGNORE"
        if policy in ("REJECT", "SKIP") or not _address_used(view, place):
            continue
        if policy == "IGNORE":
            why = "the header is taken off and not believed (real caddy-l4 believes anybody's)"
        else:
            why = f"the policy {policy} believes anybody's header"
        yield Remark(
            place.handler,
            f"without 'allow' {why}: what comes after has the front's address, or one that "
            "the client has chosen",
            "add 'allow <addresses of the front>'",
        )


def _believes_everybody(wrapper: Any, listen: tuple[str, ...]) -> bool:
    policy = str(wrapper.fallback_policy).upper()
    public = [a for a in addresses(listen) if not is_local(a.host) and not a.is_unix]
    return not wrapper.allow and policy in ("USE", "REQUIRE") and bool(public)


def _address_used(view: View, place: Place) -> bool:
    """Does the client's address matter behind a handler: is it matched, or sent on?"""
    sent = (p for p in view.proxies() if p.handler.proxy_protocol)
    asked = (m for m in view.matchers if m.name in ("remote_ip", "remote_ip_list"))
    return any(any(c.routes is place.routes for c in p.chain) for p in sent) or any(
        m.routes.above is not None and any(c.routes is place.routes for c in m.routes.above.chain)
        for m in asked
    )


@rule("L4058", WARNING, "PROXY header looked for behind another protocol")
def header_behind(view: View) -> Iterator[Remark]:
    """Look for the handler ``proxy_protocol`` on routes whose matchers have seen other bytes."""
    for place in view.handlers:
        if place.handler.name != "proxy_protocol":
            continue
        opening = carried(place)
        if opening and opening != "clear":
            yield Remark(
                place.handler,
                f"the connections of this route begin as {opening}: a PROXY header would stand "
                "before that, and the route would not have matched",
                "put the handler into a first route (matched by proxy_protocol or by the front's "
                "address); to send a header write the option: proxy { proxy_protocol v2 … }",
            )


@rule("L4049", WARNING, "front sends PROXY headers, layer4 does not take them off")
def front_forgotten(view: View) -> Iterator[Remark]:
    """Look for layer4 servers without proxy_protocol beside HTTP servers that want headers."""
    fronts = [
        w
        for wrappers in (
            *(s.listener_wrappers for s in view.http_servers.values()),
            *(o for _, o in view.orphans),
        )
        for w in wrappers
        if w.name == "proxy_protocol" and any(not r.startswith(LOCAL) for r in w.allow)
    ]
    if not fronts:
        return
    for server in view.layer4_servers.values():
        listening = addresses(server.listen)
        if expects("layer4", server) is None and any(a.network[:3] == "tcp" for a in listening):
            yield Remark(
                server,
                "the HTTP servers of this file take PROXY headers from a front; the layer4 app is "
                "no HTTP server and is not covered by that: its matchers see the header",
                "put a first route with the handler proxy_protocol (allow <the front>) here, "
                "if the front sends headers to this port too",
            )
