"""The receipt that a pensioner of 82 can read: what it says, what it does not, and who looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import clock
from chalicelib.model import Change, EntitlementStatus, KeyGroup
from chalicelib.storage.dynamodb import people
from tests.api.conftest import COUNTY, NAME, OTHER_VILLAGE, VILLAGE, As, a_person, looks_at
from tests.api.town import somebody_with_everything


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


@pytest.mark.parametrize("until", [date(2025, 5, 31), date(2025, 12, 31)])
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (EntitlementStatus.SUSPENDED, "补发"),
        (EntitlementStatus.PAUSED, "中止发放"),
        (EntitlementStatus.TERMINATED, "如与事实不符"),
    ],
)
def test_what_has_stopped_reads_as_stopped(
    as_: As, status: EntitlementStatus, says: str, until: date
) -> None:
    """Also where the last certificate would still run: it says nothing about what has ended."""
    person = a_person(until=until, status=status)
    page = as_("citizen", person=person).get(f"/v1/persons/{person}/certificate").body.decode()
    assert "认证告知书" in page
    assert "认证证明" not in page
    assert says in page
    assert "待遇照常发放" not in page
    assert "尽快办理" not in page


def test_the_dead_get_no_certificate(as_: As) -> None:
    person = a_person(until=date(2025, 12, 31), status=EntitlementStatus.TERMINATED)
    died = replace(people.load(person).person, deceased_on=date(2025, 4, 3))
    people.change(person, lambda _: Change("death confirmed", "test", clock.now(), person=died))
    page = as_("grid-worker", VILLAGE).get(f"/v1/persons/{person}/certificate").body.decode()
    assert "已于2025年4月3日去世" in page
    assert "认证证明" not in page
    assert "有效至" not in page


def test_an_open_suspicion_makes_it_a_notice(as_: As) -> None:
    person = somebody_with_everything()
    page = as_("grid-worker", VILLAGE).get(f"/v1/persons/{person}/certificate").body.decode()
    assert "殡葬火化记录显示本人已去世" in page
    assert "认证证明" not in page


def test_a_name_cannot_write_on_the_page(as_: As) -> None:
    person = a_person(name="<b>孟")
    assert "<b>孟" not in as_("app", COUNTY).get(f"/v1/persons/{person}/certificate").body.decode()


def test_nobody_prints_what_is_not_of_their_area(as_: As) -> None:
    person = a_person()
    assert as_("grid-worker", OTHER_VILLAGE).get(f"/v1/persons/{person}/certificate").status_code == 404
