import pytest

from caddylite.registry import names
from tests.layer4.handlers.reading import complaint, handler


def policy(text):
    return handler(f"proxy a:1 {{\nlb_policy {text}\n}}")["load_balancing"]["selection"]


def test_all_of_them():
    assert names("layer4.proxy.selection_policies") == (
        "first",
        "ip_hash",
        "least_conn",
        "random",
        "random_choose",
        "round_robin",
        "weighted_round_robin",
    )


@pytest.mark.parametrize("name", names("layer4.proxy.selection_policies"))
def test_each_by_its_name(name):
    assert policy(name) == {"policy": name}


def test_complaints():
    assert policy("random_choose 5") == {"choose": 5, "policy": "random_choose"}
    assert complaint("proxy a:1 {\nlb_policy random_choose x\n}") == (
        'strconv.ParseInt: parsing "x": invalid syntax'
    )
    assert "wrong argument count" in complaint("proxy a:1 {\nlb_policy first x\n}")
    assert "malformed first selection policy: blocks are not supported" in (
        complaint("proxy a:1 {\nlb_policy first {\nx\n}\n}")
    )
