"""What follows when the record of a confirmed suspicion is taken back (rule 14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.suspicion.reversal import Undoing, undone, withheld_under_another_number
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonId,
    PersonRecord,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.engine.judging import RULES
from tests.people import (
    PENSION,
    a_key,
    a_person,
    a_record,
    a_suspicion,
    an_entitlement,
    day,
    some_evidence,
)

ON = day("2025-09-10")
DEATH = a_key("cremations/cremated", "2025-05-10")
GONE = frozenset({DEATH})
TERMINATED, PAUSED = EntitlementStatus.TERMINATED, EntitlementStatus.PAUSED


def confirmed(kind: SuspicionKind = SuspicionKind.DEATH, **named: object) -> Suspicion:
    return replace(
        a_suspicion(kind, state=SuspicionState.CONFIRMED),
        **{"verification": Verification.DOCUMENT, **named},  # type: ignore[arg-type]
    )


def told(
    kind: InstructionKind,
    state: InstructionState = InstructionState.ISSUED,
    month: str = "2025-06",
    fen: int = 15_000,
    benefit: str = PENSION,
) -> Instruction:
    return Instruction(BenefitCode(benefit), kind, Month(month), fen, "x", state, day(f"{month}-01"))


def ended(**named: object) -> PersonRecord:
    given: dict[str, object] = {
        "entitlements": [an_entitlement(status=TERMINATED, stopped_from="2025-06")],
        "suspicions": [confirmed()],
        "instructions": [told(InstructionKind.TERMINATE)],
        **named,
    }
    return a_record(a_person(deceased_on="2025-05-10"), **given)  # type: ignore[arg-type]


def undo(record: PersonRecord, *payments: Payment) -> Undoing:
    return undone(record, GONE, payments, RULES, ON)


def resumed(undoing: Undoing) -> Instruction | None:
    return next((i for i in undoing.instructions if i.kind is InstructionKind.RESUME), None)


def test_the_person_lives_is_paid_again_and_gets_what_was_withheld() -> None:
    undoing = undo(ended(), Payment(PENSION, Month("2025-07"), 15_000, ON))
    assert undoing.person.deceased_on is None
    assert [s.state for s in undoing.suspicions] == [SuspicionState.WITHDRAWN]
    (again,) = undoing.entitlements
    assert (again.status, again.stopped_from) == (EntitlementStatus.ACTIVE, None)
    resume = resumed(undoing)
    assert resume is not None
    assert (resume.month, resume.fen) == ("2025-09", 30_000), "June and August; July was paid"
    assert undoing.fen == 30_000


@pytest.mark.parametrize(
    ("state", "cancelled", "owed", "why"),
    [
        (InstructionState.ISSUED, True, 45_000, "nobody recovers any more"),
        (InstructionState.ACKNOWLEDGED, True, 45_000, "nobody recovers any more"),
        (InstructionState.SEEN, False, 60_000, "what was recovered is given back"),
        (InstructionState.LISTED, True, 45_000, "nor what only time has listed"),
    ],
)
def test_what_was_to_be_recovered(state: InstructionState, cancelled: bool, owed: int, why: str) -> None:
    other = told(InstructionKind.RECOVER, InstructionState.LISTED, benefit="village_doctor_subsidy")
    undoing = undo(ended(instructions=[told(InstructionKind.RECOVER, state), other]))
    stopped = [i for i in undoing.instructions if i.kind is InstructionKind.RECOVER]
    assert [i.state for i in stopped] == ([InstructionState.CANCELLED] if cancelled else []), why
    assert undoing.fen == owed, why


def test_a_stop_that_has_been_seen_stays_and_gives_nothing_back() -> None:
    undoing = undo(ended(instructions=[told(InstructionKind.TERMINATE, InstructionState.SEEN)]))
    assert [i.kind for i in undoing.instructions] == [InstructionKind.RESUME]
    assert undoing.fen == 45_000


@pytest.mark.parametrize("state", list(InstructionState))
def test_a_recovery_with_steps_of_its_own_gives_back_what_has_come(state: InstructionState) -> None:
    """In its exact sum: the order is called off, and the resumption gives nothing back a second time."""
    order = told(InstructionKind.RECOVER, state)
    steps = Recovery(1, PENSION, order.month, {order.month: 15_000}, RecoveryState.DEMANDED, ON)
    undoing = undo(replace(ended(instructions=[order]), recoveries=(steps,)))
    stopped = [i.state for i in undoing.instructions if i.kind is InstructionKind.RECOVER]
    assert stopped == [InstructionState.CANCELLED]
    assert undoing.fen == 45_000


@pytest.mark.parametrize(
    ("suspicion", "why"),
    [
        (confirmed(verification=Verification.VISIT), "found out at the door"),
        (confirmed(evidence=a_key("hospital_inpatient/died", "2025-05-10")), "rests on another record"),
        (confirmed(evidence=None), "rests on somebody's word"),
        (a_suspicion(), "not confirmed: it ends with its finding"),
    ],
)
def test_what_does_not_rest_on_the_record_stays(suspicion: Suspicion, why: str) -> None:
    record = ended(suspicions=[suspicion])
    assert undo(record) == Undoing(record.person, (), (), ()), why


def test_what_another_record_says_as_well_stays() -> None:
    record = ended(evidence=[some_evidence("hospital_inpatient/died", "2025-05-10")])
    assert not undo(record).suspicions
    other = ended(evidence=[some_evidence("hospital_inpatient/admitted", "2025-05-10")])
    assert undo(other).suspicions


def test_what_another_suspicion_ended_as_well_stays_ended() -> None:
    second = confirmed(evidence=None, day=day("2025-05-12"))
    undoing = undo(ended(suspicions=[confirmed(), second]))
    assert undoing.suspicions
    assert not undoing.entitlements


def test_who_was_suspended_before_is_suspended_again() -> None:
    suspended = told(InstructionKind.SUSPEND, month="2025-03")
    entitlements = [an_entitlement(status=TERMINATED, stopped_from="2025-03")]
    undoing = undo(ended(entitlements=entitlements, instructions=[suspended]))
    (again,) = undoing.entitlements
    assert (again.status, again.stopped_from) == (EntitlementStatus.SUSPENDED, "2025-03")
    assert resumed(undoing) is None
    since = told(InstructionKind.RESUME, month="2025-04")
    (again,) = undo(ended(instructions=[suspended, since])).entitlements
    assert again.status is EntitlementStatus.ACTIVE


def test_a_pause_is_undone_and_what_was_never_ended_is_left_alone() -> None:
    key = a_key("custody/awaiting_judgment", "2025-05-10")
    paused = an_entitlement(status=PAUSED, stopped_from="2025-06")
    active = an_entitlement("village_doctor_subsidy")
    record = a_record(
        entitlements=[paused, active], suspicions=[confirmed(SuspicionKind.CUSTODY, evidence=key)]
    )
    undoing = undone(record, frozenset({key}), (), RULES, ON)
    assert [e.benefit for e in undoing.entitlements] == [PENSION]
    assert undoing.fen == 45_000


def test_a_fee_relief_has_nothing_to_pay() -> None:
    relief = an_entitlement("outpatient_chronic", status=TERMINATED, stopped_from="2025-06", fen=0)
    undoing = undo(ended(entitlements=[relief], instructions=[]))
    assert [e.status for e in undoing.entitlements] == [EntitlementStatus.ACTIVE]
    assert not undoing.instructions


def test_what_was_withheld_over_a_birthday_is_paid_by_the_age() -> None:
    """Ninety in July: June at 50 yuan, July and August at 100; of a July paid by half the rest is owed."""
    entitlements = [an_entitlement("old_age_allowance", status=TERMINATED, stopped_from="2025-06", fen=5_000)]
    record = ended(entitlements=entitlements, instructions=[])
    record = replace(record, person=replace(record.person, born=day("1935-07-01")))
    code = BenefitCode("old_age_allowance")
    assert undo(record).fen == 25_000
    assert undo(record, Payment(code, Month("2025-07"), 5_000, ON)).fen == 20_000
    assert undo(record, Payment(code, Month("2025-07"), 10_000, ON)).fen == 15_000


def test_whoever_still_awaits_judgment_stays_paused_as_before() -> None:
    waits = confirmed(
        SuspicionKind.CUSTODY,
        day=day("2025-03-10"),
        evidence=a_key("custody/awaiting_judgment", "2025-03-10"),
    )
    record = ended(
        suspicions=[waits, confirmed()],
        instructions=[told(InstructionKind.PAUSE, month="2025-04"), told(InstructionKind.TERMINATE)],
    )
    undoing = undo(record)
    assert [(e.status, e.stopped_from) for e in undoing.entitlements] == [(PAUSED, "2025-04")]
    assert [(i.kind, i.state) for i in undoing.instructions] == [
        (InstructionKind.TERMINATE, InstructionState.CANCELLED)
    ], "the pause stands, and nothing is owed yet"


# --- what had ended a payment under the person's other number ------------------------------------------

CLEARED = replace(confirmed(), state=SuspicionState.CLEARED, verified_by="one", closed=ON)
SEEN = InstructionState.SEEN


def taken_up(**named: object) -> PersonRecord:
    """Paid under this number; of the other, the order that ended it, and what was found about it since."""
    given: dict[str, object] = {
        "entitlements": [an_entitlement()],
        "suspicions": [CLEARED],
        "instructions": [told(InstructionKind.TERMINATE, SEEN)],
        **named,
    }
    return a_record(**given)  # type: ignore[arg-type]


def withheld(record: PersonRecord, *payments: Payment) -> Undoing | None:
    return withheld_under_another_number(record, payments, RULES, ON)


def test_the_months_withheld_under_the_other_number_are_paid_once_it_was_found_wrong() -> None:
    undoing = withheld(taken_up())
    assert undoing is not None
    order = resumed(undoing)
    assert order is not None
    assert (order.month, order.fen, order.arrears) == ("2025-09", 45_000, ("2025-06", "2025-07", "2025-08"))
    assert [s.name for s in undoing.suspicions] == [CLEARED.name]
    again = taken_up(instructions=[told(InstructionKind.TERMINATE, SEEN), order])
    assert withheld(again) is None, "once"
    undoing = withheld(taken_up(), Payment(PENSION, Month("2025-07"), 15_000, ON))
    assert undoing is not None
    order = resumed(undoing)
    assert order is not None
    assert order.fen == 30_000, "less what was paid under this one"


def test_of_months_beyond_some_the_others_wait_for_a_second_word() -> None:
    before = told(InstructionKind.TERMINATE, SEEN, "2025-04")
    early = replace(CLEARED, day=day("2025-03-20"))
    one = withheld(taken_up(suspicions=[early], instructions=[before]))
    two = withheld(taken_up(suspicions=[replace(early, approved_by="two")], instructions=[before]))
    withdrawn = replace(early, state=SuspicionState.WITHDRAWN)
    department = withheld(taken_up(suspicions=[withdrawn], instructions=[before]))
    found = [resumed(undoing) for undoing in (one, two, department) if undoing is not None]
    assert [(o.fen, o.held) for o in found if o is not None] == [
        (45_000, ("2025-07", "2025-08")),
        (75_000, ()),
        (75_000, ()),
    ]


JOINED = replace(
    a_suspicion(SuspicionKind.TWO_NUMBERS, state=SuspicionState.CONFIRMED), other=PersonId("b" * 26)
)
JOINED = replace(JOINED, benefit=PENSION)
ENDED = an_entitlement(status=TERMINATED, stopped_from="2025-06")
SUSPEND = told(InstructionKind.SUSPEND, SEEN, "2025-03")


@pytest.mark.parametrize(
    ("instructions", "status", "fen"),
    [
        ([], EntitlementStatus.ACTIVE, 45_000),
        ([SUSPEND], EntitlementStatus.SUSPENDED, None),
    ],
    ids=["was paid", "was suspended before"],
)
def test_what_had_ended_under_the_other_number_alone_begins_again(
    instructions: list[Instruction], status: EntitlementStatus, fen: int | None
) -> None:
    orders = [*instructions, told(InstructionKind.TERMINATE)]
    ended = replace(ENDED, stopped_from=min(order.month for order in orders))
    undoing = withheld(
        taken_up(entitlements=[ended], suspicions=[CLEARED, JOINED], instructions=orders),
    )
    assert undoing is not None
    assert [e.status for e in undoing.entitlements] == [status]
    order = resumed(undoing)
    assert (order.fen if order is not None else None) == fen


@pytest.mark.parametrize(
    ("stopped_from", "suspicion", "again"),
    [
        ("2025-06", CLEARED, True),
        ("2025-06", confirmed(), False),
        ("2025-06", a_suspicion(), False),
        ("2025-03", CLEARED, False),
    ],
    ids=["by the death found wrong", "it stands", "it is asked about", "by something else, of before"],
)
def test_a_fee_relief_begins_again_without_an_order(
    stopped_from: str, suspicion: Suspicion, again: bool
) -> None:
    relief = an_entitlement("outpatient_chronic", status=TERMINATED, stopped_from=stopped_from)
    undoing = withheld(taken_up(entitlements=[relief], suspicions=[suspicion, JOINED], instructions=[]))
    found = [e.status for e in undoing.entitlements] if undoing is not None else []
    assert found == ([EntitlementStatus.ACTIVE] if again else [])
    assert undoing is None or undoing.instructions == ()


@pytest.mark.parametrize(
    ("suspicions", "asked"),
    [
        ([CLEARED], True),
        ([CLEARED, a_suspicion(SuspicionKind.DEATH, "2025-08-10")], False),
        ([confirmed()], False),
        ([], False),
    ],
    ids=["found wrong", "another is asked about", "found right", "nobody was said to be dead"],
)
def test_what_heirs_had_is_theirs_to_give_back(suspicions: list[Suspicion], asked: bool) -> None:
    had = replace(told(InstructionKind.PAY_HEIRS, SEEN, "2025-07"), arrears=(Month("2025-06"),))
    record = taken_up(suspicions=suspicions, instructions=[told(InstructionKind.TERMINATE, SEEN), had])
    undoing = withheld(record, Payment(PENSION, Month("2025-07"), 15_000, ON))
    orders = undoing.instructions if undoing is not None else ()
    back = [(i.fen, i.arrears) for i in orders if i.kind is InstructionKind.RECOVER]
    assert back == ([(15_000, ("2025-06",))] if asked else [])
    if asked:
        order = resumed(undoing) if undoing is not None else None
        assert order is not None
        assert order.fen == 45_000, "every month, as if nobody had been paid in their place"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (taken_up(suspicions=[]), "nothing explains the order"),
        (taken_up(suspicions=[confirmed()]), "it stands"),
        (taken_up(suspicions=[a_suspicion()]), "it is asked about"),
        (
            taken_up(suspicions=[replace(CLEARED, day=day("2025-02-10"))]),
            "what was found wrong ended another month",
        ),
        (
            taken_up(suspicions=[CLEARED, a_suspicion(SuspicionKind.DEATH, "2025-08-10")]),
            "another death is asked about",
        ),
        (taken_up(entitlements=[an_entitlement(status=TERMINATED, stopped_from="2025-06")]), "not paid"),
        (
            taken_up(instructions=[told(InstructionKind.TERMINATE, InstructionState.CANCELLED)]),
            "the order was called off",
        ),
    ],
)
def test_nothing_is_owed(record: PersonRecord, why: str) -> None:
    assert withheld(record) is None, why
