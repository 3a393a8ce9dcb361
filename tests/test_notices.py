from caddylite.notices import Notice, collect, notice


def test_they_are_gathered_where_somebody_listens():
    notice("nobody hears this")
    with collect() as outer:
        notice("one", "logger", key="value")
        with collect() as inner:
            notice("two")
    assert outer == [Notice("one", "logger", fields={"key": "value"})]
    assert inner == [Notice("two")]
