from caddylite.caddyfile.cursor import SPACE, Cursor


def test_escaped_line_breaks_count_with_the_next_that_is_not():
    cursor = Cursor("a\\\nb\nc", "f")
    cursor.pos = 2
    cursor.skip_line()
    assert (cursor.line, cursor.column(3)) == (1, 0)
    cursor.count_lines("\n", 4)
    assert (cursor.line, cursor.column(5)) == (3, 1)


def test_there_is_nothing_to_skip_at_the_end():
    cursor = Cursor("a", "f")
    cursor.pos = 1
    cursor.skip_line()
    assert cursor.pos == 1
    assert not cursor.skipped


def test_a_complaint_knows_its_place():
    error = Cursor("ab", "f").error("words", 1)
    assert str(error) == "words"
    assert (error.at.file, error.at.line, error.at.column) == ("f", 1, 2)


def test_a_byte_order_mark_is_no_column():
    assert Cursor("\ufeffa", "f").column(1) == 1


def test_space_is_what_go_calls_space():
    import re

    ours = {chr(c) for c in range(0x10000) if re.match(f"[{SPACE}]", chr(c))}
    assert ours == {chr(c) for c in range(0x10000) if chr(c).isspace()} - set("\x1c\x1d\x1e\x1f")
