from tests.layer4.clients import complaint, from_json, matcher, plain, says, settles
from tests.wire.hellos import hello


def test_turns_an_answer_round():
    assert settles(matcher("not ssh"), b"SSH-2.0", False)
    assert settles(matcher("not ssh"), b"GET /", True)


def test_negates_a_set_as_a_whole():
    match = matcher("not {\ntls sni a.example\nremote_ip 10.0.0.0/8\n}")
    assert says(match, hello("a.example")) is True
    inside = matcher("not {\ntls sni a.example\nremote_ip 192.0.2.0/24\n}")
    assert says(inside, hello("a.example")) is False
    assert says(inside, hello("b.example")) is True


def test_is_decided_as_soon_as_one_matcher_is_refuted():
    assert says(matcher("not {\nremote_ip 10.0.0.0/8\ntls\n}"), b"") is True


def test_none_of_several_sets_may_match():
    match = from_json('{"not": [{"ssh": {}}, {"tls": {}}]}')
    assert settles(match, b"SSH-2.0", False)
    assert settles(match, hello("a"), False)
    assert settles(match, b"GET / HTTP/1.1\r\n\r\n", True)
    assert says(from_json('{"not": []}'), b"") is True


def test_syntax():
    assert plain("not ssh") == {"not": [{"ssh": {}}]}
    assert plain("not tls sni a") == {"not": [{"tls": {"sni": ["a"]}}]}
    assert complaint("not bogus") == (
        "getting module named 'layer4.matchers.bogus': module not registered: "
        "layer4.matchers.bogus, at Caddyfile:2"
    )
    assert complaint("not {\nssh\nssh\n}") == "duplicate matcher module 'ssh', at Caddyfile:4"
