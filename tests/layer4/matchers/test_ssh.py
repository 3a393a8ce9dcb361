from tests.layer4.clients import complaint, decides_after, matcher, plain, settles


def test_matches_an_identification_string():
    assert settles(matcher("ssh"), b"SSH-2.0-OpenSSH_9.6\r\n", True)


def test_is_refuted_by_the_first_other_byte():
    assert settles(matcher("ssh"), b"SSL-", False)
    assert decides_after(matcher("ssh"), b"SSL-") == 3


def test_syntax():
    assert plain("ssh") == {"ssh": {}}
    assert complaint("ssh x") == (
        "wrong argument count or unexpected line ending after 'ssh', at Caddyfile:2"
    )
    assert complaint("ssh {\nx\n}") == (
        "malformed layer4 connection matcher 'ssh': blocks are not supported, at Caddyfile:3"
    )
