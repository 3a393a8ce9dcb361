import pytest

from caddylite.caddyfile.files import MemoryFiles
from caddylite.caddyfile.imports import Graph
from caddylite.caddyfile.parser import parse
from caddylite.errors import ConfigError
from caddylite.notices import collect


def segments(text: str, **files: str) -> list[list[str]]:
    """Parse and return the words of every segment; ``a__b`` is the file ``/w/a/b``."""
    tree = MemoryFiles({k.replace("__", "/"): v for k, v in files.items()}, "/w")
    blocks = parse(text, environ={"IN": "file"}, files=tree)
    return [[token.text for token in segment] for block in blocks for segment in block.segments]


def complaint(text: str, **files: str) -> str:
    with pytest.raises(ConfigError) as caught:
        segments(text, **files)
    return str(caught.value)


def test_a_snippet():
    text = "(s) {\n\troot /x\n\tlog {\n\t\toff\n\t}\n}\na {\n\timport s\n\tend\n}"
    assert segments(text) == [["root", "/x"], ["log", "{", "off", "}"], ["end"]]


def test_arguments():
    text = '(s) {\n\tsay {args[0]} {args[1:]}\n}\na {\n\timport s 1 2 "3 4"\n}'
    assert segments(text) == [["say", "1", "2", "3 4"]]


def test_a_file_and_its_variables():
    text = "a {\n\timport sub/f 1\n}"
    assert segments(text, sub__f="say {args[0]} {$IN}\n") == [["say", "1", "file"]]


def test_files_are_found_beside_the_importing_file():
    text = "import sub/f"
    assert segments(text, sub__f="import g", sub__g="a {\n\tb\n}", g="wrong {\n}") == [["b"]]


def test_a_glob_passes_over_hidden_files():
    files = {"d__b": "two", "d__a": "one", "d__.c": "three"}
    assert segments("a {\n\timport d/*\n}", **files) == [["one"], ["two"]]
    assert segments("a {\n\timport d/.*\n}", **files) == [["three"]]


def test_a_glob_without_files_is_remarked_on():
    with collect() as notices:
        assert segments("a {\n\timport d/*\n\tb\n}") == [["b"]]
    assert notices[0].message == "No files matching import glob pattern"
    assert notices[0].fields == {"pattern": "d/*"}


def test_an_empty_file_is_remarked_on():
    with collect() as notices:
        assert segments("a {\n\timport f\n\tb\n}", f=" \n") == [["b"]]
    assert (notices[0].message, notices[0].fields) == ("Import file is empty", {"file": "/w/f"})


def test_a_block():
    text = "(s) {\n\ta {\n\t\t{block}\n\t}\n}\nx {\n\timport s {\n\t\tb c\n\t\td\n\t}\n}"
    assert segments(text) == [["a", "{", "b", "c", "d", "}"]]


def test_entries_of_a_block():
    text = (
        "(s) {\n\t{blocks.one}\n\tlast {blocks.two} {blocks.none}\n}\n"
        "x {\n\timport s {\n\t\tone 1\n\t\ttwo {\n\t\t\t2 3\n\t\t}\n\t}\n}"
    )
    assert segments(text) == [["1"], ["last"], ["2", "3"]]


def test_a_block_inside_a_directive():
    text = "(s) {\n\tb {args[0]}\n}\nx {\n\ta {\n\t\timport s 1\n\t\tc\n\t}\n}"
    assert segments(text) == [["a", "{", "b", "1", "c", "}"]]


def test_sites_from_a_file():
    tree = MemoryFiles({"f": "b {\n\tc\n}\n"}, "/w")
    blocks = parse("import f\na {\n\td\n}", environ={}, files=tree)
    assert [[k.text for k in b.keys] for b in blocks] == [["b"], ["a"]]
    assert blocks[0].keys[0].span.imports == ("Caddyfile:1 (import)",)


def test_snippets_from_a_file_keep_their_placeholders():
    library = "(s) {\n\tsay {args[0]}\n}\n"
    assert segments("import f other\nx {\n\timport s mine\n}", f=library) == [["say", "mine"]]


def test_a_named_route_has_its_imports_expanded():
    text = "(s) {\n\tb\n}\n&(r) {\n\timport s\n\tc\n}\n"
    assert segments(text) == [["r", "{", "b", "c", "}"]]


def test_chains_are_told():
    assert complaint("(s) {\n\ta {}\n}\nx {\n\timport s\n}") == (
        "Unexpected '{}' at end of line, at Caddyfile:2 import chain ['Caddyfile:5 (import s)']"
    )
    nested = "(t) {\n\tb {}\n}\n(s) {\n\timport t\n}\nx {\n\timport s\n}"
    assert complaint(nested).endswith("at Caddyfile:2 import chain ['Caddyfile:5 (import t)']")
    # What a file brings in itself has come through that file only.
    assert complaint("import f", f="import g", g="a,b {\n}").endswith(
        "at /w/g:1 import chain ['/w/f:1 (import)']"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x {\n\timport\n}",
            "wrong argument count or unexpected line ending after 'import', at Caddyfile:2",
        ),
        ('x {\n\timport ""\n}', "Import requires a non-empty filepath, at Caddyfile:2"),
        ("import none", "File to import not found: none, at Caddyfile:1"),
        (
            "import a/*/b/*",
            "Glob pattern may only contain one wildcard (*), but has others: /w/a/*/b/*, "
            "at Caddyfile:1",
        ),
        (
            "import [a]",
            "Glob pattern may only contain one wildcard (*), but has others: /w/[a], "
            "at Caddyfile:1",
        ),
        ("import [", "Failed to use import pattern [: syntax error in pattern, at Caddyfile:1"),
        ("import d", "Could not import /w/d: is a directory, at Caddyfile:1"),
        (
            "import heredoc",
            "Could not read tokens while importing /w/heredoc: incomplete heredoc <<E on line "
            "#3, expected ending marker E, at Caddyfile:1",
        ),
        (
            "import nothing",
            "Could not read tokens while importing /w/nothing: EOF, at Caddyfile:1",
        ),
        (
            "(s) {\n\ta\n}\nx {\n\timport s {\n\t\t{\n\t\t}\n\t}\n}",
            "anonymous blocks are not supported, at Caddyfile:7",
        ),
        (
            "(s) {\n\timport s\n}\nx {\n\timport s\n}",
            "a cycle of imports exists between Caddyfile:s and Caddyfile:s",
        ),
        (
            "import a",
            "a cycle of imports exists between /w/b and /w/a",
        ),
    ],
)
def test_complaints(text, message):
    files = {
        "d__x": "", "heredoc": "a <<E\nb\n", "nothing": "{$NONE}",
        "a": "import b", "b": "import a",
    }  # fmt: skip
    assert complaint(text, **files) == message


def test_many_imports_take_time_in_proportion():
    text = "(s) {\n\tb {args[0]}\n}\n" + "x {\n\timport s 1\n}\n" * 5000
    assert len(segments(text)) == 5000


def test_the_graph():
    graph = Graph()
    assert graph.connect("a", "b")
    assert graph.connect("b", "c")
    assert graph.connect("a", "c")
    assert graph.connect("a", "b")
    assert not graph.connect("c", "a")
    assert not graph.connect("c", "c")
    assert graph.connect("d", "a")
