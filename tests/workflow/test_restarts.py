"""Out of prison: nothing restarts by itself; the document does, from the right month (rule 15)."""

from __future__ import annotations

from datetime import date

from chalicelib import cases
from chalicelib.model import (
    EntitlementStatus,
    InstructionKind,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
)
from tests.workflow.village import AUTHORITY, ROSTER, Recipient, Village

ONE = Recipient(980, until=date(2025, 12, 31))
HEADER = "身份证号码,姓名,收押日期,羁押类别,刑期截止日期\n"


def custody(village: Village, day: date, what: str, until: str = "") -> None:
    village.drop("custody", f"{HEADER}{ONE.number},孟庆0,{day},{what},{until}\n", f"{day}.csv")


def decide(village: Village, kind: SuspicionKind, by: str = "officer") -> None:
    (question,) = (s for s in village.record(ONE.number).open_suspicions if s.kind is kind)
    cases.suspicion_verified(
        village.person(ONE.number),
        question.kind,
        question.day,
        confirmed=True,
        by=by,
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    village.second_word(ONE.number)


def test_a_release_is_decided_against_its_document_and_paid_from_the_month_after(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 15))
    custody(village, date(2025, 1, 10), "判刑收监", "2025-03-20")
    decide(village, SuspicionKind.CUSTODY)
    (drawn,) = village.record(ONE.number).entitlements
    assert (drawn.status, drawn.stopped_from) == (EntitlementStatus.TERMINATED, "2025-02")
    village.until(date(2025, 4, 2))
    record = village.record(ONE.number)
    asked = [s.kind for s in record.open_suspicions]
    assert asked == [SuspicionKind.UPCOMING], "no date alone restarts a payment: it asks"
    custody(village, date(2025, 3, 20), "刑满释放")
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED, "nor does a file"
    assert {s.kind for s in record.open_suspicions} == {SuspicionKind.UPCOMING, SuspicionKind.RESTART}
    decide(village, SuspicionKind.RESTART)
    record = village.record(ONE.number)
    (drawn,) = record.entitlements
    assert (drawn.status, drawn.stopped_from) == (EntitlementStatus.ACTIVE, None)
    assert [(gap.first, gap.last) for gap in drawn.interruptions] == [("2025-02", "2025-03")]
    (resume,) = (i for i in record.instructions if i.kind is InstructionKind.RESUME)
    assert (resume.month, resume.fen) == ("2025-04", 0)
    assert Template.RESTARTED in {m.template for m in record.messages}
    village.hospital(ONE.number, date(2025, 4, 1))
    assert village.record(ONE.number).open_suspicions == (), "presence after a release contradicts nothing"


def test_a_new_grant_asks_and_a_roster_revives_nobody(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 15))
    custody(village, date(2025, 1, 10), "判刑收监")
    decide(village, SuspicionKind.CUSTODY)
    village.until(date(2025, 3, 2))
    village.settle(ONE)
    assert village.record(ONE.number).open_suspicions == (), "the line of before grants nothing anew"
    village.until(date(2025, 3, 5))
    line = ONE.lines()[0].replace("2010-01-01", "2025-03-01")
    village.drop("roster", f"{ROSTER}\n{line}\n", "anew.csv")
    (question,) = village.record(ONE.number).open_suspicions
    assert (question.kind, question.benefit) == (SuspicionKind.RESTART, "resident_pension")
    assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.TERMINATED
    decide(village, SuspicionKind.RESTART)
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    states = {s.kind: s.state for s in record.suspicions}
    assert states[SuspicionKind.RESTART] is SuspicionState.CONFIRMED
