import pytest

from tests.layer4.clients import complaint, matcher, plain, says, settles, tcp, unusable
from tests.wire.logins import login


@pytest.mark.parametrize(
    ("options", "user", "wanted"),
    [
        ("modes standard", "admin", True),
        ("modes romon", "admin", False),
        ("modes ROMON", "admin+r", True),
        ("username admin", "admin", True),
        ("username admin", "admin+r", True),
        ("username admin", "root", False),
        ("username_regexp ^ad", "admin", True),
        ("username_regexp ^ro", "admin", False),
    ],
)
def test_options(options, user, wanted):
    assert settles(matcher(f"winbox {{\n{options}\n}}"), login(user), wanted)


def test_sets_the_user():
    cx = tcp(placeholders={"l4.x": "admin"})
    assert says(matcher("winbox {\nusername {l4.x}\n}"), login("admin+r"), cx) is True
    assert cx.expand("{l4.winbox.username}") == "admin"


def test_syntax():
    assert plain("winbox {\nmodes standard\nusername a\n}") == {
        "winbox": {"modes": ["standard"], "username": "a"}
    }
    assert "duplicate winbox option 'username_regexp'" in (
        complaint("winbox {\nusername a\nusername_regexp b\n}")
    )
    assert "wrong argument count" in complaint("winbox {\nmodes a b c\n}")
    assert unusable("winbox {\nmodes x\n}") == "invalid mode"
