"""Where connections are sent: loops, open relays, names that do not resolve to what was meant."""

import re
from collections.abc import Iterator, Mapping

from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Edit, Remark
from caddylite.testing.lint.names import hosts, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Place, View, address, is_local

_NAMED_BY_CLIENT = re.compile(
    r"\{(l4\.tls\.server_name|l4\.http\.host|l4\.quic\.tls\.server_name"
    r"|(?:tls|l4|http)\.regexp\.[^}]*|http\.request\.[^}]*)\}"
)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.-]*)\}")
#: Beginnings of the names that layer 4 knows (and the global ones).
_KNOWN = (
    "l4.", "env.", "system.", "time.", "file.", "tls.regexp.", "http.regexp.", "re.",
    "http.matchers.", "http.request.",
)  # fmt: skip
_STATEFUL = {22: "SSH", 3306: "MySQL", 5432: "PostgreSQL", 6379: "Redis", 27017: "MongoDB",
             25: "SMTP", 143: "IMAP", 993: "IMAP", 3389: "RDP"}  # fmt: skip
_EXPOSED = {
    1433: "SQL Server", 2375: "Docker", 3306: "MySQL", 5432: "PostgreSQL", 5984: "CouchDB",
    6379: "Redis", 6432: "PgBouncer", 9200: "Elasticsearch", 11211: "memcached", 27017: "MongoDB",
}  # fmt: skip


@rule("L4060", WARNING, "upstream named by the client")
def open_relay(view: View) -> Iterator[Remark]:
    """Look for dial addresses made of what the client says, without a list of allowed names."""
    for place, _, text, _ in view.dials():
        found = _NAMED_BY_CLIENT.search(text)
        if found is None or _bounded(place, found[1]):
            continue
        around = text[: found.start()].partition("/")[2] or text[: found.start()]
        rest = text[found.end() :].rpartition(":")[0]
        part = bool(around or rest)
        reach = f"any name of the form {text}" if part else "anywhere (an open relay)"
        inside = (
            "'allow_private' lets it be a machine of your own network"
            if place.handler.allow_private
            else "caddylite refuses addresses of your own network here, and real Caddy does not"
        )
        yield Remark(
            place.handler,
            f"{{{found[1]}}} is what the client says: it chooses the "
            f"{'part of the host name' if part else 'host'} that this proxy connects to, {reach}; "
            + inside,
            "match the names allowed: tls sni <names…>, or map them to upstreams one by one",
        )


def _bounded(place: Place, name: str) -> bool:
    """Is the name one of a list, wherever on the way it was matched?"""
    kind = "http" if name.startswith(("l4.http", "http.")) else "tls"
    for p in place.chain:
        for matchers in p.route.match:
            if "regexp" in name:
                inside = (getattr(matchers.get("tls"), "matchers", None) or {}).get("sni_regexp")
                if inside is not None and _narrow(str(inside.pattern)):
                    return True
            matcher = matchers.get(kind) or matchers.get("quic")
            names = () if matcher is None else (hosts if matcher.name == "http" else snis)(matcher)
            if names and not any(set(n.split(".")) == {"*"} for n in names):
                return True
    return False


def _narrow(pattern: str) -> bool:
    """Does an expression capture one of few words only (``(a|b)``, ``([0-9])``)?"""
    anchored = pattern.startswith("^") and pattern.endswith("$")
    groups = re.findall(r"\(([^()]*)\)", pattern)
    plain = all(not re.search(r"[.*+]", re.sub(r"\[[^]]*\]|\\.", "", g)) for g in groups)
    return bool(anchored and groups and plain)


@rule("L4061", ERROR, "upstream is the listener itself")
def loop(view: View) -> Iterator[Remark]:
    """Look for proxies that connect to the server they belong to: each connection makes more."""
    for place, _, text, dial in view.dials():
        if dial is None or dial.is_unix:
            continue
        for at in place.routes.listen:
            same = at.network[:3] == dial.network[:3] and (
                at.start_port <= dial.start_port <= at.end_port
            )
            anywhere = not at.host or at.host in ("0.0.0.0", "::")
            here = is_local(dial.host) and (anywhere or is_local(at.host))
            here = here or (bool(dial.host) and dial.host == at.host)
            if same and here:
                yield Remark(
                    place.handler,
                    f"{text} is this listener ({at}): the connection comes back here until "
                    "something runs out",
                    "name the port that the service itself listens on",
                )
                break


@rule("L4062", INFO, "upstream has the name that clients connect to")
def same_name(view: View) -> Iterator[Remark]:
    """Look for upstreams whose host is the SNI or Host matched, on a port listened on."""
    for place, _, text, dial in view.dials():
        if dial is None or not dial.host or dial.start_port not in place.routes.ports | {443}:
            continue
        wanted = [
            n
            for p in place.chain
            for m in p.route.match
            for n in (*(snis(m["tls"]) if "tls" in m else ()), *_hosts(m))
        ]
        if dial.host in wanted:
            yield Remark(
                place.handler,
                f"clients come here because {dial.host} resolves to this machine; if it does so "
                f"for this machine too, {text} is a loop",
                "write the service's own address",
            )


def _hosts(matchers: Mapping[str, object]) -> tuple[str, ...]:
    return hosts(matchers["http"]) if "http" in matchers else ()


@rule("L4063", INFO, "one of several upstreams by chance")
def by_chance(view: View) -> Iterator[Remark]:
    """Look for several upstreams of protocols whose servers are not interchangeable."""
    for place in view.proxies():
        ups = place.handler.upstreams
        first = address(ups[0].dial[0]) if ups and ups[0].dial else None
        what = _STATEFUL.get(first.start_port) if first is not None else None
        if len(ups) > 1 and what:
            yield Remark(
                place.handler,
                f"each connection goes to one of {len(ups)} upstreams; {what} servers are seldom "
                "interchangeable (host keys, data, who is the primary)",
                "use lb_policy first for a standby, or ip_hash to keep a client on one upstream",
            )


@rule("L4064", WARNING, "placeholder that layer 4 does not know")
def unknown_placeholder(view: View) -> Iterator[Remark]:
    """Look for HTTP shorthands and other names that stay empty in a dial address."""
    for place, _, text, _ in view.dials():
        for name in _PLACEHOLDER.findall(text):
            if name.startswith("http.request.") or not name.startswith(_KNOWN):
                shorthand = name.split(".")[0] in ("labels", "host", "path", "query", "header")
                yield Remark(
                    place.handler,
                    f"{{{name}}} is empty here"
                    + (": it is a shorthand of HTTP sites only" if shorthand else "")
                    + f", so {text} names no upstream",
                    "use {l4.tls.server_name}, {l4.http.host} or a capture of sni_regexp, "
                    "with a list of allowed names",
                )


@rule("L4065", WARNING, "service open to everybody")
def exposed(view: View) -> Iterator[Remark]:
    """Look for databases and the like passed on from every address without TLS or a range."""
    for place, upstream, text, dial in view.dials():
        if dial is None or upstream.tls is not None or place.clear:
            continue
        limited = any(
            {"remote_ip", "remote_ip_list", "not", "tls"} & set(m)
            or getattr(m.get("dns"), "allow", ())
            for p in place.chain
            for m in p.route.match
        )
        public = [a for a in place.routes.listen if not is_local(a.host) and not a.is_unix]
        what = _EXPOSED.get(dial.start_port)
        if dial.start_port == 53 and dial.network.startswith("udp"):
            what = "a DNS resolver (used to amplify attacks)"
        if what and public and not limited:
            yield Remark(
                place.handler,
                f"{text} is {what}: everybody who reaches {public[0]} gets to it, unencrypted "
                "as far as this proxy goes",
                "match remote_ip <ranges>, listen on an inner address, or end TLS with "
                "client certificates in front",
            )


@rule("L4066", WARNING, "datagrams to a stream, or a stream to datagrams")
def mixed_networks(view: View) -> Iterator[Remark]:
    """Look for UDP listeners whose upstream is TCP, and the other way round."""
    for place, _, text, dial in view.dials():
        if dial is None or not place.routes.listen or dial.is_unix or dial.network == "unixgram":
            continue
        udp = dial.network.startswith("udp")
        if udp and place.routes.streams:
            yield Remark(
                place.handler,
                f"a TCP connection is sent on as datagrams to {text}",
                f"write {text.partition('/')[2]}, or listen on udp/",
            )
        elif not udp and place.routes.datagrams:
            yield Remark(
                place.handler,
                f"datagrams are sent on over TCP to {text}: their bounds are lost",
                f"write udp/{text.partition('/')[2] or text}",
            )


@rule("L4067", INFO, "echo to whoever sends datagrams")
def reflector(view: View) -> Iterator[Remark]:
    """Look for ``echo`` on UDP listeners: sender addresses can be forged."""
    for place in view.handlers:
        if place.handler.name == "echo" and place.routes.datagrams:
            public = [a for a in place.routes.listen if not is_local(a.host)]
            if public:
                yield Remark(
                    place.handler,
                    "an echo over UDP answers forged senders: others can be flooded through it",
                    "use close for what no route wants",
                )


@rule("L4068", WARNING, "SOCKS proxy open to everybody")
def open_socks(view: View) -> Iterator[Remark]:
    """Look for ``socks5`` without credentials on a public listener."""
    for place in view.handlers:
        if place.handler.name != "socks5" or getattr(place.handler, "credentials", None):
            continue
        limited = any(
            {"remote_ip", "remote_ip_list"} & set(m) for p in place.chain for m in p.route.match
        )
        if not limited and any(not is_local(a.host) for a in place.routes.listen):
            yield Remark(
                place.handler,
                "anybody may connect anywhere through this SOCKS proxy",
                "add credentials, or match remote_ip <ranges>",
            )


@rule("L4069", ERROR, "upstream that cannot be dialled")
def no_port(view: View) -> Iterator[Remark]:
    """Look for upstreams without a port, or with a scheme: they load, and cannot be reached."""
    for place, _, text, dial in view.dials():
        at = view.at(place.handler)
        if "://" in text:
            host = text.split("://")[1].partition("/")[0]
            wrong, good = "has a scheme: what is before the slash is taken for a network", host
        elif dial is not None and dial.network[:3] in ("tcp", "udp") and not dial.start_port:
            wrong, good = "has no port", f"{text.removesuffix(':')}:<port>"
        else:
            continue
        option = text == "upstream" and at is not None and view.is_caddyfile
        yield Remark(
            place.handler,
            f"'{text}' {wrong}, so every connection to it fails",
            "on the line of 'proxy' addresses stand alone: leave the word out"
            if option
            else f"write {good}",
            (Edit(at.line, "proxy upstream", "proxy"),) if option and at is not None else (),
        )
