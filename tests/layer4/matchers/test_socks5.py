from tests.layer4.clients import complaint, decides_after, matcher, plain, settles


def test_greetings():
    assert settles(matcher("socks5"), b"\x05\x02\x00\x02", True)
    assert settles(matcher("socks5"), b"\x05\x00", True)
    assert settles(matcher("socks5"), b"\x05\x02\x00\x80", False)
    assert settles(matcher("socks5 {\nauth_methods 128\n}"), b"\x05\x01\x80", True)
    assert settles(matcher("socks5 {\nauth_methods 2\n}"), b"\x05\x02\x00\x02", False)


def test_decides_as_early_as_it_can():
    assert decides_after(matcher("socks5"), b"\x04\x01") == 1
    assert decides_after(matcher("socks5"), b"\x05\x03\x09\x00\x00") == 3


def test_syntax():
    assert plain("socks5 {\nauth_methods 0 2\n}") == {"socks5": {"auth_methods": [0, 2]}}
    assert 'strconv.ParseUint: parsing "300": value out of range' in (
        complaint("socks5 {\nauth_methods 300\n}")
    )
