from tests.layer4.clients import (
    complaint,
    matcher,
    plain,
    recording,
    says_to_datagrams,
    settles,
)

(HANDSHAKE,) = recording("wireguard_handshake")
KEEPALIVE = b"\x04\0\0\0" + bytes(28)


def test_datagrams():
    match = matcher("wireguard")
    assert says_to_datagrams(match, [HANDSHAKE]) is True
    assert says_to_datagrams(match, [KEEPALIVE]) is True
    assert says_to_datagrams(match, [HANDSHAKE + b"x"]) is False
    assert says_to_datagrams(match, [HANDSHAKE[:147]]) is False
    assert says_to_datagrams(match, [KEEPALIVE + bytes(16)]) is False
    assert says_to_datagrams(match, [b"\x01\0\0\x01" + HANDSHAKE[4:]]) is False
    assert says_to_datagrams(match, [b"x", HANDSHAKE]) is False


def test_streams():
    assert settles(matcher("wireguard"), HANDSHAKE, True)
    assert settles(matcher("wireguard"), b"\x02" + HANDSHAKE[1:], False)


def test_obfuscated():
    match = matcher("wireguard 4285988864")
    assert says_to_datagrams(match, [b"\x01\x00\x77\xff" + HANDSHAKE[4:]]) is True
    assert says_to_datagrams(match, [HANDSHAKE]) is False


def test_syntax():
    assert plain("wireguard 5") == {"wireguard": {"zero": 5}}
    assert plain("wireguard") == {"wireguard": {}}
    assert 'parsing wireguard zero: strconv.ParseUint: parsing "x": invalid syntax' in (
        complaint("wireguard x")
    )
