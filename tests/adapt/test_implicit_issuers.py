"""Issuers that ``tls`` implies."""

from caddylite.adapt.implicit_issuers import implicit_issuers, overlaid
from caddylite.tls.automation import ExternalAccount
from caddylite.tls.challenges import Challenges, DNSChallenge, HTTPChallenge
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.values import Duration


def test_an_email_brings_the_second_default_issuer():
    first, second = implicit_issuers(ACMEIssuer(email="a@b"), None)
    assert first == ACMEIssuer(email="a@b")
    assert "zerossl" in second.ca


def test_a_ca_that_is_said_is_the_only_one():
    said = ACMEIssuer(ca="https://ca", email="a@b")
    assert implicit_issuers(said, None) == [said]


def test_global_acme_issuers_are_the_base_and_others_are_left_out():
    base = ACMEIssuer(ca="https://global", profile="short")
    said = ACMEIssuer(ca="https://local")
    found = implicit_issuers(said, [InternalIssuer(), base])
    assert found == [ACMEIssuer(ca="https://local", profile="short")]


def test_without_a_global_acme_issuer_the_defaults_count():
    assert implicit_issuers(ACMEIssuer(), [InternalIssuer()]) == [ACMEIssuer()]


def test_challenges_are_put_over_each_other_field_by_field():
    base = ACMEIssuer(
        challenges=Challenges(
            http=HTTPChallenge(disabled=True, alternate_port=81),
            dns=DNSChallenge(resolvers=("1.1.1.1",), ttl=Duration(1)),
            distributed=True,
        )
    )
    over = ACMEIssuer(
        challenges=Challenges(
            http=HTTPChallenge(alternate_port=82),
            dns=DNSChallenge(ttl=Duration(2)),
            distributed=False,
        )
    )
    assert overlaid(base, over).challenges == Challenges(
        http=HTTPChallenge(disabled=True, alternate_port=82),
        dns=DNSChallenge(resolvers=("1.1.1.1",), ttl=Duration(2)),
        distributed=False,
    )


def test_roots_are_added_once_and_accounts_are_replaced_whole():
    base = ACMEIssuer(
        trusted_roots_pem_files=("a", "b"), external_account=ExternalAccount("id", "key")
    )
    over = ACMEIssuer(
        trusted_roots_pem_files=("b", "c"), external_account=ExternalAccount("other", "")
    )
    merged = overlaid(base, over)
    assert merged.trusted_roots_pem_files == ("a", "b", "c")
    assert merged.external_account == ExternalAccount("other", "")
