import io
import json

import pytest

from caddylite.runtime.logs import (
    DEBUG,
    INFO,
    Log,
    LogBook,
    console_sink,
    json_sink,
    make_book,
)


def written(**log):
    out = []
    book = LogBook([Log(lambda *r: out.append(r), **log)], clock=lambda: 1.5)
    return book, out


def test_a_record_has_the_keys_of_zap():
    stream = io.StringIO()
    book = LogBook([Log(json_sink(stream))], clock=lambda: 1700000000.25)
    book.logger("layer4.handlers.proxy").warn("dial upstream", upstream="x:1", error="é")
    assert stream.getvalue().startswith('{"level":"warn","ts":1700000000.25,"logger":"layer4.')
    assert json.loads(stream.getvalue()) == {
        "level": "warn",
        "ts": 1700000000.25,
        "logger": "layer4.handlers.proxy",
        "msg": "dial upstream",
        "upstream": "x:1",
        "error": "é",
    }


def test_the_console_form():
    stream = io.StringIO()
    book = LogBook([Log(console_sink(stream, colour=False))], clock=lambda: 0.5)
    book.logger("").info("hello", a=1)
    assert stream.getvalue() == '1970/01/01 00:00:00.500\tINFO\thello\t{"a": 1}\n'


def test_levels():
    book, out = written(level=INFO)
    log = book.logger("x")
    log.debug("no")
    log.error("yes")
    assert [r[3] for r in out] == ["yes"]
    assert (log.enabled(DEBUG), log.enabled(INFO)) == (False, True)


def test_what_nobody_wants_costs_nothing():
    book, out = written(include=("http",))
    assert not book.logger("layer4").enabled(50)
    book.logger("http.log").info("x")
    book.logger("httpd").info("x")
    assert [r[2] for r in out] == ["http.log"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a", True),
        ("a.b", False),
        ("a.b.c", True),
        ("a.b.d", False),
        ("z", False),
    ],
)
def test_the_longest_prefix_decides(name, wanted):
    assert Log(print, include=("a", "a.b.c"), exclude=("a.b",)).wants(name) is wanted


def test_named_and_the_same():
    book, _ = written()
    assert book.logger("a").named("b") is book.logger("a.b")
    assert book.logger("").named("b") is book.logger("b")


def test_loggers_follow_a_new_config():
    book, out = written()
    log = book.logger("x")
    book.replace([])
    log.error("lost")
    assert out == []


def test_a_broken_stream_ends_nothing():
    stream = io.StringIO()
    book = LogBook([Log(json_sink(stream))])
    stream.close()
    book.logger("x").error("y")


def test_odd_text_can_be_written():
    stream = io.StringIO()
    LogBook([Log(json_sink(stream))]).logger("x").info("y", name="\udc80", what=object)
    assert json.loads(stream.getvalue())["what"].startswith("<class")


def test_before_a_config_there_is_one_log():
    assert [log.level for log in make_book().logs] == [INFO]
