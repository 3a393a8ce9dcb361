from tests.layer4.handlers.reading import complaint, handler


def test_syntax():
    assert handler("postgres_tls") == {"handler": "postgres_tls"}
    assert "wrong argument count" in complaint("postgres_tls x")
    assert "malformed postgres_tls handler: blocks are not supported" in (
        complaint("postgres_tls {\nx\n}")
    )
