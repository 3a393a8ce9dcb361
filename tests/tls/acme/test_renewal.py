import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.tls.acme import renewal
from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.acme.renewal import RenewalInfo, due
from caddylite.tls.certificate import Certificate
from tests.tls.acme.test_ordering import Shop
from tests.tls.acme.world import run

NOW = 1_800_000_000.0
DAY = 86400.0
INFO = RenewalInfo(NOW + DAY, NOW + 3 * DAY, NOW + 2 * DAY, NOW + 6 * 3600, "https://why", "a.b")


@pytest.fixture(scope="module")
def certificate():
    shop = Shop()
    (chain,) = shop.obtain()
    return Certificate(chain.certificates, shop.key, issuer="ca")


def test_by_its_lifetime(certificate):
    begin = certificate.not_before

    def at(days, info=None, ratio=0.0):
        return due(certificate, info, begin + days * DAY, ratio, 600)

    assert [at(59), at(61), at(91)] == [False, True, True]
    assert [at(44, ratio=0.5), at(46, ratio=0.5)] == [False, True]


def test_when_the_ca_says_so(certificate):
    info = replace(INFO, selected=certificate.not_before + 10 * DAY)

    def at(seconds):
        return due(certificate, info, certificate.not_before + 10 * DAY + seconds, 0.0, 600)

    assert [at(-601), at(-599), at(DAY)] == [False, True, True]


def test_short_lives_leave_time_for_several_attempts(certificate):
    assert due(certificate, None, certificate.not_after - 2999, 1e-9, 600)
    assert due(certificate, None, certificate.not_after - 86400, 1e-9, 600)  # the last fiftieth


def test_it_is_kept_as_caddy_keeps_it():
    facts = INFO.stored()
    assert facts["suggestedWindow"] == {
        "start": "2027-01-16T08:00:00Z",
        "end": "2027-01-18T08:00:00Z",
    }
    assert renewal.from_storage(json.loads(json.dumps(facts))) == INFO
    zero = {"suggestedWindow": {"start": "0001-01-01T00:00:00Z", "end": "0001-01-01T00:00:00Z"}}
    for nonsense in (None, 3, [], {}, {"suggestedWindow": 3}, zero):
        assert renewal.from_storage(nonsense) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.just("9999-12-31T23:59:59-23:59"),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["suggestedWindow", "start", "end", "_selectedTime"]), inner
        ),
        max_leaves=8,
    )
)  # fmt: skip
def test_whatever_lies_there(facts):
    renewal.from_storage(facts)


def test_the_ca_is_asked():
    shop = Shop()
    ca, talk = shop.talk.ca, shop.talk
    (chain,) = shop.obtain()
    leaf = chain.certificates[0]
    assert run(renewal.ask(talk.client, leaf, Random(1))) is None  # it knows nothing of this
    ca.extra = {"renewalInfo": "https://ca.test/ari"}
    ca.window = (NOW + DAY, NOW + 2 * DAY)
    talk.client._directory = None
    found = run(renewal.ask(talk.client, leaf, Random(1)))
    assert ca.asked[-1][1] == f"/ari/{renewal.certificate_id(leaf)}"
    assert found.start <= found.selected <= found.end
    assert found.ask_again == talk.now + 3600
    again = run(renewal.ask(talk.client, leaf, Random(2), found))
    assert again.selected == found.selected
    ca.window = (NOW + DAY, NOW + 3 * DAY)
    moved = run(renewal.ask(talk.client, leaf, Random(3), found))
    assert moved.end == NOW + 3 * DAY


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[" * 100_000, b'{"suggestedWindow":{"start":"x","end":"y"}}', b"\xff"],
)
def test_suggestions_that_cannot_be_used(body):
    with pytest.raises(ACMEError, match="unreadable renewal information"):
        renewal.suggested(Answer(200, (), body), "", NOW, Random(1))
    window = {"start": "2027-01-16T08:00:00Z", "end": "2027-01-16T08:00:00Z"}
    text = json.dumps({"suggestedWindow": window}).encode()
    with pytest.raises(ACMEError, match="no time at all"):
        renewal.suggested(Answer(200, (), text), "", NOW, Random(1))


def test_the_identifier_of_rfc_9773():
    """The example of section 4.1: the serial number has a leading zero byte."""

    class Leaf:
        serial_number = 0x8765432100

        class extensions:
            @staticmethod
            def get_extension_for_class(_):
                octets = bytes.fromhex("69885b6b87464041e1b37b847ba0ae2cde01c8d4")
                return type("E", (), {"value": type("V", (), {"key_identifier": octets})})

    Leaf.serial_number = 0x87654321
    assert renewal.certificate_id(Leaf) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
