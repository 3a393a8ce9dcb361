"""CAs that ask for proofs are answered before any route is looked at."""

from types import SimpleNamespace

import pytest

from tests.http.live.support import House, get, parse, routes, server, talk

PATH = "/.well-known/acme-challenge/token"


class Proofs:
    def __init__(self) -> None:
        self.asked = []

    def to_request(self, host, path, remote):
        self.asked.append((host, path, remote))
        return "token.print" if path == PATH else None


@pytest.fixture
def proofs():
    return Proofs()


@pytest.fixture
def site(proofs):
    house = House()
    house.app = lambda name: SimpleNamespace(proofs=proofs) if name == "tls" else None
    return server(routes({"handler": "static_response", "body": "route", "abort": True}), house)


def test_a_proof(site, proofs):
    status, fields, body = parse(talk(site, get(PATH)))
    assert (status, body) == (200, b"token.print")
    assert fields["content-type"] == "text/plain"
    assert fields["connection"] == "close"
    assert proofs.asked == [("example.com", PATH, ("192.0.2.7", 4711))]


@pytest.mark.parametrize("path", ["/", PATH + "s", "/.well-known/acme", "/x" + PATH])
def test_everything_else_is_for_the_routes(site, path):
    assert talk(site, get(path)) == b""


def test_only_get_asks_for_proofs(site, proofs):
    assert talk(site, get(PATH).replace(b"GET ", b"HEAD ")) == b""
    assert proofs.asked == []
