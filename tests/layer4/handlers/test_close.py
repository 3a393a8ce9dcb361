from tests.layer4.handlers.reading import complaint, handler


def test_syntax():
    assert handler("close") == {"handler": "close"}
    assert complaint("close x") == (
        "wrong argument count or unexpected line ending after 'close', at Caddyfile:3"
    )
    assert complaint("close {\nx\n}") == (
        "malformed layer4 connection handler 'close': blocks are not supported, at Caddyfile:4"
    )
