import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import postgres
from tests.wire.startups import startup


def test_startup_parameters():
    found = postgres.read(startup(user="a", database="b") + b"more")
    assert found == postgres.First("startup", True, {"user": "a", "database": "b"})


def test_requests_without_parameters():
    assert postgres.read(bytes.fromhex("0000000804d2162f")) == postgres.First("ssl", True)
    cancel = bytes.fromhex("0000001004d2162e")
    assert postgres.read(cancel) == postgres.First("cancel", False)


@pytest.mark.parametrize(
    "data",
    [
        b"\x01",
        b"\0\0\0\x07",
        b"\0\1\0\0",
        bytes.fromhex("0000000904d2162f00"),
        bytes.fromhex("0000000804d21630"),
        bytes.fromhex("0000000900020000") + b"\0",
        b"\0\0\0\x0b\0\x03\0\0us\0",
        b"\0\0\0\x0d\0\x03\0\0\0\0a\0\0",
    ],
)
def test_what_is_no_postgres(data):
    assert isinstance(postgres.read(data), postgres.NotPostgres)


@given(st.binary(max_size=60))
def test_parameters_are_total(tail):
    message = b"\0\x03\0\0" + tail
    found = postgres.read((len(message) + 4).to_bytes(4, "big") + message)
    assert isinstance(found, postgres.NotPostgres) or found.complete
