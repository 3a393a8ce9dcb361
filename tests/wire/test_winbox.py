import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import winbox
from tests.wire.logins import login


def test_users():
    assert winbox.read(login("admin")) == winbox.Auth("admin", False)
    assert winbox.read(login("admin+r") + b"more") == winbox.Auth("admin", True)


def test_a_long_name_takes_two_chunks():
    user = "u" * 240
    message = login(user)
    assert message[257] == len(user) + 34 - 255
    assert winbox.read(message) == winbox.Auth(user, False)
    assert all(winbox.read(message[:end]) is None for end in range(len(message)))


@pytest.mark.parametrize(
    "message",
    [
        login("admin", parity=2),
        login("admin", key=bytes(31) + b"x" * 2),
        login("-admin"),
        login("ad min"),
        b"\x20\x06",
        b"\x30\x07",
        login("admin").replace(b"\0", b"x"),
        b"\xff\x06" + bytes(255) + b"\xff\xff",
    ],
)
def test_what_is_no_winbox(message):
    assert isinstance(winbox.read(message), winbox.NotWinbox)


@given(st.from_regex(r"\A[0-9A-Za-z]([-#.0-9@A-Z_a-z]{1,200}[0-9A-Za-z])?\Z"))
def test_any_name(user):
    assert winbox.read(login(user)) == winbox.Auth(user, False)
