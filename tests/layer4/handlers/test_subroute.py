from tests.layer4.handlers.reading import complaint, handler


def test_routes():
    text = "subroute {\n@a ssh\nroute @a {\nclose\n}\nroute {\necho\n}\nmatching_timeout 1s\n}"
    assert handler(text) == {
        "handler": "subroute",
        "matching_timeout": 1_000_000_000,
        "routes": [
            {"handle": [{"handler": "close"}], "match": [{"ssh": {}}]},
            {"handle": [{"handler": "echo"}]},
        ],
    }
    assert handler("subroute") == {"handler": "subroute"}


def test_complaints():
    assert "wrong argument count" in complaint("subroute x")
    assert "wrong argument count or unexpected line ending after 'idle_timeout'" in (
        complaint("subroute {\nidle_timeout 5s\n}")
    )
