"""A house with an office, and CAs in memory that look at what the house proves."""

from collections import deque
from random import Random
from typing import Any

from twisted.internet.defer import Deferred

from caddylite.tls.acme.challenges import WELL_KNOWN
from caddylite.tls.acme.client import Answer
from caddylite.tls.automation import Automation, AutomationPolicy
from caddylite.tls.config import TLS
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.app import make_apps
from caddylite.tls.live.termination import Peer
from caddylite.tls.policy import ConnectionPolicy
from tests.tls.acme.ca import CA
from tests.tls.house import House

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
PEER = Peer(("192.0.2.7", 1), ("127.0.0.1", 443))
NAME = "a.example.test"


class Asked:
    signature_schemes = ()

    def __init__(self, server_name: str) -> None:
        self.server_name = server_name


class Listeners:
    """Counts who would listen."""

    def __init__(self) -> None:
        self.open_now: list[tuple[str, int]] = []
        self.opened: list[tuple[str, int]] = []

    def open(self, house, host, port, factory) -> None:
        self.open_now.append((host, port))
        self.opened.append((host, port))

    def close(self, host, port) -> None:
        self.open_now.remove((host, port))

    def make_way(self) -> None:
        """Nothing is really open."""


class Town:
    """Apps come and go; the office stays. ``web`` answers requests to other places than CAs."""

    def __init__(self, path, now: float = 1_800_000_000.0) -> None:
        self.path = path
        self.house = House(path, now)
        self.office = self.house.kept["acme"] = Office(Random(1), self._fetcher)
        self.listeners = self.office.listeners = Listeners()
        self.cas: dict[str, CA] = {}
        self.web: dict[str, deque[Any]] = {}
        self.asked: list[str] = []
        self.apps: list[Any] = []
        self.ca = self.settle("https://ca.test")

    def settle(self, root: str) -> CA:
        ca = self.cas[root] = CA(self.house.clock, root)
        ca.look = self._look
        return ca

    def _fetcher(self, house, roots=(), **more):
        async def fetch(method, url, body=None, content_type=""):
            self.asked.append(url)
            for root, ca in self.cas.items():
                if url.startswith(root):
                    return await ca(method, url, body, content_type)
            for part, answers in self.web.items():
                if part in url:
                    answer = answers.popleft()
                    return await answer if isinstance(answer, Deferred) else answer
            return Answer(404)

        return fetch

    def _look(self, kind: str, value: str, token: str, proof: str) -> str:
        for app in self.apps:
            if kind == "http-01":
                if app.proofs.to_request(value, WELL_KNOWN + token, "192.0.2.9:1") == proof:
                    return ""
            elif app.challenge(value, PEER) is not None:
                return ""
        return "unauthorized nobody answers"

    def app(self, *issuers: ACMEIssuer, names=(NAME,), automation=None, tls=None, **policy):
        """Start an app that manages names."""
        policies = (AutomationPolicy(issuers=issuers or (issuer(),), **policy),)
        ir = tls or TLS(automation=automation or Automation(policies=policies))
        app, pki = make_apps(ir, None, self.house)
        self.house.apps = {"tls": app, "pki": pki}
        self.apps.append(app)
        app.start(names)
        return app

    def served(self, app, name: str = NAME):
        return app.certificate(Asked(name), PEER, ConnectionPolicy())

    def said(self, message: str) -> list[dict[str, Any]]:
        return [fields for _, _, m, fields in self.house.records if m == message]


def issuer(**more) -> ACMEIssuer:
    """Return the issuer that asks the CA of the town."""
    return ACMEIssuer(**{"ca": "https://ca.test/dir", "email": "Me@Example.test", **more})
