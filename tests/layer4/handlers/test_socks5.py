from tests.layer4.handlers.reading import complaint, handler


def test_options():
    assert handler("socks5 {\ncommands CONNECT\ncommands BIND\nbind_ip 1.2.3.4\n}") == {
        "handler": "socks5",
        "commands": ["CONNECT", "BIND"],
        "bind_ip": "1.2.3.4",
    }
    assert handler("socks5 {\ncredentials a b c d\ncredentials a e\n}") == {
        "handler": "socks5",
        "credentials": {"a": "e", "c": "d"},
    }


def test_complaints():
    assert "wrong argument count" in complaint("socks5 {\ncredentials a\n}")
    assert "duplicate socks5 option 'bind_ip'" in complaint("socks5 {\nbind_ip a\nbind_ip b\n}")
    assert "wrong argument count" in complaint("socks5 x")
