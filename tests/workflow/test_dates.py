"""A birthday is looked at before it comes, and on its day, though nobody touches the record (rule 15)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases import dates, evidence_effects
from chalicelib.model import EntitlementStatus, SuspicionKind
from chalicelib.runs import run
from chalicelib.storage.dynamodb import date_rows
from tests.in_one_go import let_go
from tests.workflow.village import Recipient, Village

CHILD = Recipient(981, benefit="事实无人抚养儿童基本生活补贴", born="20070615", until=date(2025, 12, 31))


def kinds(village: Village) -> list[SuspicionKind]:
    return [s.kind for s in village.record(CHILD.number).open_suspicions]


def test_a_child_that_turns_18_is_found_before_and_on_the_day(village: Village) -> None:
    village.settle(CHILD)
    assert list(date_rows.dates_until(date(2025, 5, 1))) == []
    village.until(date(2025, 5, 1))
    assert kinds(village) == []
    village.until(date(2025, 5, 3))
    assert kinds(village) == [SuspicionKind.UPCOMING]
    village.until(date(2025, 7, 2))
    record = village.record(CHILD.number)
    assert sorted(kinds(village)) == [SuspicionKind.CONDITION, SuspicionKind.UPCOMING]
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE, "the date ends nothing"
    assert list(date_rows.dates_until(date(2030, 1, 1))) == [], "nothing more is to come"


def test_whom_no_row_tells_of_is_filed_by_the_pass_over_everybody(village: Village) -> None:
    village.settle(CHILD)
    ((filed, person, day),) = date_rows.dates_until(date(2030, 1, 1))
    assert (filed, day) == (date(2025, 5, 2), date(2025, 7, 1))
    date_rows.remove_date(person, filed, day)
    with run("tests") as each:
        let_go(date(2025, 3, 1), {}, each)
        assert list(date_rows.dates_until(date(2030, 1, 1))) == [], "it comes again before that is due"
        let_go(date(2025, 4, 1), {}, each)
        assert list(date_rows.dates_until(date(2030, 1, 1))) == [(filed, person, day)]
        assert dates.look_ahead(date(2025, 5, 2), each) == (1, True)
    assert list(date_rows.dates_until(date(2030, 1, 1))) == [(day, person, day)]


def test_what_is_filed_already_is_not_filed_again(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    village.settle(CHILD)
    ((filed, person, day),) = date_rows.dates_until(date(2030, 1, 1))
    again: list[date] = []
    monkeypatch.setattr(date_rows, "file_date", lambda _person, look_on, _day: again.append(look_on))
    evidence_effects.file_dates(person, [day], date(2025, 4, 1))
    assert again == []
    evidence_effects.file_dates(person, [date(2031, 1, 1)], date(2025, 4, 1))
    assert again == [date(2030, 11, 2)], "another date is"
    monkeypatch.undo()
    date_rows.remove_date(person, filed, day)
    date_rows.file_date(person, day, day)
    monkeypatch.setattr(date_rows, "file_date", lambda _person, look_on, _day: again.append(look_on))
    evidence_effects.file_dates(person, [day], date(2025, 5, 3))
    assert len(again) == 1, "looked at once, it waits for the date itself"
