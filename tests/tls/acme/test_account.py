import json

import pytest

from caddylite.tls.acme.account import Account, from_storage, look_up, register
from caddylite.tls.acme.errors import ACMEError, Problem
from caddylite.tls.acme.jws import b64
from caddylite.tls.signing import new_key
from tests.tls.acme.ca import ROOT
from tests.tls.acme.world import Talk, run


def test_it_is_opened_and_found_again():
    talk = Talk()
    account = talk.account()
    assert account.location == f"{ROOT}/account/0"
    assert account.email == "a@example.test"
    assert account.status == "valid"
    (payload,) = talk.said("newAccount")
    assert payload == {"termsOfServiceAgreed": True, "contact": ["mailto:a@example.test"]}
    assert run(look_up(talk.client, account.key)).location == account.location
    with pytest.raises(Problem, match="accountDoesNotExist"):
        run(look_up(talk.client, new_key()))


def test_it_lies_in_the_storage_as_caddys():
    account = Account(new_key(), ("mailto:a@example.test",), "valid", f"{ROOT}/account/0")
    facts, key = account.stored()
    assert list(json.loads(facts)) == ["status", "contact", "termsOfServiceAgreed", "location"]
    assert b'\n\t"contact": [\n\t\t"mailto:a@example.test"\n\t]' in facts
    assert key.startswith(b"-----BEGIN EC PRIVATE KEY-----")
    found = from_storage(facts, key)
    assert (found.contact, found.status, found.location) == (
        account.contact,
        "valid",
        account.location,
    )
    for nonsense in (b"", b"[]", b"{"):
        with pytest.raises(ValueError, match=r".*"):
            from_storage(nonsense, key)


def test_an_account_elsewhere_is_named():
    talk = Talk()
    talk.ca.mac_keys["kid-1"] = b64(b"very secret")
    account = Account(new_key())
    with pytest.raises(Problem, match="externalAccountRequired"):
        run(register(talk.client, account))
    assert run(register(talk.client, account, ("kid-1", b64(b"very secret")))).location
    with pytest.raises(ACMEError, match="not base64url"):
        run(register(talk.client, Account(new_key()), ("kid-1", "a")))
    assert "very secret" not in repr(talk.records)
