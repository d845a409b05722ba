"""The examples in the document of the API are answers that were received: of every route, in today's shape.

Where an answer has changed: `EXAMPLES=write .venv/bin/pytest tests/api/test_examples.py`, then `make sheets`.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from chalicelib import stats
from chalicelib.api.openapi import EXAMPLES
from chalicelib.storage import objects
from tests.api.conftest import COUNTY, NAME, NUMBER, PHONE, VILLAGE, As
from tests.api.test_authorization import LEVELS, MAY
from tests.api.town import ENDPOINTS, HRSS, a_file, body_for, somebody_with_everything

WRITES = os.environ.get("EXAMPLES") == "write"  # a test itself begins with an empty environment
PAGES = ("GET /v1/persons/{id}/certificate",)  # answered as HTML


def shape(value: Any) -> Any:
    """What a client relies on: the keys, and what kind of value stands there."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def received(as_: As, name: str) -> Any:
    """An answer about somebody about whom every endpoint has something to say; of a list, one line."""
    endpoint, person = ENDPOINTS[name], somebody_with_everything()
    objects.put_suggestions(a_file().id, {7: (person,)})
    stats.nightly_statistics()
    role = "officer" if "officer" in MAY[name] else MAY[name][-1]
    area = COUNTY if "county" in LEVELS.get(name, ("county",)) else VILLAGE
    answer = as_(role, area, authority=HRSS).call(
        endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person)
    )
    assert answer.status_code == 200, answer.body
    body: dict[str, Any] = answer.json_body
    return {**body, "items": body["items"][:1]} if "items" in body else body


@pytest.mark.parametrize("name", [name for name in ENDPOINTS if name not in PAGES])
def test_the_example_is_what_is_answered(as_: As, name: str) -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    now = received(as_, name)
    if WRITES:
        text = json.dumps({**examples, name: now}, ensure_ascii=False, indent=2, sort_keys=True)
        EXAMPLES.write_text(f"{text}\n", encoding="utf-8")
        return
    assert shape(examples.get(name)) == shape(now), "EXAMPLES=write, as above, if that is meant"


def test_no_example_is_of_a_route_that_is_gone_or_says_whom_it_is_about() -> None:
    text = EXAMPLES.read_text(encoding="utf-8")
    assert set(json.loads(text)) == set(ENDPOINTS) - set(PAGES)
    assert not [word for word in (NUMBER[:17], NAME, PHONE) if word in text]
