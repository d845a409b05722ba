"""Whoever is met face to face certifies: suspended, mis-tapped, or never ordered (rules 1 and 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import cases, clock
from chalicelib.engine.suspension.visits import visits_made
from chalicelib.errors import RefusedError
from chalicelib.model import EntitlementStatus, InstructionKind, StateName, VisitOutcome
from chalicelib.storage.dynamodb import people
from tests.workflow.village import SPRING, Recipient, Village

STARTS = SPRING

ONE = Recipient(980)
CREMATED = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"


def met(village: Village, number: str, by: str = "worker") -> None:
    cases.seen_at_the_door(village.person(number), made=clock.now() - timedelta(hours=1), by=by)
    village.sandbox.run_until_quiet()


def test_met_after_the_suspension_by_the_visit_that_had_failed(village: Village) -> None:
    village.settle(ONE)
    village.suspend(ONE.number)
    before = village.record(ONE.number).visits
    cases.visit_made(
        village.person(ONE.number),
        before[-1].number,
        outcome=VisitOutcome.SEEN,
        made=clock.now(),
        by="another worker",
        notice_left=False,
    )
    village.sandbox.run_until_quiet()
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert InstructionKind.RESUME in {i.kind for i in record.instructions}
    assert record.visits[: len(before)] == before  # what was reported stands
    assert [v.outcome for v in record.visits[len(before) :]] == [VisitOutcome.SEEN]


def test_met_an_hour_after_a_mistaken_tap(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    village.knock(ONE.number)
    met(village, ONE.number)
    record = village.record(ONE.number)
    assert record.entitlements[0].valid_until > ONE.until
    assert record.open_case is None
    assert [v.outcome for v in record.visits if v.made] == [VisitOutcome.NOT_FOUND, VisitOutcome.SEEN]
    assert not [v for v in record.visits if v.is_pending]
    met_twice = len(record.visits)
    cases.seen_at_the_door(record.person.id, made=record.visits[-1].made or clock.now(), by="worker")
    assert len(village.record(ONE.number).visits) == met_twice


def test_met_without_a_visit_or_a_case(village: Village) -> None:
    village.settle(ONE)
    met(village, ONE.number)
    record = village.record(ONE.number)
    assert record.entitlements[0].valid_until > ONE.until
    (visit,) = record.visits
    assert (visit.outcome, visit.by, visit.about) == (VisitOutcome.SEEN, "worker", "")
    with pytest.raises(RefusedError, match="future"):
        cases.seen_at_the_door(record.person.id, made=clock.now() + timedelta(days=1), by="worker")


def test_met_before_the_ordered_visit_is_due(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    village.knock(ONE.number)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    (ordered,) = [v for v in village.record(ONE.number).visits if v.is_pending]
    assert ordered.not_before > village.sandbox.today()
    met(village, ONE.number)
    made = village.record(ONE.number).visits[-1]
    assert (made.number, made.outcome) == (ordered.number, VisitOutcome.SEEN)
    assert village.record(ONE.number).open_case is None


def taps(village: Village, outcome: VisitOutcome, by: str = "worker", *, office: bool = False) -> None:
    record = village.record(ONE.number)
    number = next(v.number for v in record.visits if v.made is not None or v.is_pending)
    cases.visit_made(
        record.person.id,
        number,
        outcome=outcome,
        made=clock.now(),
        by=by,
        notice_left=False,
        by_an_office=office,
    )
    village.sandbox.run_until_quiet()


def test_seen_by_a_mistaken_tap_certifies_nobody_and_both_words_stand(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    taps(village, VisitOutcome.SEEN)
    assert village.record(ONE.number).entitlements[0].valid_until > ONE.until
    with pytest.raises(RefusedError, match="already has an outcome"):
        taps(village, VisitOutcome.NOT_FOUND, "another worker")
    taps(village, VisitOutcome.NOT_FOUND)
    taps(village, VisitOutcome.NOT_FOUND)
    record = village.record(ONE.number)
    assert record.entitlements[0].valid_until == ONE.until
    (visit,) = [v for v in record.visits if v.made is not None]
    assert (visit.outcome, visit.by) == (VisitOutcome.NOT_FOUND, "worker")
    trail = people.audit_trail(record.person.id)
    said = [e.details["outcome"] for e in trail if e.action in ("visit made", "visit corrected")]
    assert said == ["seen", "not_found"], "and said twice, once"
    village.days(2)
    case = village.record(ONE.number).open_case
    assert case is not None, "the case goes on"
    assert case.due.isoformat() == visit.about, "and this visit counts in it"
    with pytest.raises(RefusedError, match="already has an outcome"):
        taps(village, VisitOutcome.AWAY)
    taps(village, VisitOutcome.AWAY, "officer", office=True)
    authors = {v.outcome: v.authors for v in village.record(ONE.number).visits}
    assert authors[VisitOutcome.AWAY] == {"worker", "officer"}, "neither confirms a suspension"


def test_seen_by_a_mistaken_tap_clears_nobody_of_having_died(village: Village) -> None:
    village.settle(ONE)
    died = village.sandbox.today() - timedelta(days=9)
    village.drop("cremations", f"{CREMATED}\n{ONE.number},孟庆0,某馆,{died},{died},火化\n")
    (accused,) = village.record(ONE.number).open_suspicions
    taps(village, VisitOutcome.SEEN)
    assert village.record(ONE.number).open_suspicions == ()
    taps(village, VisitOutcome.NOT_FOUND)
    record = village.record(ONE.number)
    (again,) = record.open_suspicions
    assert (again.kind, again.day, again.evidence) == (accused.kind, accused.day, accused.evidence)
    assert again.waiting is not None, "somebody goes again"
    assert record.entitlements[0].valid_until == ONE.until
    with pytest.raises(RefusedError, match="has been corrected"):
        taps(village, VisitOutcome.SEEN)
    village.days(1)
    taps(village, VisitOutcome.SEEN)
    record = village.record(ONE.number)
    assert record.open_suspicions == (), "on another day somebody met them"
    assert record.entitlements[0].valid_until > ONE.until


def test_a_knock_at_the_door_of_before_that_is_told_after_a_move_counts_for_nothing(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    ordered = village.record(ONE.number).visits[-1]
    village.days((ordered.not_before - village.sandbox.today()).days)
    knocked = clock.now()
    village.settle(replace(ONE, area="341621001001"))
    assert village.record(ONE.number).person.area == "341621001001"
    cases.visit_made(
        village.person(ONE.number),
        ordered.number,
        outcome=VisitOutcome.NOT_FOUND,
        made=knocked,
        by="worker",
        notice_left=True,
    )
    village.sandbox.run_until_quiet()
    assert visits_made(village.record(ONE.number), ONE.until, village.sandbox.today()) == ()
