from base64 import b64encode

import pytest

from tests.layer4.clients import (
    complaint,
    decides_after,
    matcher,
    plain,
    says_to_datagrams,
    settles,
    unusable,
)
from tests.wire import resets
from tests.wire.resets import CLIENT_KEY, KEY, SERVER_KEY

SERVER = b64encode(SERVER_KEY).decode()
CLIENT = b64encode(CLIENT_KEY + resets.wrapped()).decode()
STRANGER = b64encode(KEY + resets.wrapped(KEY)).decode()


def stream(packet):
    return len(packet).to_bytes(2, "big") + packet


@pytest.mark.parametrize(
    ("options", "packet", "wanted"),
    [
        ("", resets.plain(), True),
        ("", resets.signed(), True),
        ("", resets.crypt(), True),
        ("", resets.crypt_v2(), True),
        ("", resets.signed(when=1_600_000_000), False),
        ("ignore_timestamp", resets.signed(when=1_600_000_000), True),
        ("modes plain", resets.plain(), True),
        ("modes plain", resets.signed(), False),
        ("modes auth crypt crypt2", resets.plain(), False),
        ("modes crypt2", resets.crypt_v2(), True),
        ("modes auth crypt", resets.crypt_v2(), False),
        (f"group_key {KEY.hex()}", resets.signed("sha512"), True),
        (f"group_key {KEY.hex()}\nauth_digest sha256", resets.signed("sha512"), False),
        (f"group_key {KEY.hex()}\nauth_digest SHA-512", resets.signed("sha512"), True),
        (f"group_key {KEY.hex()}\ngroup_key_direction inverse", resets.signed(), False),
        (
            f"group_key {KEY.hex()}\ngroup_key_direction bidi",
            resets.signed(key=KEY[64:128]),
            True,
        ),
        (f"modes crypt\ngroup_key {KEY.hex()}", resets.crypt(), True),
        (f"modes crypt\ngroup_key {CLIENT_KEY.hex()}", resets.crypt(), False),
        (f"server_key {SERVER}", resets.crypt_v2(), True),
        (f"server_key {SERVER}", resets.crypt_v2(server_key=KEY[:128]), False),
        (f"client_key {STRANGER}\nclient_key {CLIENT}", resets.crypt_v2(), True),
        (f"client_key {STRANGER}", resets.crypt_v2(), False),
        (f"client_key {STRANGER}\nignore_crypto", resets.crypt_v2(), True),
    ],
)
def test_modes_and_keys(options, packet, wanted):
    match = matcher(f"openvpn {{\n{options}\n}}" if options else "openvpn")
    assert says_to_datagrams(match, [packet]) is wanted
    assert settles(match, stream(packet), wanted)


def test_decides_as_early_as_it_can():
    match = matcher("openvpn")
    assert decides_after(match, b"\x16\x03\x01") == 1
    assert decides_after(match, b"\x00\x08\x38") == 2
    assert decides_after(match, b"\x00\x0e\x30") == 3
    assert decides_after(match, b"\x00\x0e\x50") == 3


def test_key_files(tmp_path):
    path = tmp_path / "key"
    assert unusable(f"openvpn {{\ngroup_key_file {path}\n}}") == (
        f"open {path}: no such file or directory"
    )
    path.write_text("nonsense")
    assert unusable(f"openvpn {{\nserver_key_file {path}\n}}") == (
        "invalid static key file contents"
    )


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("modes x", "invalid mode"),
        ("group_key aa", "invalid group key"),
        ("group_key_direction x", "invalid group key direction"),
        ("auth_digest x", "invalid auth digest"),
        ("server_key aaaa", "invalid server key"),
        ("client_key aaaa", "invalid source length"),
        (f"server_key {SERVER}\nclient_key {STRANGER[:-4]}AAAA", "invalid source length"),
    ],
)
def test_what_cannot_be_used(options, wanted):
    assert unusable(f"openvpn {{\n{options}\n}}") == wanted


def test_syntax():
    assert plain("openvpn {\nmodes plain\nclient_key a\nclient_key b\nignore_crypto\n}") == {
        "openvpn": {"modes": ["plain"], "ignore_crypto": True, "client_keys": ["a", "b"]}
    }
    assert "openvpn options 'group_key' and `group_key_file` are mutually exclusive" in (
        complaint("openvpn {\ngroup_key a\ngroup_key_file b\n}")
    )
    assert "duplicate openvpn option 'server_key'" in (
        complaint("openvpn {\nserver_key a\nserver_key b\n}")
    )
    assert "malformed openvpn option 'modes': nested blocks are not supported" in (
        complaint("openvpn {\nmodes plain {\nx\n}\n}")
    )
