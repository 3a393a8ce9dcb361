import pytest

from caddylite.caddyfile import options
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize
from caddylite.errors import ConfigError
from caddylite.values import Duration

TABLE = {
    "text": options.text("text"),
    "one": options.only_text("one"),
    "count": options.integer("count", "bad count {}: {}"),
    "time": options.duration("time", "bad time {}: {}"),
    "size": options.size("size", "bad size {}: {}"),
    "words": options.words("words", "no words"),
    "more": options.more_words("more"),
    "on": options.flag("on"),
    **options.table_within("inner", {"deep": options.text("deep")}),
}


def read(body: str) -> dict[str, object]:
    d = Dispenser(tokenize(f"x {{\n{body}\n}}"))
    d.next()
    return options.read_block(d, TABLE, "unknown option {}")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("", {}),
        ("text a", {"text": "a"}),
        ("one a", {"one": "a"}),
        ("count -7", {"count": -7}),
        ("time 1m", {"time": Duration.parse("1m")}),
        ("size 1KiB", {"size": 1024}),
        ("words a b", {"words": ("a", "b")}),
        ("more a\nmore b c", {"more": ("a", "b", "c")}),
        ("on", {"on": True}),
        ("deep a\non", {"inner": {"deep": "a"}, "on": True}),
    ],
)
def test_reads(body, fields):
    assert read(body) == fields


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("what", "unknown option what, at Caddyfile:2"),
        ("{what}", "unknown option {what}, at Caddyfile:2"),
        ("text", "wrong argument count or unexpected line ending after 'text', at Caddyfile:2"),
        ("one a b", "wrong argument count or unexpected line ending after 'b', at Caddyfile:2"),
        ("on a", "wrong argument count or unexpected line ending after 'a', at Caddyfile:2"),
        ("words", "no words, at Caddyfile:2"),
        (
            "count x",
            'bad count x: strconv.Atoi: parsing "x": invalid syntax, at Caddyfile:2',
        ),
    ],
)
def test_complaints(body, message):
    with pytest.raises(ConfigError) as caught:
        read(body)
    assert str(caught.value) == message
