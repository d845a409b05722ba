"""Money is asked back, comes back, is written off or passed on; whoever does it dies, and it is done once.

Each is a whole path in the order of the law (rule 17): heard, decided, demanded, and what then becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

import pytest

from chalicelib import cases
from chalicelib.engine.rules.benefits import Offset
from chalicelib.model import (
    HearingAnswer,
    InstructionKind,
    InstructionState,
    ObjectionAbout,
    PersonId,
    RecoveryState,
    Template,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.crashes import NIGHT, end_of_record, in_pairs, sweep
from tests.workflow.test_crash_points_of_decisions import PENSION, Work, folk_of, once
from tests.workflow.test_crash_points_of_reversals import AGES, found_dead
from tests.workflow.village import NEW_YEAR, Recipient, Village

PART: Final = 10_000
Act = Callable[[PersonId], object]


def heard(person: PersonId) -> object:
    return cases.record_answer(person, 1, HearingAnswer.ACCEPTED, by="worker")


def decided(person: PersonId, offset: int = 0) -> object:
    how: dict[str, Any] = {"available": {Offset.FUNERAL_GRANT: offset} if offset else {}, "reference": "d-1"}
    return cases.decide_recovery(person, 1, because="离世之后的月份", by="li", **how)


def demanded(person: PersonId) -> object:
    return cases.demand_recovery(person, 1, by="li")


def in_parts(person: PersonId) -> object:
    return cases.agree_instalments(person, 1, parts=2, first=date(2025, 2, 1), by="li")


def repaid(person: PersonId, fen: int, reference: str) -> object:
    return cases.record_repayment(person, 1, fen=fen, on=NEW_YEAR, reference=reference, by="clerk")


def objected(person: PersonId) -> None:
    if not people.load(person).objections:
        cases.object_to(person, ObjectionAbout.RECOVERY, by="citizen", benefit=PENSION)
    cases.decide_objection(person, 1, upheld=True, by="qian", reason="款项已于当月退回")


def refunded(person: PersonId) -> object:
    return cases.record_refund(person, 1, fen=PART, on=NEW_YEAR, reference="back-1", by="clerk")


def closing(person: PersonId, how: RecoveryState) -> object:
    return cases.propose_closing(person, 1, how=how, reason="家庭困难", by="chen")


def closed(person: PersonId) -> object:
    return cases.approve_closing(person, 1, by="qian")


_TO_DEMAND: Final[tuple[Act, ...]] = (heard, decided, demanded)
PATHS: Final[Mapping[RecoveryState, Sequence[Act]]] = {
    RecoveryState.FINISHED: (
        heard,
        partial(decided, offset=4_000),
        demanded,
        in_parts,
        partial(repaid, fen=PART, reference="bank-1"),
        partial(repaid, fen=6_000, reference="bank-2"),
    ),
    RecoveryState.WRITTEN_OFF: (*_TO_DEMAND, partial(closing, how=RecoveryState.WRITTEN_OFF), closed),
    RecoveryState.PASSED_ON: (*_TO_DEMAND, partial(closing, how=RecoveryState.PASSED_ON), closed),
    RecoveryState.CALLED_OFF: (
        *_TO_DEMAND,
        partial(repaid, fen=PART, reference="bank-1"),
        objected,
        refunded,
    ),
}


def path_of(acts: Sequence[Act]) -> Callable[[Recipient], Work]:
    def on(recipient: Recipient) -> Work:
        person, done = found_dead(recipient), 0

        def path() -> None:
            nonlocal done
            for act in acts[min(done, len(acts) - 1) :]:  # whoever died says again what they were saying
                once(partial(act, person))()
                done += 1

        return path

    return on


def end_of(recipient: Recipient) -> dict[str, Any]:
    record = people.find(recipient.number)
    return {
        **end_of_record(recipient),
        "recoveries": [
            (r.state, r.fen, r.left, r.to_refund, sorted((b.way, b.fen) for b in r.bookings), r.instalments)
            for r in record.recoveries
        ],
        "objections": [(o.number, o.state, o.decided_by) for o in record.objections],
    }


def is_over(end: Mapping[str, Any], as_: RecoveryState) -> bool:
    """In its last state, each sum booked once, each letter written once, and the order to recover over."""
    (found,) = end["recoveries"]
    orders = [state for name, _, state in end["instructions"] if name.endswith(InstructionKind.RECOVER)]
    letters = [template for template, _ in end["messages"]]
    once_each = (Template.BEREAVED, Template.RECOVERY_DECIDED)
    return bool(
        found[0] is as_
        and (found[2] == 0 or as_ is not RecoveryState.FINISHED)
        and not found[3]
        and all(letters.count(each) == 1 for each in once_each)
        and set(orders) <= {InstructionState.SEEN, InstructionState.CANCELLED}
        and end["chain"]
    )


@pytest.mark.parametrize("as_", PATHS)
def test_dying_while_money_is_recovered(village: Village, as_: RecoveryState) -> None:
    folk = folk_of(village, 50, AGES)

    def accepted(end: Any, expected: Any) -> bool:
        return end == expected and is_over(end, as_)

    assert sweep(path_of(PATHS[as_]), end_of, accepted, folk) >= 6


@pytest.mark.parametrize("as_", PATHS if NIGHT else [RecoveryState.FINISHED])
def test_two_deaths_in_a_row_while_money_is_recovered(village: Village, as_: RecoveryState) -> None:
    folk = folk_of(village, 800 if NIGHT else 60, AGES)
    pairs = in_pairs(path_of(PATHS[as_]), partial(is_over, as_=as_), folk, end_of, every=5)
    assert pairs >= (15 if NIGHT else 5)
