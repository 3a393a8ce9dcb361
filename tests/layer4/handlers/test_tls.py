from tests.layer4.handlers.reading import complaint, handler


def test_policies():
    text = "tls {\nconnection_policy {\nmatch {\nsni a\n}\nalpn h2\n}\nconnection_policy {\n}\n}"
    assert handler(text) == {
        "handler": "tls",
        "connection_policies": [{"alpn": ["h2"], "match": {"sni": ["a"]}}, {}],
    }
    assert handler("tls") == {"handler": "tls"}


def test_complaints():
    assert "wrong argument count" in complaint("tls internal")
    assert "wrong argument count or unexpected line ending after 'bogus'" in (
        complaint("tls {\nbogus\n}")
    )
    assert "wrong argument count" in complaint("tls {\nconnection_policy x\n}")
