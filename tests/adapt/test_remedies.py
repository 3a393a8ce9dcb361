"""The hints under complaints, told from their words and from the text."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError


def site(*lines: str) -> str:
    return "a.com {\n" + "".join(f"\t{line}\n" for line in lines) + "}\n"


def layer4(*lines: str) -> str:
    inside = "".join(f"\t\t\t{line}\n" for line in lines)
    return "{\n\tlayer4 {\n\t\t:443 {\n" + inside + "\t\t}\n\t}\n}\n"


CASES = [
    # names that are not there
    (site("reverse_proxy :80 {", "headerup X y", "}"), (3, 2), "did you mean 'header_up'?"),
    (site("file_server {", "brows", "}"), (3, 2), "did you mean 'browse'?"),
    (site("tls {", "protocol tls1.2", "}"), (3, 2), "did you mean 'protocols'?"),
    (site("php_fastcgi a:1 {", "indx a", "}"), (3, 2), "did you mean 'index'?"),
    (site("respond 200 {", "bdy x", "}"), (3, 2), "did you mean 'body'?"),
    ("{\n\tservers {\n\t\ttimeout 5\n\t}\n}\n", (3, 3), "did you mean 'timeouts'?"),
    (site("encode gzp"), (2, 9), "did you mean 'gzip'?"),
    (site("log {", "output fil /x", "}"), (3, 9), "did you mean 'file'?"),
    (site("uri strip /x"), (2, 12),
     "it knows: path_regexp, query, replace, strip_prefix, strip_suffix"),
    (site("lb_policy random"), (2, 2), "'lb_policy' belongs into the braces of reverse_proxy"),
    (site("respond @n 1"), (2, 10), "define it in the same site: @n path /x"),
    (site("invoke x"), None, "define it outside of the sites: &(x) { … }"),
    # layer 4
    (layer4("@a ip 1.2.3.4", "route @a {", "echo", "}"), (4, 7),
     "write 'remote_ip': there is no 'ip' (any more)"),
    (layer4("route {", "proxi a:1", "}"), (5, 4), "did you mean 'proxy'?"),
    (layer4("route @b {", "echo", "}"), (4, 10),
     "define it in the same block: @b tls sni example.com"),
    (layer4("proxy a:1"), (4, 4), "a handler stands inside a route: route { proxy … }"),
    (layer4("ssh"), (4, 4),
     "give matchers a name (@name ssh …) and use it: route @name { … }"),
    (layer4("route {", "proxy {", "upstreem a:1", "}", "}"), (6, 4), "did you mean 'upstream'?"),
    # what only plugins have
    (site("forward_proxy"), (2, 2),
     "'forward_proxy' is a directive of a plugin (forwardproxy): real Caddy needs a build "
     "with it"),
    ("{\n\torder rate_limit before basic_auth\n}\n", (2, 8),
     "'rate_limit' is a directive of a plugin (caddy-ratelimit): real Caddy needs a build "
     "with it"),
    # braces, quotations, heredocs
    ("a.com {\n\trespond 1\n}\n}\n", None,
     "there is one '}' too many: it is taken for an address"),
    ("a.com{\n\trespond 1\n}\n", (1, 1), "put a space before the brace"),
    (site("handle{", "respond 1", "}"), (2, 2), "put a space before the brace: handle {"),
    ("a.com { respond 1 }\n", (1, 19),
     "every '{' ends its line and every '}' has a line of its own"),
    ("a.com {\n\trespond 1\n", (2, 10), "the block is never closed"),
    ('a.com {\n\trespond "hi\n}\n', (2, 10), 'the " on line 2 is never closed'),
    ("a.com {\n\trespond `hi\n}\n", (2, 10), "the ` on line 2 is never closed"),
    (site("respond <<EOF", "hi"), (2, 10),
     "the text ends with a line that holds EOF alone, or with words after it"),
    (site("respond << EOF", "hi", "EOF"), (3, 2),
     "a heredoc's marker stands right behind the << and ends its line: <<EOF"),
    (site("respond <<EOF 200", "hi", "EOF"), (3, 2),
     "a heredoc's marker stands right behind the << and ends its line: <<EOF"),
    # addresses
    ("http://a.com:443 {\n}\n", (1, 1),
     "http:// goes with port 80 and https:// with 443: leave the scheme or the port out"),
    ("a.com:99999 {\n}\n", (1, 1), "ports go from 1 to 65535"),
    (":443-445 {\n}\n", (1, 1), "a site has one port: write an address for each"),
    ("ftp://a.com {\n}\n", (1, 1),
     "sites have http:// or https://; other protocols are for the global option layer4"),
    ("a.com {\n}\na.com {\n}\n", (1, 1),
     "a.com has two blocks: make one of them, or let one name another address"),
    ("a.com; b.com {\n}\n", None,
     "addresses are parted by commas and spaces: a.example, b.example"),
    # arguments
    (site("redir"), (2, 2),
     "it is written: redir [<matcher>] <to> [permanent|temporary|html|<code>]"),
    ("{\n\tgrace_period 5\n}\n", (2, 15), "durations have a unit: 5s, 5m, 5h"),
    (site("reverse_proxy http://a:80/path"), (2, 16),
     "leave the path out; `rewrite` or `uri` change paths before the request is sent on"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "hint"), CASES, ids=[c[0] for c in CASES])
def test_hint(text, place, hint):
    with pytest.raises(ConfigError) as caught:
        from_caddyfile(text)
    error = caught.value
    assert error.hint == hint
    assert (error.at and (error.at.line, error.at.column)) == place


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{$CADDYLITE_UNSET} {\n\treverse_proxy :80\n}\n", 1),
        ("a.com {\n}\n{$CADDYLITE_UNSET} {\n\trespond 1\n}\n", 3),
        ("a.com, {$CADDYLITE_UNSET} {\n\trespond 1\n}\n", 1),
        ("a.com {\n\tredir {$CADDYLITE_UNSET}\n}\n", 2),
    ],
)
def test_a_variable_that_is_not_set_is_named(text, line):
    with pytest.raises(ConfigError) as caught:
        from_caddyfile(text)
    assert caught.value.hint == (
        f"the environment variable CADDYLITE_UNSET (line {line}) is not set, and leaves nothing "
        "behind: set it, or write {$CADDYLITE_UNSET:default}"
    )
