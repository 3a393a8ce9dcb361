"""Every output of the cases is valid by the JSON Schema."""

import json
from typing import Any

import pytest

jsonschema = pytest.importorskip("jsonschema")

from caddylite.caddy.config import Config  # noqa: E402 (jsonschema may be missing)
from caddylite.schema import schema_of  # noqa: E402
from tests.conformance.cases import FOLDER, Case  # noqa: E402
from tests.conformance.test_round_trip import OUTPUTS  # noqa: E402

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no cases at {FOLDER}")


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(schema_of(Config))


#: (``dummy`` is a module of Caddy's own tests, which no schema of ours can know.)
@pytest.mark.parametrize(
    "case",
    [c for c in OUTPUTS if '"verifier": "dummy"' not in c.wanted],
    ids=lambda c: f"{c.group}-{c.name}",
)
def test_output_is_valid(case: Case, validator: Any) -> None:
    errors = list(validator.iter_errors(json.loads(case.wanted)))
    assert not errors, jsonschema.exceptions.best_match(errors)
