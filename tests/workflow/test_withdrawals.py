"""Records taken back: of the very day, of another day, first, and asserted again later (rules 14 and 25)."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from chalicelib import cases
from chalicelib.errors import RefusedError
from chalicelib.model import (
    EntitlementStatus,
    InstructionKind,
    InstructionState,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
    VisitOutcome,
)
from tests.workflow.village import AUTHORITY, Recipient, Village

ONE = Recipient(980, until=date(2025, 12, 31))
DIED, CREMATED = date(2024, 12, 28), date(2024, 12, 30)
HEADER = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"
OPEN, CONFIRMED, CLEARED = SuspicionState.OPEN, SuspicionState.CONFIRMED, SuspicionState.CLEARED


def says(
    village: Village, what: str, day: date = DIED, *, folder: date | None = None, note: str = ""
) -> None:
    """The crematorium's file of a folder's day: 火化 reports a death, 撤销 takes it back."""
    text = f"{HEADER}\n{ONE.number},孟庆0,某殡仪馆{note},{CREMATED},{day},{what}\n"
    name = f"{folder or village.sandbox.today():%Y%m%d}"
    village.put(f"civil_affairs/cremations/{name}/{what}{day}.csv", text.encode())


def states(village: Village) -> dict[SuspicionKind, SuspicionState]:
    return {s.kind: s.state for s in village.record(ONE.number).suspicions}


def word(village: Village, by: str, *, confirmed: bool, kind: SuspicionKind) -> None:
    (suspicion,) = [s for s in village.record(ONE.number).open_suspicions if s.kind is kind]
    cases.suspicion_verified(
        village.person(ONE.number),
        kind,
        suspicion.day,
        confirmed=confirmed,
        by=by,
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()


def notices(village: Village) -> list[tuple[str, int]]:
    return [(n.code, n.count) for f in village.files() for n in f.notices]


@pytest.fixture
def told_dead(village: Village) -> Village:
    """Somebody who lives and has been confirmed dead by two officers, on a document."""
    village.settle(ONE)
    says(village, "火化")
    word(village, "officer-1", confirmed=True, kind=SuspicionKind.DEATH)
    village.second_word(ONE.number, by="officer-2")
    assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.TERMINATED
    village.until(date(2025, 3, 10))
    return village


def test_a_withdrawal_of_another_day_is_put_to_two_people_who_were_not_involved(told_dead: Village) -> None:
    says(told_dead, "撤销", CREMATED)
    assert states(told_dead) == {SuspicionKind.DEATH: CONFIRMED, SuspicionKind.REVERSAL: OPEN}
    record = told_dead.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED, "by itself it takes nothing back"
    (asked,) = record.open_suspicions
    assert (asked.about, asked.verify_by) == (f"death#{DIED}", date(2025, 3, 11)), "one working day"
    assert notices(told_dead) == [("withdrawals_unmatched", 1)]
    for confirmed in (True, False):
        with pytest.raises(RefusedError, match="no part in deciding"):
            word(told_dead, "officer-1", confirmed=confirmed, kind=SuspicionKind.REVERSAL)
    word(told_dead, "officer-3", confirmed=True, kind=SuspicionKind.REVERSAL)
    assert told_dead.record(ONE.number).person.deceased_on == DIED, "one person's word is not enough"
    with pytest.raises(RefusedError, match="no part in deciding"):
        told_dead.second_word(ONE.number, by="officer-2")
    told_dead.second_word(ONE.number, by="officer-4")
    record = told_dead.record(ONE.number)
    assert states(told_dead) == {SuspicionKind.DEATH: CLEARED, SuspicionKind.REVERSAL: CONFIRMED}
    assert record.person.deceased_on is None
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert {i.kind: (i.state, i.fen) for i in record.instructions} == {
        InstructionKind.TERMINATE: (InstructionState.CANCELLED, 20_000),
        InstructionKind.RESUME: (InstructionState.ISSUED, 2 * 20_000),
    }, "January and February; March is paid as usual"
    assert Template.RESTORED in {m.template for m in record.messages}
    told_dead.hospital(ONE.number, date(2025, 3, 9))
    assert told_dead.record(ONE.number).open_suspicions == (), "the living may go to hospital"


def test_found_right_the_ending_stands(told_dead: Village) -> None:
    says(told_dead, "撤销", CREMATED)
    for _ in range(2):
        word(told_dead, "officer-3", confirmed=False, kind=SuspicionKind.REVERSAL)
        assert states(told_dead)[SuspicionKind.REVERSAL] is OPEN, "one person's word ends it neither way"
    word(told_dead, "officer-4", confirmed=False, kind=SuspicionKind.REVERSAL)
    assert states(told_dead) == {SuspicionKind.DEATH: CONFIRMED, SuspicionKind.REVERSAL: CLEARED}
    assert told_dead.record(ONE.number).entitlements[0].status is EntitlementStatus.TERMINATED


def test_at_a_counter_they_are_believed_by_two_who_were_not_involved(told_dead: Village) -> None:
    told_dead.certifies(ONE.number)
    record = told_dead.record(ONE.number)
    (asked,) = (s for s in record.open_suspicions if s.kind is SuspicionKind.REVERSAL)
    assert asked.verify_by == date(2025, 3, 11), "one working day"
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED, "by itself it takes nothing back"
    word(told_dead, "officer-3", confirmed=True, kind=SuspicionKind.REVERSAL)
    word(told_dead, "officer-4", confirmed=True, kind=SuspicionKind.REVERSAL)
    record = told_dead.record(ONE.number)
    assert (record.person.deceased_on, record.open_suspicions) == (None, ())
    (drawn,) = record.entitlements
    assert (drawn.status, drawn.valid_until) == (EntitlementStatus.ACTIVE, date(2026, 3, 9))
    assert [i.fen for i in record.instructions if i.kind is InstructionKind.RESUME] == [2 * 20_000]


def test_overdue_it_goes_a_level_up_and_is_never_decided_by_silence(told_dead: Village) -> None:
    says(told_dead, "撤销", CREMATED)
    says(told_dead, "撤销", date(2025, 1, 1))
    (asked,) = told_dead.record(ONE.number).open_suspicions
    assert asked.level == 1, "asked once"
    told_dead.days(10)
    (asked,) = told_dead.record(ONE.number).open_suspicions
    assert asked.level == 2


def test_a_death_found_at_the_door_is_put_to_two_people_when_its_department_withdraws(
    village: Village,
) -> None:
    village.settle(ONE)
    says(village, "火化")
    village.knock(ONE.number, VisitOutcome.DECEASED, deceased_on=DIED)
    village.second_word(ONE.number)
    village.days(1)
    says(village, "撤销")
    assert states(village) == {SuspicionKind.DEATH: CONFIRMED, SuspicionKind.REVERSAL: OPEN}


def test_while_nobody_has_confirmed_it_another_day_takes_nothing_back_and_is_said(village: Village) -> None:
    village.settle(ONE)
    says(village, "火化")
    village.days(1)
    says(village, "撤销", CREMATED)
    assert states(village) == {SuspicionKind.DEATH: OPEN}
    says(village, "撤销", date(2024, 12, 29))
    (suspicion,) = village.record(ONE.number).open_suspicions
    assert suspicion.reason.zh.count("另撤销了同类记录") == 1, "whoever verifies reads it"
    assert notices(village)[:1] == [("withdrawals_unmatched", 1)]
    assert next(f for f in village.files() if f.notices).withdrawn == 0


REPORTED, TAKEN_BACK, AGAIN = (
    ("火化", date(2025, 1, 1)),
    ("撤销", date(2025, 1, 3)),
    ("火化", date(2025, 1, 5)),
)


@pytest.mark.parametrize("order", list(itertools.permutations([REPORTED, TAKEN_BACK, AGAIN])))
def test_asserted_again_by_a_file_of_a_later_day_it_counts_whatever_came_first(
    village: Village, order: tuple[tuple[str, date], ...]
) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 6))
    for what, folder in order:
        says(village, what, folder=folder, note=f"{folder}")
    assert states(village) == {SuspicionKind.DEATH: OPEN}
    village.settle(ONE, Recipient(985))  # everything is read again
    assert states(village) == {SuspicionKind.DEATH: OPEN}


@pytest.mark.parametrize("order", list(itertools.permutations([REPORTED, TAKEN_BACK])))
def test_a_repetition_of_the_earlier_file_stays_void(
    village: Village, order: tuple[tuple[str, date], ...]
) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 6))
    for what, folder in order:
        says(village, what, folder=folder)
    says(village, "火化", folder=date(2025, 1, 2), note="again")
    assert SuspicionKind.DEATH not in {s.kind for s in village.record(ONE.number).open_suspicions}


def test_taken_back_again_it_is_void_again_even_for_what_arrives_late(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 8))
    says(village, "火化", folder=date(2025, 1, 1))
    says(village, "撤销", folder=date(2025, 1, 3))
    says(village, "撤销", folder=date(2025, 1, 7), note="again")
    says(village, "火化", folder=date(2025, 1, 5), note="late")
    assert not village.record(ONE.number).open_suspicions
