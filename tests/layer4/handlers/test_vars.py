from caddylite.layer4.matching import Connection
from tests.layer4.handlers.reading import bad_json, complaint, handler, handlers


def test_values_keep_their_kind():
    assert handler('vars a 5 {\nb true\nc 1.5\nd "5"\ne x\n}') == {
        "a": 5,
        "b": True,
        "c": 1.5,
        "d": "5",
        "e": "x",
        "handler": "vars",
    }


def test_sets_variables():
    (setting,) = handlers("vars {\nname {l4.tls.server_name}!\n{l4.vars.kind} 5\n}")
    cx = Connection(vars={"kind": "k"}, placeholders={"l4.tls.server_name": "a{l4.x}"})
    setting.apply(cx)
    assert cx.vars == {"kind": "k", "name": "a{l4.x}!", "k": 5}
    assert cx.expand("{l4.vars.name}") == "a{l4.x}!"


def test_complaints():
    assert "wrong argument count" in complaint("vars a")
    assert "wrong argument count" in complaint("vars a b c")
    assert "wrong argument count" in complaint("vars {\na\n}")
    assert handler("vars") == {"handler": "vars"}
    assert "unknown module" in bad_json({"handler": "nothing"})
