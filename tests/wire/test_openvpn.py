import pytest

from caddylite.wire import openvpn
from caddylite.wire.openvpn import Rules, WrappedKey
from caddylite.wire.openvpn_keys import StaticKey, find_digest
from tests.wire import resets
from tests.wire.resets import CLIENT_KEY, KEY, NOW, SERVER_KEY

LAX = Rules(ignore_timestamp=True)


def test_plain():
    assert openvpn.is_plain(resets.plain())
    assert not openvpn.is_plain(resets.plain()[:-1])
    assert not openvpn.is_plain(b"\x38" + bytes(13))
    assert not openvpn.is_plain(resets.plain()[:-1] + b"\1")


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"])
def test_signed(digest):
    packet = resets.signed(digest)
    rules = Rules(auth_key=StaticKey(KEY))
    assert openvpn.is_signed(packet, Rules(), NOW)
    assert openvpn.is_signed(packet, rules, NOW)
    assert not openvpn.is_signed(packet, Rules(auth_key=StaticKey(CLIENT_KEY)), NOW)
    assert openvpn.is_signed(packet, Rules(True, auth_key=StaticKey(CLIENT_KEY)), NOW)
    assert not openvpn.is_signed(packet, Rules(auth_key=StaticKey(KEY, 1)), NOW)
    other = Rules(digest=find_digest("SHA224"))
    assert not openvpn.is_signed(packet, other, NOW)


def test_the_packets_time():
    packet = resets.signed()
    assert openvpn.is_signed(packet, Rules(), NOW + 14)
    assert not openvpn.is_signed(packet, Rules(), NOW + 15)
    assert not openvpn.is_signed(packet, Rules(), NOW - 15)
    assert openvpn.is_signed(packet, LAX, 0)


def test_no_digest_is_of_any_length():
    assert not openvpn.is_signed(resets.signed()[:-14] + resets.signed()[-13:], LAX, NOW)


def test_crypt():
    packet = resets.crypt()
    assert openvpn.is_crypt(packet, Rules(), NOW)
    assert openvpn.is_crypt(packet, Rules(crypt_key=StaticKey(KEY)), NOW)
    assert not openvpn.is_crypt(packet, Rules(crypt_key=StaticKey(CLIENT_KEY)), NOW)
    assert not openvpn.is_crypt(packet + b"x", Rules(), NOW)
    assert not openvpn.is_crypt(packet, Rules(), NOW + 60)


def test_crypt_v2():
    packet = resets.crypt_v2()
    known = WrappedKey.of_client(CLIENT_KEY + resets.wrapped())
    stranger = WrappedKey.of_client(KEY + resets.wrapped(KEY))
    assert openvpn.is_crypt_v2(packet, Rules(), NOW)
    assert openvpn.is_crypt_v2(packet, Rules(server_key=StaticKey(SERVER_KEY)), NOW)
    assert openvpn.is_crypt_v2(packet, Rules(client_keys=(stranger, known)), NOW)
    assert not openvpn.is_crypt_v2(packet, Rules(client_keys=(stranger,)), NOW)
    assert not openvpn.is_crypt_v2(packet, Rules(server_key=StaticKey(KEY[:128])), NOW)
    assert not openvpn.is_crypt_v2(packet[:-1], Rules(), NOW)
    assert openvpn.is_crypt_v2(resets.crypt_v2(number=0x0F000001), Rules(), NOW)
    assert not openvpn.is_crypt_v2(resets.crypt_v2(number=2), Rules(), NOW)


def test_a_key_file_must_hold_a_wrapped_key():
    with pytest.raises(ValueError, match="invalid source length"):
        WrappedKey.of_client(CLIENT_KEY + resets.wrapped()[:-1])


@pytest.mark.parametrize("at", range(0, 345, 7))
def test_one_spoilt_byte_is_noticed(at):
    packet = bytearray(resets.crypt_v2())
    packet[at] ^= 0x40
    rules = Rules(server_key=StaticKey(SERVER_KEY))
    assert not openvpn.is_crypt_v2(bytes(packet), rules, NOW)
