"""The month's checks (rule 21): drawn once, visited by somebody else, and a list of what asks for a look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import cases, clock
from chalicelib.cases.rechecks import monthly_rechecks
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Change,
    Contact,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Month,
    PersonId,
    PersonRecord,
    Relation,
    Route,
    SuspicionKind,
    SuspicionState,
    VisitOutcome,
    VisitPurpose,
)
from chalicelib.storage.dynamodb import people, recheck_rows, worklists
from tests.judged import judging
from tests.people import a_suspicion
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

JUNE = Month("2025-06")
VISITED = date(2025, 6, 20)
DEVICE = {"app": "county-app", "device": "0123456789abcdef"}


def somebody(number: int, helper: str | None = None, **of_claim: Any) -> PersonId:
    who = identity(f"34160219500101{number:03d}X", name=f"孟庆{number % 10}")
    claim = entitlement(payee=f"P{number}", **of_claim)
    newcomer = people.Newcomer(who, person(), (claim,), Contact(helper_name=helper))
    return people.create_all([newcomer], AT, "feed:roster")[0].person


def certified(who: PersonId, feed: str, event: str, **facts: str) -> None:
    item = Evidence(EvidenceKey(VISITED, FeedId(feed), event), FileId("a file"), 1, facts)
    cases.evidence_arrived(who, [item], actor="test")


def by_data(number: int) -> PersonId:
    key = EvidenceKey(VISITED, FeedId("hospital_inpatient"), "admitted")
    return somebody(number, route=Route.SILENT, evidence=key, valid_until=date(2026, 6, 19))


def why() -> dict[PersonId, str]:
    return {line.person: line.why for line in recheck_rows.lines_of(JUNE)}


def sent_for() -> dict[PersonId, str]:
    rows = list(worklists.visits(""))
    assert {row.item.purpose for row in rows} <= {VisitPurpose.RECHECK}
    return {row.person: row.item.about for row in rows}


def test_some_of_both_are_drawn_once_and_visited_by_the_rights_of_the_run() -> None:
    silent = by_data(1)
    by_hand = somebody(2, valid_until=date(2025, 12, 31))
    certified(by_hand, "home_visits", "seen", by="grid-1")
    before = people.load(silent).entitlements
    with judging() as judge, judge.acting("PassWrite"):
        assert monthly_rechecks() == 2
    assert sent_for() == {silent: "spot_check#2025-06", by_hand: "recheck#2025-06"}
    assert people.load(silent).entitlements == before, "a draw moves no certificate"
    draw = recheck_rows.draw_of(JUNE)
    assert draw is not None
    assert (draw.by_hand.of, draw.silent.of, draw.silent.confidence_percent) == (1, 1, 100.0)

    by_data(3)
    assert monthly_rechecks() == 2, "drawn once a month, whoever has come since"
    assert sent_for().keys() == {silent, by_hand}


def test_what_asks_for_a_look_is_listed_and_nobody_sent() -> None:
    helped = somebody(1, helper="孟庆9")
    certified(helped, "outcome_sheet", "seen", certified_by="孟庆9")
    mother = somebody(2)
    child = somebody(3)
    people.change(
        child,
        lambda r: Change(
            "related", "t", clock.now(), person=replace(r.person, related={mother: Relation.PARENT})
        ),
    )
    certified(child, "outcome_sheet", "seen", certified_by="孟庆2")
    over_one = [somebody(number) for number in range(10, 21)]
    for who in over_one:
        certified(who, "self_certification", "certified", by="app-1", **DEVICE)
    monthly_rechecks()
    found = why()
    assert {found[who] for who in over_one} == {"one_device"}
    drawn = sent_for()
    assert {found[who] for who in (helped, child) if who not in drawn} == {"somebody_close"}
    assert len(drawn) == 1, "one in five of two by hand"
    assert not drawn.keys() & set(over_one)


def test_whoever_certified_does_not_check_it() -> None:
    who = somebody(2, valid_until=date(2025, 12, 31))
    certified(who, "home_visits", "seen", by="grid-1")
    monthly_rechecks()
    (visit,) = people.load(who).visits

    def report(by: str) -> None:
        cases.visit_made(
            who, visit.number, outcome=VisitOutcome.NOT_FOUND, made=clock.now(), by=by, notice_left=False
        )

    with pytest.raises(RefusedError, match="somebody else"):
        report("grid-1")
    report("grid-2")
    (visit,) = people.load(who).visits
    assert visit.by == "grid-2"


def test_the_dead_are_left_in_peace_and_their_author_is_listed() -> None:
    dead, others = somebody(1), [somebody(number) for number in range(2, 8)]
    for who in (dead, *others):
        certified(who, "home_visits", "seen", by="grid-1")
    confirmed = replace(
        a_suspicion(SuspicionKind.DEATH, "2025-06-01", SuspicionState.CONFIRMED), closed=date(2025, 6, 25)
    )

    def died(record: PersonRecord) -> Change:
        person = replace(record.person, deceased_on=confirmed.day)
        return Change("died", "t", clock.now(), person=person, suspicions=(confirmed,))

    people.change(dead, died)
    monthly_rechecks()
    assert dead not in sent_for()
    assert {found for who, found in why().items() if who not in sent_for()} == {
        "refuted",
        "of_a_refuted_author",
    }
