"""Twice the sites take twice the work, not four times: counted in function calls, not in time."""

import cProfile
import pstats

import pytest

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.encoding import to_plain

#: What stands before the sites, a site, and what stands behind them.
SHAPES = {
    "plain": ("", "s{i}.example.com {{\n\trespond 1\n}}\n", ""),
    "internal": ("", "s{i}.example.com {{\n\ttls internal\n}}\n", ""),
    "own email": ("", "s{i}.example.com {{\n\ttls a{i}@b.c\n}}\n", ""),
    "certificates": ("", "s{i}.example.com {{\n\ttls a{i}.pem b.pem\n}}\n", ""),
    "same certificate": ("", "s{i}.example.com {{\n\ttls a.pem b.pem\n}}\n", ""),
    "email": ("{\n\temail a@b.c\n}\n", "s{i}.example.com {{\n\trespond 1\n}}\n", ""),
    "key type": ("{\n\tkey_type p256\n}\n", "s{i}.example.com {{\n\trespond 1\n}}\n", ""),
    "wildcard": ("*.example.com {\n\ttls internal\n}\n", "s{i}.example.com {{\n}}\n", ""),
    "wildcards": ("", "*.s{i}.a.b {{\n\ttls internal\n}}\na.s{i}.a.b {{\n}}\n", ""),
    "two kinds of name": ("", "s{i}.example.com, s{i}.local {{\n}}\n", ""),
    "ports": ("", "s{i}.example.com:1{i:04} {{\n}}\n", ""),
    "binds": ("", "s{i}.example.com {{\n\tbind 10.0.0.{i}\n}}\n", ""),
    "HTTP on HTTPS": ("", "http://s{i}.example.com:8080 {{\n}}\n", ""),
    "logs": ("", "s{i}.example.com {{\n\tlog\n}}\n", ""),
    "on demand": ("", "s{i}.example.com {{\n\ttls {{\n\t\ton_demand\n\t}}\n}}\n", ""),
    "client authentication": (
        "*.example.com {\n\ttls {\n\t\tclient_auth {\n\t\t\tmode require\n\t\t}\n\t}\n}\n",
        "s{i}.example.com {{\n}}\n",
        "",
    ),
    "handles": (":80 {\n", "\thandle /p{i}/* {{\n\t\trespond {i}\n\t}}\n", "}\n"),
    "matchers": (":80 {\n", "\t@m{i} path /p{i}/*\n\trespond @m{i} {i}\n", "}\n"),
    "named routes": ("", "&(r{i}) {{\n\trespond 1\n}}\n:{i} {{\n\tinvoke r{i}\n}}\n", ""),
    "imports": (
        "(s) {\n\trespond {args[0]}\n}\n",
        "s{i}.example.com {{\n\timport s {i}\n}}\n",
        "",
    ),
}


def calls(shape: tuple[str, str, str], sites: int) -> int:
    before, site, behind = shape
    text = before + "".join(site.format(i=i + 1) for i in range(sites)) + behind
    profile = cProfile.Profile()
    profile.enable()
    config, _ = from_caddyfile(text)
    gojson.dumps(to_plain(config))
    profile.disable()
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_number_of_sites(shape: str) -> None:
    calls(SHAPES[shape], 2)  # what is done once
    few, many = calls(SHAPES[shape], 100), calls(SHAPES[shape], 400)
    assert many < few * 4 * 1.35
