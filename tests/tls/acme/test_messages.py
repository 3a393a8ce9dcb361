from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.acme.messages import Authorization, Directory, Order, Registration, read

KINDS = (Directory, Order, Authorization, Registration)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(KINDS))
def test_anything_is_read_or_refused(body, kind):
    with suppress(ACMEError):
        assert isinstance(read(kind, body), kind)


def test_what_is_not_known_is_passed_over():
    body = b'{"status":"valid","what":{"is":["this"]},"authorizations":[]}'
    assert read(Order, body).status == "valid"


def test_too_many_parts():
    urls = ",".join(['"u"'] * 101)
    with pytest.raises(ACMEError, match="too many authorizations"):
        read(Order, f'{{"status":"ready","authorizations":[{urls}]}}'.encode())
