from tests.layer4.handlers.reading import complaint, handler


def test_syntax():
    assert handler("echo") == {"handler": "echo"}
    assert complaint("echo x") == (
        "wrong argument count or unexpected line ending after 'echo', at Caddyfile:3"
    )
    assert complaint("echo {\nx\n}") == (
        "malformed layer4 connection handler 'echo': blocks are not supported, at Caddyfile:4"
    )
