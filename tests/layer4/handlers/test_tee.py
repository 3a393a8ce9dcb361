from tests.layer4.handlers.reading import complaint, handler


def test_branch():
    assert handler("tee {\necho\nproxy a:1\n}") == {
        "branch": [{"handler": "echo"}, {"handler": "proxy", "upstreams": [{"dial": ["a:1"]}]}],
        "handler": "tee",
    }


def test_complaints():
    assert "wrong argument count" in complaint("tee echo")
    assert "getting module named 'layer4.handlers.bogus'" in complaint("tee {\nbogus\n}")
