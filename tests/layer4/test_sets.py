import pytest

from caddylite.errors import ConfigError
from caddylite.layer4.matching import NeedMore, Peek
from caddylite.layer4.sets import any_of, some_of
from tests.layer4.clients import from_json, says


def answering(answer):
    def match(p):
        if isinstance(answer, NeedMore):
            raise answer
        return answer

    return match


MORE, COMMITTED = NeedMore(), NeedMore(committed=True)


def test_one_refuted_matcher_refutes_the_set_whatever_the_others_wait_for():
    match = from_json('{"tls": {}, "remote_ip": {"ranges": ["10.0.0.0/8"]}}')
    assert says(match, b"") is False


def test_one_match_is_enough_whatever_the_others_wait_for():
    assert some_of([answering(MORE), answering(True)])(Peek(b"")) is True
    assert some_of([answering(False), answering(False)])(Peek(b"")) is False


def test_committed_if_one_of_those_that_wait_is():
    with pytest.raises(NeedMore) as more:
        some_of([answering(MORE), answering(COMMITTED), answering(MORE)])(Peek(b""))
    assert more.value.committed


def test_no_set_matches_everything():
    assert any_of([], None)(Peek(b"")) is True
    assert any_of([{}], None)(Peek(b"")) is True


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            '{"vars_regexp": {"a": {"name": "-", "pattern": "x"}}}',
            "module name 'vars_regexp': layer4.matchers.vars_regexp: invalid configuration: "
            "invalid regexp name (must contain only word characters): -",
        ),
        (
            '{"regexp": {"count": 65536}}',
            "module name 'regexp': decoding module config: layer4.matchers.regexp: json: cannot "
            "unmarshal number 65536 into Go struct field MatchRegexp.count of type uint16",
        ),
        ('{"not": null}', "module name 'not': module value cannot be null"),
        (
            '{"not": [{"tls": {"remote_ip": {"ranges": ["x"]}}}]}',
            "module name 'not': provision layer4.matchers.not: loading matcher sets: "
            "module name 'tls': provision layer4.matchers.tls: loading TLS matchers: "
            "module name 'remote_ip': provision tls.handshake_match.remote_ip: "
            "invalid IP address: 'x': ParseAddr(\"x\"): unable to parse IP",
        ),
    ],
)
def test_a_complaint_names_the_modules_it_came_through(text, why):
    with pytest.raises(ConfigError) as caught:
        from_json(text)
    assert str(caught.value) == why
