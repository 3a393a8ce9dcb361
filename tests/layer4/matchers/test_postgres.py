import pytest

from caddylite.layer4.matching import NeedMore, Peek
from tests.layer4.clients import complaint, matcher, plain, recording, settles
from tests.wire.startups import startup

SSL = bytes.fromhex("0000000804d2162f")
CANCEL = bytes.fromhex("0000001004d2162e") + b"12345678"
ALICE = startup(user="alice", database="planets", application_name="psql")


@pytest.mark.parametrize("message", [SSL, CANCEL, ALICE, recording("pg_startup")[0]])
def test_first_messages(message):
    assert settles(matcher("postgres"), message, True)


@pytest.mark.parametrize(
    ("options", "message", "wanted"),
    [
        ("user alice", ALICE, True),
        ("user alice planets stars", ALICE, True),
        ("user alice stars", ALICE, False),
        ("user bob", ALICE, False),
        ("user bob\nuser * planets", ALICE, True),
        ("user bob\nuser * stars", ALICE, False),
        ("user alice stars", startup(user="alice"), True),
        ("user alice", SSL, False),
        ("client psql x", ALICE, True),
        ("client x", ALICE, False),
        ("client psql", startup(user="alice"), False),
        ("tls enabled", SSL, True),
        ("tls enabled", ALICE, False),
        ("tls disabled", SSL, False),
        ("tls disabled", ALICE, True),
        ("tls *", SSL, True),
        ("tls disabled\nuser alice\nclient psql", ALICE, True),
    ],
)
def test_options(options, message, wanted):
    assert settles(matcher(f"postgres {{\n{options}\n}}"), message, wanted)


def test_commits_with_the_code():
    match = matcher("postgres")
    for end, committed in ((7, False), (8, True)):
        with pytest.raises(NeedMore) as more:
            match(Peek(ALICE[:end]))
        assert more.value.committed is committed


def test_syntax():
    assert plain("postgres {\nuser a b\nuser a c\nuser d\nclient x\ntls enabled\n}") == {
        "postgres": {"user": {"a": ["b", "c"], "d": None}, "client": ["x"], "tls": "enabled"}
    }
    start = "malformed layer4 connection matcher 'postgres': "
    assert start + "unrecognized option 'x'" in complaint("postgres {\nx\n}")
    assert start + "unrecognized 'tls' value 'x'" in complaint("postgres {\ntls x\n}")
    assert start + "duplicate option 'tls'" in complaint("postgres {\ntls *\ntls *\n}")
