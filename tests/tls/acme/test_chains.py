from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from caddylite.tls.acme.chains import preferred
from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.automation import ChainPreference
from tests.tls.acme.test_ordering import Shop


def chains_of(shop):
    shop.talk.ca.alternates = [shop.talk.ca.top.public_bytes(Encoding.PEM)]
    return shop.obtain()


def test_alternatives():
    shop = Shop()
    short, long = chains_of(shop)
    assert [len(c.certificates) for c in (short, long)] == [2, 3]
    assert preferred([short, long], None) is short
    assert preferred([long, short], ChainPreference(smallest=True)) is short
    assert preferred([short, long], ChainPreference(smallest=False)) is long
    by_root = ChainPreference(root_common_name=("nobody", "Fake Root"))
    assert preferred([short, long], by_root) is short  # both end below it; the first counts
    by_any = ChainPreference(any_common_name=("Fake Root",))
    assert preferred([long, short], by_any) is long
    assert preferred([short, long], ChainPreference(any_common_name=("nobody",))) is short


def test_an_alternative_that_is_gone():
    shop = Shop()
    shop.talk.ca.plan("/cert/0/0", Answer(404))
    assert len(chains_of(shop)) == 1
    assert shop.talk.records[-2][2] == "skipping unavailable alternate certificate chain"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(200, (("Content-Type", "text/html"),), b"hi"), "unrecognized Content-Type"),
        (SimpleNamespace(body=b"hi"), "failed to find any PEM data"),
        (
            SimpleNamespace(body=b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
            "the CA's certificate chain",
        ),
    ],
)
def test_what_is_no_chain(answer, words):
    if not isinstance(answer, Answer):
        kind = (("Content-Type", "application/pem-certificate-chain"),)
        answer = Answer(200, kind, answer.body)
    shop = Shop()
    shop.talk.ca.plan("/cert/", answer)
    with pytest.raises(ACMEError, match=words):
        shop.obtain()


def test_a_chain_without_an_end():
    shop = Shop()
    one = shop.talk.ca.top.public_bytes(Encoding.PEM)
    kind = (("Content-Type", "application/pem-certificate-chain"),)
    shop.talk.ca.plan("/cert/", Answer(200, kind, one * 50))
    with pytest.raises(ACMEError, match="has 50 certificates"):
        shop.obtain()
