"""The examples in the document of the API are answers that were received: of every route, in today's shape.

Where an answer has changed: `EXAMPLES=write .venv/bin/pytest tests/api/test_examples.py`, then `make sheets`.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

from chalicelib.api.openapi import EXAMPLES
from chalicelib.cases import home_visits
from chalicelib.model import AreaCode, FeedId, Month, PersonId
from chalicelib.storage.dynamodb import recheck_rows
from chalicelib.storage.dynamodb.recheck_rows import Draw, Drawing, Line
from chalicelib.storage.s3 import objects
from tests.api.conftest import NAME, NUMBER, PHONE, VILLAGE, As, Caller
from tests.api.test_authorization import AREAS, LEVELS, MAY
from tests.api.town import ENDPOINTS, a_file, authority_for, body_for, somebody_with_everything
from tests.in_one_go import nightly_statistics, reconcile_month

WRITES = os.environ.get("EXAMPLES") == "write"  # a test itself begins with an empty environment
SIGNED = ("policy", *(f"x-amz-{word}" for word in ("credential", "date", "security-token", "signature")))
PAGES = ("/certificate", "/report")  # to print
NAMES = [name for name in ENDPOINTS if not name.endswith(PAGES)]


def shape(value: Any) -> Any:
    """What a client relies on: the keys, and what kind of value stands there."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def received(as_: As) -> dict[str, Any]:
    """An answer of every route; of a list, one line, of all feeds' figures one.

    First what is asked, then what is done.
    """
    person = everything_there_is()
    answers = {name: ask(as_, name, person) for name in NAMES if name.startswith("GET")}
    for number, name in enumerate(name for name in NAMES if name.startswith("POST")):
        about = (
            person if name.endswith(":lookup") else somebody_with_everything(f"341602195001011{number:02d}")
        )
        answers[name] = ask(as_, name, about)
    return answers


def everything_there_is() -> PersonId:
    """Somebody with everything, and what the runs of a night and a month leave about them."""
    person = somebody_with_everything(NUMBER)
    objects.put_suggestions(a_file().id, {7: (person,)})
    nightly_statistics()
    reconcile_month(Month("2025-07"))
    _checks_of_june(person)
    return person


def _checks_of_june(person: PersonId) -> None:
    """Its certificate by hand was drawn, and somebody sent."""
    home_visits.recheck(person, about="recheck#2025-06")
    line = Line(person, AreaCode(VILLAGE), "03", date(2025, 6, 12), FeedId("home_visits"), "grid-7", "drawn")
    by_hand, silent = Drawing(240, 48, 12, 93.7), Drawing(9_300, 59, 465, 95.2)
    recheck_rows.put(Month("2025-06"), Draw("5eed5eed5eed5eed", date(2025, 7, 4), by_hand, silent), [line])


def somebody_who_may(as_: As, name: str) -> Caller:
    """A caller whom an endpoint serves, each another one: who had a part in one may not do the next."""
    role = "officer" if "officer" in MAY[name] else MAY[name][-1]
    area = AREAS["county" if "county" in LEVELS[name] else LEVELS[name][-1]]
    return as_(role, area, f"{role}-{list(ENDPOINTS).index(name)}", authority=authority_for(name))


def ask(as_: As, name: str, person: PersonId) -> Any:
    endpoint = ENDPOINTS[name]
    answer = somebody_who_may(as_, name).call(
        endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person)
    )
    assert answer.status_code == 200, (name, answer.body)
    body: dict[str, Any] = unsigned(answer.json_body)
    if "feeds" in body:
        body["feeds"] = dict(sorted(body["feeds"].items())[:1])
    return {**body, "items": body["items"][:1]} if "items" in body else body


def unsigned(value: Any) -> Any:
    """An answer without what signs something: that is another one each time, and nobody's example."""
    if isinstance(value, dict):
        return {key: "…" if key in SIGNED else unsigned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unsigned(inner) for inner in value]
    return value.partition("?")[0] + "?…" if isinstance(value, str) and "X-Amz-" in value else value


def test_every_example_is_what_is_answered(as_: As) -> None:
    now = received(as_)
    if WRITES:
        EXAMPLES.write_text(json.dumps(now, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert set(examples) == set(now)
    for name, example in examples.items():
        assert shape(example) == shape(now[name]), f"{name}: EXAMPLES=write, as above, if that is meant"


def test_no_example_says_whom_it_is_about() -> None:
    text = EXAMPLES.read_text(encoding="utf-8")
    assert not [word for word in (NUMBER[:17], NAME, PHONE) if word in text]
