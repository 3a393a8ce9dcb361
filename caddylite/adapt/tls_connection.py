"""TLS connection policies of a server: which handshake gets which certificate and settings.

A site that says something about TLS contributes policies; they are limited to its hosts by an
``sni`` matcher. A policy contributed once and served on several listeners is one object, as in
Caddy: the matcher that it is given for the last of them is the one that all of them print.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from caddylite.adapt.helper import ConfigValue
from caddylite.adapt.sites import SitePart, utf8
from caddylite.tls.policy import ConnectionPolicy
from caddylite.tls.subjects import covers


class PolicyDraft:
    """A policy while the servers are made: its server names (None: no matcher) and the rest."""

    __slots__ = ("names", "settings")

    def __init__(self, settings: ConnectionPolicy, names: list[str] | None = None) -> None:
        self.settings, self.names = settings, names

    def finished(self) -> ConnectionPolicy:
        """Return the policy."""
        if self.names is None:
            return self.settings
        from caddylite.tls.handshake_match.sni import SNI

        return replace(self.settings, match={"sni": SNI(tuple(self.names))})

    @property
    def is_empty(self) -> bool:
        """Does it change nothing about a handshake?"""
        p = self.settings
        return (
            p.certificate_selection is None
            and not p.cipher_suites
            and not p.curves
            and not p.alpn
            and not p.protocol_min
            and not p.protocol_max
            and p.client_authentication is None
            and not p.default_sni
            and not p.fallback_sni
            and not p.insecure_secrets_log
        )


class SNIDefaults:
    """The names taken for a client that sends none (``default_sni``) or an unknown one."""

    __slots__ = ("default", "fallback")

    def __init__(self, options: dict[str, object]) -> None:
        self.default = str(options.get("default_sni") or "")
        self.fallback = str(options.get("fallback_sni") or "")

    def settings(self) -> ConnectionPolicy:
        """Return a policy that says nothing else."""
        return ConnectionPolicy(default_sni=self.default, fallback_sni=self.fallback)

    def __bool__(self) -> bool:
        return bool(self.default or self.fallback)


class ServerPolicies:
    """Collects the connection policies of one server."""

    def __init__(self, sni: SNIDefaults, drafts: dict[int, PolicyDraft]) -> None:
        self.sni = sni
        self.drafts = drafts
        self.policies: list[PolicyDraft] = []
        #: The hosts of sites without settings, which may need shielding from a wildcard's.
        self.plain_hosts: list[list[str]] = []
        self.has_catch_all = False

    def add_site(self, part: SitePart) -> None:
        """Add the policies of a site; its hosts are noted if there are none that say something."""
        hosts = part.hosts()
        forced = set(hosts) if "tls.force_automate" in part.pile else set()
        values = part.pile.get("tls.connection_policy")
        if values is None:
            self._note_plain([h for h in hosts if h and "*" not in h])
            return
        for value in values:
            draft = self._limited(value, hosts)
            if not draft.is_empty or not forced.isdisjoint(hosts):
                self.policies.append(draft)
                self.has_catch_all = not hosts
            else:
                self._note_plain(hosts)

    def _note_plain(self, hosts: list[str]) -> None:
        if hosts:
            self.plain_hosts.append(list(hosts))

    def _limited(self, value: ConfigValue, hosts: list[str]) -> PolicyDraft:
        """Limit a policy to the hosts; the host that stands for no name covers that case too."""
        draft = self.drafts.get(id(value))
        if draft is None:
            draft = self.drafts[id(value)] = PolicyDraft(value.value)
        for host in hosts:
            if host == self.sni.default:
                hosts.append("")
                draft.settings = replace(draft.settings, default_sni=self.sni.default)
                break
            if host == self.sni.fallback:
                hosts.append("")
                draft.settings = replace(draft.settings, fallback_sni=self.sni.fallback)
                break
        if hosts:
            hosts.sort(key=utf8)
            draft.names = list(hosts)
        else:
            draft.settings = replace(
                draft.settings, default_sni=self.sni.default, fallback_sni=self.sni.fallback
            )
        return draft

    def shield_plain_hosts(self) -> None:
        """Spare hosts without TLS settings the client authentication of a wildcard's policy.

        They get a copy of that policy without the client authentication, placed before it.
        """
        asking = [
            [n for n in p.names or () if "*" in n]
            if p.settings.client_authentication is not None
            else []
            for p in self.policies
        ]
        if not any(asking):
            return
        shielded: list[set[str]] = [set() for _ in self.policies]
        for host in (h for hosts in self.plain_hosts for h in hosts):
            for index, wildcards in enumerate(asking):
                if any(covers(w, host) for w in wildcards):
                    shielded[index].add(host)
                    break
        for index in reversed(range(len(shielded))):
            if shielded[index]:
                settings = replace(self.policies[index].settings, client_authentication=None)
                shield = PolicyDraft(settings, sorted(shielded[index], key=utf8))
                self.policies.insert(index, shield)

    def add_catch_all(self, auto_https_adds_it: bool) -> None:
        """Add a policy for handshakes that no other covers, unless automatic HTTPS will."""
        if self.has_catch_all:
            return
        if self.policies or not auto_https_adds_it or self.sni:
            self.policies.append(PolicyDraft(self.sni.settings()))


def finished(policies: Iterable[PolicyDraft]) -> tuple[ConnectionPolicy, ...]:
    """Return the policies; to be called when all servers are made."""
    return tuple([p.finished() for p in policies])
