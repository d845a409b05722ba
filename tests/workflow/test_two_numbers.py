"""One person under two numbers: nothing of either is suspended while a person is asked (rules 10 and 19)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib import cases
from chalicelib.cases import joined_numbers
from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.model import (
    EntitlementStatus,
    StateName,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.workflow.village import AUTHORITY, ROSTER, Recipient, Village

ENDS = date(2025, 1, 31)
OLD, NEW = Recipient(980, until=ENDS), Recipient(983, until=ENDS)
NEIGHBOUR = Recipient(990, until=date(2025, 12, 31))
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"


def roster(village: Village, *lines: str) -> None:
    text = "\n".join([ROSTER, *lines, *NEIGHBOUR.lines()]) + "\n"
    village.drop("roster", text, f"{village.sandbox.today()}.csv")


def as_before(recipient: Recipient) -> str:
    """The line of the old number, with another number in its place."""
    return OLD.lines()[0].replace(OLD.number, recipient.number)


def asked(village: Village, who: Recipient) -> list[SuspicionState]:
    found = village.record(who.number).suspicions
    return [s.state for s in found if s.kind is SuspicionKind.TWO_NUMBERS]


def answer(village: Village, who: Recipient, *, one_person: bool) -> None:
    (question,) = village.record(who.number).open_suspicions
    cases.suspicion_verified(
        village.person(who.number),
        question.kind,
        question.day,
        confirmed=one_person,
        by="township officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()


@pytest.fixture
def changed(village: Village) -> Village:
    roster(village, *OLD.lines())
    village.until(date(2025, 1, 3))
    roster(village, as_before(NEW))
    return village


def test_nothing_of_either_is_suspended_while_a_person_is_asked(changed: Village) -> None:
    assert asked(changed, OLD) == asked(changed, NEW) == [SuspicionState.OPEN]
    (question,) = changed.record(OLD.number).open_suspicions
    assert (question.other, question.benefit) == (changed.person(NEW.number), "resident_pension")
    assert (question.level, question.verify_by) == (1, add_working_days(date(2025, 1, 3), 20))
    changed.until(date(2025, 2, 20))
    (question,) = changed.record(OLD.number).open_suspicions
    assert question.level == 2, "nobody has answered: a level up"
    for who in (OLD, NEW):
        assert changed.state(who.number) in (StateName.AWAIT_A_DAY, StateName.DISPATCH_HOME_VISIT)
        assert all(e.status is EntitlementStatus.ACTIVE for e in changed.record(who.number).entitlements)


def test_found_one_person_the_two_are_joined_with_a_trail(changed: Village) -> None:
    old, new = changed.person(OLD.number), changed.person(NEW.number)
    changed.hospital(OLD.number, date(2025, 1, 2))
    answer(changed, OLD, one_person=True)
    record = changed.record(OLD.number)
    assert record.person.id == new, "the number that the roster lists goes on, and the other leads to it"
    assert record == changed.record(NEW.number) == people.load(old)
    assert [(e.status, e.valid_until) for e in record.entitlements] == [
        (EntitlementStatus.ACTIVE, date(2026, 1, 1))
    ], "what certifies either certifies the person"
    assert Template.CERTIFIED not in {m.template for m in record.messages}, "they have been told this year"
    assert [r.person.id for r in people.everyone() if r.person.id in (old, new)] == [new]
    for who in (old, new):
        assert "numbers joined" in {entry.action for entry in people.audit_trail(who)}
        assert not findings_about(who)
    assert record.open_suspicions == ()
    assert record.entitlements[0].evidence is not None
    changed.hospital(OLD.number, date(2025, 1, 3), "末次治疗")
    assert changed.record(NEW.number).entitlements[0].valid_until == date(2026, 1, 2), "a later file"
    length = changed.record(NEW.number).person.sequence
    (found,) = (s for s in record.suspicions if s.kind is SuspicionKind.TWO_NUMBERS)
    joined_numbers.join(new, found, actor="again")
    assert changed.record(NEW.number).person.sequence == length, "once"


def test_what_was_paid_under_either_number_is_paid_to_the_one_person(changed: Village) -> None:
    def pays(who: Recipient, month: str, yuan: str = "200.00", name: str = "f.csv") -> None:
        row = f"{who.number},{who.benefit},{month},{yuan},{month}-10"
        changed.drop("payments", f"{PAID}\n{row}\n", name)

    def paid() -> list[tuple[str, int]]:
        return [(p.month, p.fen) for p in people.payments_of(changed.person(NEW.number))]

    changed.until(date(2025, 1, 11))
    pays(OLD, "2025-01")
    answer(changed, OLD, one_person=True)
    assert paid() == [("2025-01", 20_000)], "the years before are hers"
    changed.until(date(2025, 2, 11))
    pays(OLD, "2025-02")
    assert paid() == [("2025-01", 20_000), ("2025-02", 20_000)], "so is what a payer lists as before"
    pays(OLD, "2025-02", "150.00")
    assert paid() == [("2025-01", 20_000), ("2025-02", 15_000)], "corrected, under whichever number"


def test_one_file_that_pays_both_numbers_on_a_day_has_paid_twice(changed: Village) -> None:
    def pays(month: str, *whom: Recipient, name: str = "f.csv") -> None:
        rows = [f"{who.number},{who.benefit},{month},200.00,{month}-10" for who in whom]
        changed.drop("payments", "\n".join([PAID, *rows, ""]), name)

    def paid(month: str) -> list[int]:
        found = people.payments_of(changed.person(NEW.number))
        return [p.fen for p in found if p.month == month]

    changed.until(date(2025, 1, 11))
    pays("2025-01", OLD, NEW)
    answer(changed, OLD, one_person=True)
    assert paid("2025-01") == [20_000, 20_000], "before they were joined"
    changed.until(date(2025, 2, 11))
    pays("2025-02", OLD, NEW)
    assert paid("2025-02") == [20_000, 20_000], "and after"
    pays("2025-02", NEW)
    assert paid("2025-02") == [20_000], "a correction leaves one of the two out"
    pays("2025-02", OLD, name="again.csv")
    assert paid("2025-02") == [20_000], "another file that tells it of the other number has only repeated it"


def test_found_to_be_two_people_each_goes_its_own_way(changed: Village) -> None:
    answer(changed, NEW, one_person=False)
    assert asked(changed, OLD) == asked(changed, NEW) == [SuspicionState.CLEARED]
    changed.suspend(OLD.number)
    roster(changed, as_before(NEW))
    assert asked(changed, OLD) == [SuspicionState.CLEARED], "it has been answered"


@pytest.mark.parametrize("gap", [0, 2])
def test_a_number_that_comes_back_later_under_the_same_payee(village: Village, gap: int) -> None:
    roster(village, *OLD.lines())
    village.until(date(2025, 1, 3))
    roster(village)
    village.until(date(2025, 1, 4) + timedelta(days=gap))
    roster(village, as_before(NEW))
    assert asked(village, OLD) == [SuspicionState.OPEN]


def test_a_stranger_under_the_same_payee_is_no_second_number(village: Village) -> None:
    other = Recipient(984, born="19610101", until=ENDS)
    roster(village, *OLD.lines())
    village.until(date(2025, 1, 3))
    roster(village, as_before(other).replace("孟庆0", "欧阳锋"))
    assert asked(village, OLD) == asked(village, other) == []
