"""What rightly ended a payment is over: released, renewed, granted anew; a person decides (rules 14, 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.engine.suspicion.lifecycle import confirmed
from chalicelib.engine.suspicion.reckoning import reckoned
from chalicelib.engine.suspicion.restart import granted_anew, restarts
from chalicelib.engine.suspicion.reversal import Undoing, undone
from chalicelib.engine.suspicion.started_again import by_document, restarted
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    Instruction,
    InstructionKind,
    InstructionState,
    Interruption,
    Month,
    Payment,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.engine.judging import RULES
from tests.people import PENSION, a_key, a_person, a_reason, a_record, a_suspicion, an_entitlement, day
from tests.people import some_evidence as told

ON = day("2025-11-10")
ADMITTED = "2025-03-10"
TERMINATED, PAUSED = EntitlementStatus.TERMINATED, EntitlementStatus.PAUSED
DISABLED = "disability_living_subsidy"


def ended_by(
    kind: SuspicionKind, what: str, happened: str = ADMITTED, benefit: str | None = None, rule: str = ""
) -> Suspicion:
    reason = replace(a_reason(kind), rule=rule)
    code = BenefitCode(benefit) if benefit else None
    return a_suspicion(
        kind, happened, SuspicionState.CONFIRMED, evidence=a_key(what, happened), reason=reason, benefit=code
    )


def an_instruction(
    kind: InstructionKind, month: str, state: InstructionState = InstructionState.SEEN, fen: int = 15_000
) -> Instruction:
    return Instruction(PENSION, kind, Month(month), fen, "x", state, day(f"{month}-01"))


def in_prison(
    *evidence: Evidence,
    what: str = "custody/sentence",
    status: EntitlementStatus = TERMINATED,
    **named: object,
) -> PersonRecord:
    given: dict[str, object] = {
        "entitlements": [an_entitlement(status=status, stopped_from="2025-04")],
        "suspicions": [ended_by(SuspicionKind.CUSTODY, what)],
        "instructions": [an_instruction(InstructionKind.TERMINATE, "2025-04")],
        "evidence": [told(what, ADMITTED), *evidence],
        **named,
    }
    return a_record(**given)  # type: ignore[arg-type]


def asked(record: PersonRecord, on: date = ON) -> list[Suspicion]:
    return list(restarts(record, RULES, on))


def answered(
    record: PersonRecord,
    question: Suspicion,
    *payments: Payment,
    since: date | None = None,
    on: date = ON,
) -> Undoing:
    seen = by_document(question, Verification.DOCUMENT, since, on)
    said = confirmed(seen, "officer", Verification.DOCUMENT, on, two=False, level=1)
    after = replace(record, suspicions=(*record.suspicions, said))
    found = restarted(after, said, payments, RULES, on)
    assert found is not None
    return found


def resumed(found: Undoing) -> tuple[str, int, tuple[str, ...]]:
    (one,) = (i for i in found.instructions if i.kind is InstructionKind.RESUME)
    return one.month, one.fen, one.arrears


SERVED = (Interruption(Month("2025-04"), Month("2025-08"), f"custody#{ADMITTED}"),)


@pytest.mark.parametrize(
    ("what", "event", "month", "gaps"),
    [
        ("custody/sentence", "custody/released", "2025-09", SERVED),
        ("custody/sentence", "custody/paroled", "2025-09", SERVED),
        ("custody/sentence", "custody/outside_prison", "2025-09", SERVED),
        ("custody/sentence", "custody/acquitted", "2025-04", ()),
        ("custody/awaiting_judgment", "custody/bailed", "2025-09", SERVED),
        ("custody/awaiting_judgment", "custody/suspended_sentence", "2025-09", SERVED),
        ("custody/awaiting_judgment", "custody/acquitted", "2025-04", ()),
    ],
)
def test_who_is_out_draws_again_from_the_month_after_and_who_is_acquitted_from_the_first(
    what: str, event: str, month: str, gaps: tuple[Interruption, ...]
) -> None:
    status = TERMINATED if what.endswith("sentence") else PAUSED
    record = in_prison(told(event, "2025-08-20"), what=what, status=status)
    (question,) = asked(record)
    assert (question.about, question.day) == (f"custody#{ADMITTED}", day("2025-08-20"))
    found = answered(record, question)
    (again,) = found.entitlements
    assert (again.status, again.stopped_from, again.fen) == (EntitlementStatus.ACTIVE, None, 15_000)
    assert again.interruptions == gaps
    assert again.valid_until == day("2026-08-19"), "a first period, as of a new recipient"
    assert [(s.name, s.restarted) for s in found.suspicions] == [(f"custody#{ADMITTED}", month)]
    owed = [f"2025-{m:02d}" for m in range(int(month[-2:]), 11)]
    assert resumed(found) == ("2025-11", 15_000 * len(owed[:3]), tuple(owed[:3]))
    (order,) = found.instructions
    assert order.held == tuple(owed[3:]), "on one person's word; the others wait for a second (rule 18)"
    two = replace(question, verified_by="another officer")
    assert resumed(answered(record, two))[2] == tuple(owed), "two people's word"


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ((), "no date alone restarts a payment, not even the end of the sentence"),
        ((told("custody/released", "2025-03-01"),), "a release from before"),
        ((told("custody/bailed", "2025-08-20"),), "bail ends no sentence"),
        ((replace(told("custody/released", "2025-08-20"), recovered=True),), "perhaps somebody else"),
        ((told("custody/released", "2025-11-20"),), "not yet"),
        ((told("hospital_inpatient/admitted", "2025-08-20"),), "presence releases nobody"),
    ],
)
def test_nothing_else_asks(evidence: Sequence[Evidence], why: str) -> None:
    assert asked(in_prison(*evidence)) == [], why


def test_it_is_asked_once_of_each_document_and_never_of_the_dead() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(record)
    for state in (SuspicionState.OPEN, SuspicionState.CLEARED):
        again = replace(record, suspicions=(*record.suspicions, replace(question, state=state)))
        assert asked(again) == []
    later = replace(
        record,
        suspicions=(*record.suspicions, replace(question, state=SuspicionState.CLEARED)),
        evidence=(told("custody/sentence", ADMITTED), told("custody/paroled", "2025-08-20")),
    )
    assert [s.day for s in asked(later)] == [day("2025-08-21")], "kind and day are its key"
    assert asked(replace(record, person=replace(record.person, deceased_on=day("2025-09-01")))) == []
    drawing = replace(record, entitlements=(an_entitlement(),))
    assert asked(drawing) == []
    unknown = replace(record, suspicions=(replace(record.suspicions[0], evidence=None),))
    assert asked(unknown) == []


def test_the_document_is_seen_and_says_the_day() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(record)
    with pytest.raises(RefusedError, match="by document"):
        by_document(question, Verification.VISIT, None, ON)
    with pytest.raises(RefusedError, match="to come"):
        by_document(question, Verification.DOCUMENT, day("2025-11-11"), ON)
    other = a_suspicion()
    assert by_document(other, Verification.VISIT, None, ON) is other
    found = answered(record, question, since=day("2025-06-30"))
    assert resumed(found)[2] == ("2025-07", "2025-08", "2025-09")


def test_what_was_asked_because_the_end_was_to_come_is_moot() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(record)
    before = a_suspicion(SuspicionKind.UPCOMING, "2025-08-20", evidence=None)
    found = answered(replace(record, suspicions=(*record.suspicions, before, a_suspicion())), question)
    assert [s.state for s in found.suspicions] == [SuspicionState.CONFIRMED, SuspicionState.WITHDRAWN]


def test_released_this_month_is_paid_from_the_next() -> None:
    record = in_prison(told("custody/released", "2025-11-05"))
    (question,) = asked(record)
    assert resumed(answered(record, question)) == ("2025-12", 0, ())


def test_what_was_paid_is_owed_no_more_and_what_is_due_again_is_not_recovered() -> None:
    paid = [Payment(PENSION, Month(m), 15_000, ON) for m in ("2025-05", "2025-09")]
    recover = an_instruction(InstructionKind.RECOVER, "2025-04", InstructionState.ISSUED, 30_000)
    record = in_prison(
        told("custody/released", "2025-08-20"),
        instructions=[
            an_instruction(InstructionKind.TERMINATE, "2025-04"),
            recover,
            replace(recover, benefit=BenefitCode("land_loss_pension")),
        ],
    )
    (question,) = asked(record)
    found = answered(record, question, *paid)
    assert resumed(found)[1] == 15_000, "October; September was paid"
    (less,) = (i for i in found.instructions if i.kind is InstructionKind.RECOVER)
    assert (less.fen, less.arrears, less.state) == (15_000, ("2025-05",), InstructionState.ISSUED)
    nothing = answered(record, question, paid[1])
    assert [i.state for i in nothing.instructions if i.kind is InstructionKind.RECOVER] == [
        InstructionState.CANCELLED
    ]
    same = replace(record, instructions=(replace(recover, fen=15_000),))
    assert len(answered(same, question, *paid).instructions) == 1


def test_what_was_asked_back_of_somebody_acquitted_is_called_off() -> None:
    recover = an_instruction(InstructionKind.RECOVER, "2025-04", InstructionState.ISSUED, 15_000)
    record = in_prison(
        told("custody/acquitted", "2025-08-20"),
        what="custody/awaiting_judgment",
        status=PAUSED,
        instructions=[recover],
    )
    (question,) = asked(record)
    found = answered(record, question, Payment(PENSION, Month("2025-05"), 15_000, ON))
    assert [(i.kind, i.state) for i in found.instructions] == [
        (InstructionKind.RECOVER, InstructionState.CANCELLED),
        (InstructionKind.RESUME, InstructionState.ISSUED),
    ]


def test_a_payment_of_a_month_served_that_comes_to_light_later_is_recovered() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(record)
    found = answered(record, question)
    then = replace(record, entitlements=found.entitlements, suspicions=found.suspicions)
    then = replace(then, instructions=found.instructions)
    late = Payment(PENSION, Month("2025-06"), 15_000, ON)
    (order,) = (i for i in reckoned(then, [late], RULES, ON) if i.kind is InstructionKind.RECOVER)
    assert (order.month, order.fen, order.arrears) == ("2025-04", 15_000, ("2025-06",))


def test_a_stop_that_nobody_has_read_is_called_off_where_all_is_due() -> None:
    stop = an_instruction(InstructionKind.PAUSE, "2025-04", InstructionState.ISSUED)
    record = in_prison(
        told("custody/acquitted", "2025-08-20"),
        what="custody/awaiting_judgment",
        status=PAUSED,
        instructions=[stop],
    )
    (question,) = asked(record)
    assert [i.state for i in answered(record, question).instructions] == [
        InstructionState.CANCELLED,
        InstructionState.ISSUED,
    ]
    served = in_prison(told("custody/released", "2025-08-20"), instructions=[stop])
    (question,) = asked(served)
    assert len(answered(served, question).instructions) == 1, "the months served are stopped all the same"


def test_who_was_suspended_before_is_suspended_again_and_may_certify() -> None:
    record = in_prison(
        told("custody/released", "2025-08-20"),
        instructions=[an_instruction(InstructionKind.SUSPEND, "2025-02")],
        entitlements=[an_entitlement(status=TERMINATED, stopped_from="2025-02")],
    )
    (question,) = asked(record)
    found = answered(record, question)
    assert found.instructions == ()
    assert [(e.status, e.stopped_from) for e in found.entitlements] == [
        (EntitlementStatus.SUSPENDED, "2025-02")
    ]


def test_what_another_finding_ends_stays_ended() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    doubted = a_suspicion(
        SuspicionKind.DOUBTED, "2025-06-01", SuspicionState.CONFIRMED, evidence=None, benefit=PENSION
    )
    both = replace(record, suspicions=(*record.suspicions, doubted))
    (question,) = asked(both)
    assert answered(both, question) == Undoing(record.person, (), (), ())


def test_whoever_is_granted_anew_after_prison_is_paid_from_the_month_of_the_grant() -> None:
    record = in_prison()
    (question,) = granted_anew(record, PENSION, day("2025-10-01"), ON, RULES, ON)
    (again,) = answered(record, question).entitlements
    assert again.interruptions[0].last == "2025-09"


def test_fee_reliefs_start_again_without_an_instruction() -> None:
    relief = an_entitlement("outpatient_chronic", status=TERMINATED, stopped_from="2025-04")
    code = relief.benefit
    doubted = a_suspicion(
        SuspicionKind.DOUBTED, ADMITTED, SuspicionState.CONFIRMED, evidence=None, benefit=code
    )
    record = in_prison(entitlements=[relief], suspicions=[doubted])
    (question,) = granted_anew(record, code, day("2025-10-01"), ON, RULES, ON)
    found = answered(record, question)
    assert ([e.status for e in found.entitlements], found.instructions) == ([EntitlementStatus.ACTIVE], ())


def test_nothing_follows_from_what_is_no_answer_or_is_over() -> None:
    record = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(record)
    assert restarted(record, question, (), RULES, ON) is None, "still open"
    over = replace(record, suspicions=(replace(record.suspicions[0], restarted=Month("2025-09")),))
    said = replace(question, state=SuspicionState.CONFIRMED)
    assert restarted(over, said, (), RULES, ON) is None
    assert asked(over) == []


def test_a_sentence_found_wrong_after_the_release_is_repaid() -> None:
    """The release was decided; then the court takes the sentence itself back."""
    prison = in_prison(told("custody/released", "2025-08-20"))
    (question,) = asked(prison)
    found = answered(prison, question)
    key = a_key("custody/sentence", ADMITTED)
    after = replace(prison, entitlements=found.entitlements, suspicions=found.suspicions, evidence=())
    wrong = undone(after, frozenset([key]), (), RULES, ON)
    assert [e.interruptions for e in wrong.entitlements] == [()]
    assert resumed(wrong) == ("2025-11", 75_000, ("2025-04", "2025-05", "2025-06", "2025-07", "2025-08"))
    paid = [Payment(PENSION, m, 15_000, ON) for m in resumed(wrong)[2]]  # type: ignore[arg-type]
    assert undone(after, frozenset([key]), paid, RULES, ON).instructions == ()


# --- a card, a list ------------------------------------------------------------------------------


def lapsed(*evidence: Evidence, clause: str = "1") -> PersonRecord:
    rule = f"{DISABLED}/conditions/{clause}"
    what = "disability_certificates/valid" if clause == "1" else "low_income/listed"
    return a_record(
        entitlements=[an_entitlement(DISABLED, status=TERMINATED, stopped_from="2025-04")],
        suspicions=[ended_by(SuspicionKind.CONDITION, what, "2025-03-31", DISABLED, rule)],
        evidence=evidence,
    )


CARD = "disability_certificates/valid"
OLD = told(CARD, "2025-03-01", grade="grade_1", until="2025-03-30")
NEW = told(CARD, "2025-08-01", grade="grade_1", until="2035-08-01")
POOR = told("low_income/listed", "2025-11-01", category="marginal")


def test_a_renewed_card_asks_and_is_paid_from_the_month_of_its_day() -> None:
    record = lapsed(OLD, NEW, POOR)
    (question,) = asked(record)
    assert (question.evidence, question.benefit) == (NEW.key, DISABLED)
    found = answered(record, question, since=day("2025-07-15"))
    assert [e.interruptions[0].last for e in found.entitlements] == ["2025-06"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (lapsed(OLD, POOR), "no new card"),
        (lapsed(OLD, NEW), "the other condition: nobody knows, nothing is unmet"),
        (lapsed(OLD, replace(NEW, facts={"grade": "grade_9"}), POOR), "of a grade that does not entitle"),
        (lapsed(NEW, told("low_income/listed", "2025-11-01", category="none")), "another condition fails"),
        (lapsed(NEW, POOR, clause="x"), "by no line of the rules"),
        (lapsed(NEW, POOR, clause="9"), "by a line that is gone"),
        (lapsed(replace(NEW, key=a_key(CARD, "2025-03-31")), POOR), "nothing newer than what ended it"),
    ],
)
def test_what_is_no_renewal_asks_nobody(record: PersonRecord, why: str) -> None:
    expected = 1 if "nobody knows" in why else 0
    assert len(asked(record)) == expected, why


# --- the roster ----------------------------------------------------------------------------------


def listed(record: PersonRecord, since: str, roster: str = "2025-11-01") -> list[Suspicion]:
    return list(granted_anew(record, PENSION, day(since), day(roster), RULES, ON))


def test_a_later_start_on_the_roster_asks_whatever_had_ended_it() -> None:
    for kind in (SuspicionKind.DOUBTED, SuspicionKind.UNLISTED, SuspicionKind.DOUBLE_RECEIPT):
        record = in_prison(
            suspicions=[a_suspicion(kind, ADMITTED, SuspicionState.CONFIRMED, evidence=None, benefit=PENSION)]
        )
        again = [] if kind is not SuspicionKind.UNLISTED else [day("2025-11-01")]
        assert [s.since for s in listed(record, "2018-04-01")] == again, "the same line as ever"
        (question,) = listed(record, "2025-10-01")
        assert (question.kind, question.about) == (SuspicionKind.RESTART, f"{kind}#{ADMITTED}")
        assert resumed(answered(record, question)) == ("2025-11", 15_000, ("2025-10",))
    other = granted_anew(record, BenefitCode("land_loss_pension"), day("2025-10-01"), ON, RULES, ON)
    assert list(other) == []


def dead(**named: object) -> PersonRecord:
    died = a_suspicion(on="2025-08-10", state=SuspicionState.CONFIRMED, closed=day("2025-09-20"))
    given: dict[str, object] = {
        "entitlements": [an_entitlement(status=TERMINATED, stopped_from="2025-09")],
        "suspicions": [died],
        **named,
    }
    return a_record(a_person(deceased_on="2025-08-10"), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "roster", "asks", "why"),
    [
        ("2018-04-01", "2025-10-15", False, "a roster may not have heard yet"),
        ("2018-04-01", "2025-11-01", True, "it has had its pay run"),
        ("2025-09-01", "2025-10-01", True, "a new grant to somebody dead"),
    ],
)
def test_a_roster_never_revives_the_dead_but_contradicts(
    since: str, roster: str, asks: bool, why: str
) -> None:
    found = listed(dead(), since, roster)
    assert [s.kind for s in found] == ([SuspicionKind.CONTRADICTION] if asks else []), why
    if asks:
        (question,) = found
        assert (question.about, question.evidence) == ("death#2025-08-10", None)
        known = dead(suspicions=[*dead().suspicions, replace(question, state=SuspicionState.CLEARED)])
        assert listed(known, since, roster) == [], "it has been asked"
        assert len(listed(known, "2025-10-01", roster)) == 1, "another grant"


def test_a_death_found_before_suspicions_were_kept_contradicts_too() -> None:
    (question,) = listed(dead(suspicions=[]), "2018-04-01")
    assert question.about is None
