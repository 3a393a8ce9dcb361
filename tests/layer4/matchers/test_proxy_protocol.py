from tests.layer4.clients import complaint, decides_after, matcher, plain, settles

V2 = b"\r\n\r\n\x00\r\nQUIT\n"


def test_both_versions():
    assert settles(matcher("proxy_protocol"), b"PROXY TCP4 ", True)
    assert settles(matcher("proxy_protocol"), V2 + b"\x21\x11", True)


def test_is_refuted_by_the_first_other_byte():
    assert settles(matcher("proxy_protocol"), b"PROPFIND /", False)
    assert decides_after(matcher("proxy_protocol"), b"PROPFIND /") == 4
    assert settles(matcher("proxy_protocol"), V2[:11] + b"\r", False)


def test_syntax():
    assert plain("proxy_protocol") == {"proxy_protocol": {}}
    assert "blocks are not supported" in complaint("proxy_protocol {\nx\n}")
