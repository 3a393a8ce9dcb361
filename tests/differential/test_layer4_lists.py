"""The generator of route lists forgets nothing: every matcher, with every option it has."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from caddylite import registry
from caddylite.codec import from_plain
from caddylite.layer4.config import Route
from caddylite.layer4.matchers.dns import Rule
from caddylite.layer4.matchers.vars_regexp import NamedRegexp
from caddylite.node import Node
from tests.differential.layer4_lists import MARKS, make
from tests.differential.layer4_matchers import write_files
from tests.differential.layer4_requests import ENVIRONMENT

LISTS = 300
#: Handlers that keep a connection have tests of their own; here a proxy stands for them.
HANDLERS = ("close", "proxy_protocol", "subroute", "tee", "throttle", "tls", "vars")
#: What needs a file system that a plugin brings.
WITHOUT = {("http.matchers.file", "fs")}


def fields(node: type[Node]) -> set[tuple[str, str]]:
    return {(node.id or node.__name__, f.encode_name) for f in msgspec.structs.fields(node)}


def options(x: Any, found: Counter[Any]) -> None:
    """Count the modules of a value, and the options that they say."""
    if isinstance(x, Node):
        name = x.id or type(x).__name__
        found[name] += 1
        for field in msgspec.structs.fields(x):
            value = getattr(x, field.name)
            found[name, field.encode_name] += bool(value) or value is False
            options(value, found)
    elif isinstance(x, dict):
        for value in x.values():
            options(value, found)
    elif isinstance(x, tuple):
        for value in x:
            options(value, found)


def lists(datagrams: bool) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for seed in range(LISTS):
        options(from_plain(tuple[Route, ...], make(seed, "/F", datagrams)), found)
    return found


def modules(room: str) -> list[type[Node]]:
    return [registry.find(room, name) for name in registry.names(room)]


def test_every_matcher_occurs_with_every_option():
    found = lists(datagrams=False)
    rooms = ("layer4.matchers", "tls.handshake_match", "http.matchers")
    wanted = [cls for room in rooms for cls in modules(room)] + [Rule, NamedRegexp]
    wanted += [registry.find("layer4.handlers", name) for name in HANDLERS]
    assert not [cls.id for cls in wanted if not found[cls.id or cls.__name__]]
    assert not {o for cls in wanted for o in fields(cls) if not found[o]} - WITHOUT
    assert len(modules("layer4.matchers")) == 22


def test_datagrams_meet_every_matcher_too():
    found = lists(datagrams=True)
    assert not [cls.id for cls in modules("layer4.matchers") if found[cls.id] < 10]


def test_the_lists_stay_within_the_marks_mostly():
    marks = [str(make(seed, "/F")).count("MARK") for seed in range(LISTS)]
    assert sum(m > MARKS for m in marks) <= 1


@pytest.mark.parametrize("datagrams", [False, True])
def test_a_list_can_be_made_ready(tmp_path, monkeypatch, datagrams):
    from caddylite.layer4.routing import Router

    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    write_files(tmp_path)
    for seed in range(LISTS):
        Router(from_plain(tuple[Route, ...], make(seed, str(tmp_path), datagrams)))
