"""A death that was found in error is undone, however it shows: whoever does it dies, and it is undone once.

The whole path (rule 14): what shows the mistake, the word of one, the word of another, the step of undoing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import pytest

from chalicelib import cases, clock
from chalicelib.model import (
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionAbout,
    Payment,
    PersonId,
    StateName,
    SuspicionKind,
    Template,
    Verification,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.crashes import NIGHT, end_of_record, in_pairs, sweep
from tests.workflow.test_crash_points_of_decisions import (
    DEATH,
    PENSION,
    Work,
    both_say,
    folk_of,
    once,
    step_of_suspicion,
    told,
)
from tests.workflow.village import AUTHORITY, NEW_YEAR, Recipient, Village

DIED = EvidenceKey(NEW_YEAR - timedelta(days=40), FeedId("hospital_inpatient"), "died")
AGES = NEW_YEAR + timedelta(days=200)


def withdrawn(person: PersonId) -> None:
    cases.evidence_withdrawn(person, [DIED], actor="feed:hospital_inpatient", day=NEW_YEAR)


def another_day_withdrawn(person: PersonId) -> None:
    other = EvidenceKey(date(2024, 11, 2), DIED.feed, DIED.event)
    cases.evidence_withdrawn(person, [other], actor="feed:hospital_inpatient", day=NEW_YEAR)


def met_at_the_door(person: PersonId) -> None:
    cases.seen_at_the_door(person, made=clock.now(), by="worker")


def at_a_counter(person: PersonId) -> None:
    here = EvidenceKey(NEW_YEAR, FeedId("counter"), "certified")
    cases.evidence_arrived(person, [Evidence(here, FileId("api:test"), 1)], actor="counter")


def objected(person: PersonId) -> None:
    if not people.load(person).objections:
        cases.object_to(person, ObjectionAbout.TERMINATION, by="citizen", benefit=PENSION)
    cases.decide_objection(person, 1, upheld=True, by="fourth officer", reason="本人在世")


WAYS: Final[Mapping[str, Callable[[PersonId], None]]] = {
    "withdrawn": withdrawn,
    "another day withdrawn": another_day_withdrawn,
    "met at the door": met_at_the_door,
    "at a counter": at_a_counter,
    "objected": objected,
}


def found_dead(recipient: Recipient) -> PersonId:
    """Two have confirmed it, the payment has ended, and what was paid after it is asked back."""
    person = told(recipient, DEATH)
    people.put_payments([(person, Payment(PENSION, Month("2024-12"), 20_000, NEW_YEAR))])
    both_say(person, SuspicionKind.DEATH)
    for state in (StateName.TERMINATE, StateName.COMPUTE_OVERPAID):
        step_of_suspicion(person, SuspicionKind.DEATH, state)
    record = people.load(person)
    assert (record.person.deceased_on, record.entitlements[0].status) == (
        DIED.day,
        EntitlementStatus.TERMINATED,
    )
    return person


def found_wrong(person: PersonId, by: str) -> Work:
    """Somebody who had no part in it says that it was wrong."""

    def says() -> None:
        asked = next(s for s in people.load(person).suspicions if s.kind is SuspicionKind.REVERSAL)
        how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
        cases.suspicion_verified(person, asked.kind, asked.day, confirmed=True, by=by, **how)

    return once(says)


def reversed_by(way: Callable[[PersonId], None]) -> Callable[[Recipient], Work]:
    def on(recipient: Recipient) -> Work:
        person = found_dead(recipient)

        def path() -> None:
            way(person)
            for by in ("another officer", "third officer"):
                found_wrong(person, by)()
            step_of_suspicion(person, SuspicionKind.REVERSAL, StateName.UNDO)

        return path

    return on


def end_of(recipient: Recipient) -> dict[str, Any]:
    record = people.find(recipient.number)
    return {
        **end_of_record(recipient),
        "died": record.person.deceased_on,
        "suspicions": [
            (s.name, s.state, s.generation, s.verified_by, s.approved_by) for s in record.suspicions
        ],
        "recoveries": [(r.state, r.fen, r.left) for r in record.recoveries],
        "owed to heirs": [(o.left, o.called_off) for o in record.owed_to_heirs],
        "visits": [(v.number, v.outcome, v.by) for v in record.visits],
        "objections": [(o.number, o.state) for o in record.objections],
    }


def lives_again(end: Mapping[str, Any]) -> bool:
    """Paid as before, told once, nothing asked back, the chain whole."""
    orders = [(name.rpartition("#")[2], state) for name, _, state in end["instructions"]]
    standing = [kind for kind, state in orders if state is not InstructionState.CANCELLED]
    return bool(
        end["died"] is None
        and end["entitlements"][0][1] is EntitlementStatus.ACTIVE
        and standing.count(InstructionKind.RESUME) == 1
        and {InstructionKind.TERMINATE, InstructionKind.RECOVER}.isdisjoint(standing)
        and all(left == 0 for _, _, left in end["recoveries"])
        and [template for template, _ in end["messages"]].count(Template.RESTORED) == 1
        and end["chain"]
    )


def alike_and_alive(end: Any, expected: Any) -> bool:
    return end == expected and lives_again(end)


@pytest.mark.parametrize("way", WAYS)
def test_dying_while_a_death_is_undone(village: Village, way: str) -> None:
    folk = folk_of(village, 50, AGES)
    assert sweep(reversed_by(WAYS[way]), end_of, alike_and_alive, folk) >= 8


@pytest.mark.parametrize("way", WAYS if NIGHT else ["withdrawn"])
def test_two_deaths_in_a_row_while_a_death_is_undone(village: Village, way: str) -> None:
    folk = folk_of(village, 800 if NIGHT else 60, AGES)
    pairs = in_pairs(reversed_by(WAYS[way]), lives_again, folk, end_of, every=11)
    assert pairs >= (60 if NIGHT else 5)
