"""The receipt that a pensioner of 82 can read: what it says, what it does not, and who looked."""

from __future__ import annotations

from datetime import date

from chalicelib.model import KeyGroup
from chalicelib.storage import people
from tests.api.conftest import COUNTY, NAME, OTHER_VILLAGE, VILLAGE, As, a_person, looks_at


def test_a_certificate_says_to_which_day_and_how_to_object(as_: As) -> None:
    person = a_person(until=date(2025, 8, 31))
    answer = as_("grid-worker", VILLAGE).get(f"/v1/persons/{person}/certificate")
    page = answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "认证证明" in page
    assert "有效至2025年8月31日" in page
    assert "如有异议" in page
    assert NAME in page
    number = people.identity_of(person).number
    assert number not in page
    assert number[-4:] in page
    assert [what for _, what in looks_at(person)] == ["certificate"]


def test_what_has_ended_is_a_notice_and_no_certificate(as_: As) -> None:
    person = a_person(until=date(2025, 5, 31), key_groups=frozenset({KeyGroup.VERY_OLD}))
    page = as_("citizen", person=person).get(f"/v1/persons/{person}/certificate").body.decode()
    assert "认证告知书" in page
    assert "认证证明" not in page
    assert looks_at(person) == []


def test_a_name_cannot_write_on_the_page(as_: As) -> None:
    person = a_person(name="<b>孟")
    assert "<b>孟" not in as_("app", COUNTY).get(f"/v1/persons/{person}/certificate").body.decode()


def test_nobody_prints_what_is_not_of_their_area(as_: As) -> None:
    person = a_person()
    assert as_("grid-worker", OTHER_VILLAGE).get(f"/v1/persons/{person}/certificate").status_code == 404
