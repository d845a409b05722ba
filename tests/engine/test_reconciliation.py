"""Each month on one sheet: what payers were told against what the bank's file shows (rule 23)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.money.reconciliation import Line, LineKind, Totals, concerns, lines_of
from chalicelib.engine.suspicion import reckoning
from chalicelib.engine.texts import reconciliation_texts
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, an_entitlement, day

JUNE, DUE = Month("2025-06"), 15_000
ON = day("2025-07-01")
KIND, STATE = InstructionKind, InstructionState
OLD = BenefitCode("old_age_allowance")


def paid(month: str = JUNE, fen: int = DUE, benefit: BenefitCode = PENSION) -> Payment:
    return Payment(benefit, Month(month), fen, day(f"{month}-10"))


def told(kind: KIND, month: str, state: STATE = STATE.ISSUED, *about: str, **named: Any) -> Instruction:
    given_ = {"fen": DUE, "reason": "x", "issued": day(f"{month}-01"), **named}
    return Instruction(PENSION, kind, Month(month), state=state, arrears=tuple(map(Month, about)), **given_)


def lines(record: PersonRecord, *payments: Payment, month: Month = JUNE) -> list[Line]:
    def account(entitlement: Entitlement) -> Any:
        return reckoning.account(record, entitlement, payments, RULES, ON)

    return list(lines_of(record, payments, month, account, RULES))


def drawing(*orders: Instruction, suspicions: tuple[Suspicion, ...] = (), **named: Any) -> PersonRecord:
    person = a_person(deceased_on=named.pop("deceased_on", None))
    return a_record(person, [an_entitlement(**named)], instructions=orders, suspicions=suspicions)


STOPPED = {"status": EntitlementStatus.SUSPENDED, "stopped_from": Month("2025-05")}
ENDED = {"status": EntitlementStatus.TERMINATED, "stopped_from": Month("2025-05")}
DIED = a_suspicion(SuspicionKind.DEATH, "2025-04-10", SuspicionState.CONFIRMED, closed=day("2025-05-20"))
SUSPEND, RESUME = KIND.SUSPEND, KIND.RESUME
WRONG = a_suspicion(SuspicionKind.WRONG_AMOUNT, "2025-06-01", benefit=PENSION, evidence=None)
BACK = told(RESUME, "2025-06", STATE.ISSUED, "2025-04", "2025-05", fen=2 * DUE)

# what stands on record, what was paid for June → the kind of its line, what was due, and in arrears
LIVES: dict[str, tuple[PersonRecord, list[Payment], LineKind, int, int]] = {
    "as due": (drawing(), [paid()], LineKind.AS_DUE, DUE, 0),
    "in two parts": (drawing(), [paid(fen=10_000), paid(fen=5_000)], LineKind.AS_DUE, DUE, 0),
    "not paid, and nobody was told to stop": (drawing(), [paid("2025-05")], LineKind.NOT_PAID, DUE, 0),
    "the month of the grant": (drawing(since="2025-06-20"), [], LineKind.ACCEPTED, DUE, 0),
    "before the grant": (drawing(since="2025-07-20"), [paid()], LineKind.ACCEPTED, 0, 0),
    "stopped as told": (drawing(told(SUSPEND, "2025-06", STATE.SEEN), **STOPPED), [], LineKind.AS_TOLD, 0, 0),
    "stopped, not seen in a run of the county yet": (
        drawing(told(SUSPEND, "2025-06"), **STOPPED), [], LineKind.NOT_SEEN, 0, 0,
    ),
    "the bank pays on": (drawing(told(SUSPEND, "2025-05"), **STOPPED), [paid()], LineKind.NOT_SEEN, 0, 0),
    "stopped of old, nothing told any more": (
        drawing(told(RESUME, "2024-05", STATE.SEEN), **{**STOPPED, "status": EntitlementStatus.ACTIVE}),
        [paid()], LineKind.AS_DUE, DUE, 0,
    ),
    "paused before there were instructions": (
        drawing(**{**STOPPED, "status": EntitlementStatus.PAUSED}), [paid()], LineKind.AFTER_END, 0, 0,
    ),
    "suspended before there were instructions": (drawing(**STOPPED), [paid()], LineKind.NOT_SEEN, 0, 0),
    "dead, and the authority has not ended it": (
        drawing(deceased_on="2025-04-10"), [paid()], LineKind.AFTER_DEATH, DUE, 0,
    ),
    "dead and ended": (
        drawing(deceased_on="2025-04-10", suspicions=(DIED,), **ENDED), [paid()], LineKind.AFTER_DEATH, 0, 0,
    ),
    "dead, and paid to the heirs as told": (
        drawing(
            told(KIND.PAY_HEIRS, "2025-06", STATE.SEEN, "2025-03"),
            deceased_on="2025-04-10", suspicions=(DIED,), **ENDED,
        ),
        [paid()], LineKind.AS_TOLD, 0, DUE,
    ),
    "ended": (drawing(told(KIND.TERMINATE, "2025-05"), **ENDED), [paid()], LineKind.AFTER_END, 0, 0),
    "resumed, with its arrears": (
        drawing(replace(BACK, state=STATE.SEEN)), [paid(fen=3 * DUE)], LineKind.AS_TOLD, DUE, 2 * DUE,
    ),
    "resumed, and one month of arrears lacks": (
        drawing(BACK), [paid(fen=2 * DUE)], LineKind.ARREARS_MISSING, DUE, DUE,
    ),
    "told to pay again, and not paid yet": (drawing(BACK), [], LineKind.NOT_SEEN, DUE, 0),
    "too little, somebody looks": (
        drawing(suspicions=(WRONG,)), [paid(fen=14_000)], LineKind.IN_QUESTION, DUE, 0,
    ),
    "too much, and told to be put right": (
        drawing(told(KIND.ADJUST, "2025-07", STATE.ISSUED, "2025-06")),
        [paid(fen=16_000)], LineKind.IN_QUESTION, DUE, 0,
    ),
    "looked into, and found right": (
        drawing(suspicions=(replace(WRONG, state=SuspicionState.CLEARED, closed=ON),)),
        [paid(fen=16_000)], LineKind.ACCEPTED, DUE, 0,
    ),
    "a difference that nobody has seen": (drawing(), [paid(fen=16_000)], LineKind.UNEXPLAINED, DUE, 0),
    "recovered from whoever draws on": (
        drawing(told(KIND.RECOVER, "2025-05")), [paid()], LineKind.NOT_SEEN, DUE, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("record", "payments", "kind", "due", "arrears"), LIVES.values(), ids=LIVES)
def test_every_life_has_its_line(
    record: PersonRecord, payments: list[Payment], kind: LineKind, due: int, arrears: int
) -> None:
    (line,) = lines(record, *payments)
    assert (line.kind, line.due, line.arrears) == (kind, due, arrears)


def test_a_month_that_came_later_is_as_told() -> None:
    seen = replace(BACK, month=Month("2025-07"), issued=day("2025-07-20"), state=STATE.SEEN)
    stop = told(SUSPEND, "2025-04", STATE.SEEN)
    assert lines(drawing(stop, replace(seen, arrears=(JUNE,))), paid("2025-07", 2 * DUE)) == []
    between = replace(BACK, state=STATE.SEEN)  # June itself came with July, with the arrears
    (line,) = lines(drawing(between), paid("2025-07", 4 * DUE))
    assert (line.kind, line.due, line.paid) == (LineKind.AS_TOLD, 0, 0)


def test_a_month_paid_short_and_made_up_later_is_as_told() -> None:
    stop = told(SUSPEND, "2025-07", STATE.ISSUED)
    back = replace(BACK, month=Month("2025-07"), issued=day("2025-07-20"), arrears=(JUNE,))
    (line,) = lines(drawing(stop, back), paid(JUNE, 100), paid("2025-07", 2 * DUE - 100))
    assert (line.kind, line.due, line.paid, line.difference) == (LineKind.AS_DUE, 100, 100, 0)


def test_whom_no_roster_lists_for_a_benefit_is_unknown() -> None:
    record = drawing(BACK)
    other = lines(record, paid(fen=3 * DUE), paid(fen=5_000, benefit=OLD))[-1]
    assert (other.kind, other.benefit, other.paid, other.payee) == (LineKind.NOT_LISTED, OLD, 5_000, "")


def test_of_what_is_neither_due_nor_paid_nor_told_nothing_is_said() -> None:
    assert lines(drawing(since="2025-07-20")) == []
    assert lines(a_record(a_person(), [an_entitlement("outpatient_chronic")])) == []
    relief = a_record(a_person(), [an_entitlement("outpatient_chronic", fen=0)])
    (line,) = lines(relief, paid(fen=3_000, benefit=BenefitCode("outpatient_chronic")))
    assert line.paid == 3_000


def test_an_instruction_stands_on_the_sheets_of_its_months() -> None:
    stop = told(SUSPEND, "2025-05", STATE.ISSUED)
    assert [concerns(stop, Month(m)) for m in ("2025-04", "2025-05", "2025-06")] == [False, True, True]
    seen = replace(stop, state=STATE.SEEN, changed=day("2025-06-12"))
    assert [concerns(seen, Month(m)) for m in ("2025-05", "2025-06", "2025-07")] == [True, True, False]
    assert not concerns(replace(stop, state=STATE.SEEN), JUNE)


def test_every_kind_is_said_in_both_languages() -> None:
    assert reconciliation_texts.KINDS.keys() == reconciliation_texts.TO_DO.keys() == set(LineKind)


MONTHS = st.sampled_from([Month(f"2025-0{n}") for n in range(3, 8)])
ORDERS = st.builds(
    lambda kind, month, state, about, fen: told(kind, month, state, *sorted(about), fen=fen),
    st.sampled_from(KIND),
    MONTHS,
    st.sampled_from(STATE),
    st.sets(MONTHS, max_size=3),
    st.integers(0, 3 * DUE),
)
PAYMENTS = st.builds(
    paid,
    MONTHS,
    st.integers(1, 3 * DUE),
    st.sampled_from([PENSION, OLD, BenefitCode("disability_care_subsidy")]),
)
STANDS = st.sampled_from([{}, STOPPED, ENDED, {"since": "2025-05-15"}])


@settings(max_examples=200, deadline=None)
@given(st.lists(ORDERS, max_size=4), st.lists(PAYMENTS, max_size=6), STANDS, MONTHS, st.booleans())
def test_every_payment_and_every_instruction_stands_in_exactly_one_line(
    orders: list[Instruction], payments: list[Payment], stands: dict[str, Any], month: Month, dead: bool
) -> None:
    once = tuple({order.name: order for order in orders}.values())
    record = drawing(*once, deceased_on="2025-04-10" if dead else None, **stands)
    found = lines(record, *payments, month=month)
    assert sum(line.paid for line in found) == sum(p.fen for p in payments if p.month == month)
    assert len({line.benefit for line in found}) == len(found)
    named = sorted(name for line in found for name in line.orders)
    assert named == sorted(order.name for order in once if concerns(order, month))
    assert all(line.arrears >= 0 and line.owed >= 0 for line in found)
    assert all(line.difference == 0 for line in found if line.kind in (LineKind.AS_DUE, LineKind.AS_TOLD))
    totals = Totals()
    for line in found:
        totals += line
    assert totals.paid == totals.due + totals.arrears + totals.difference


def test_totals_count_their_lines_and_add_up() -> None:
    found = lines(drawing(BACK), paid(fen=3 * DUE), paid(fen=5_000, benefit=OLD))
    total = sum(found, Totals())
    assert (total.lines, total.paid) == (len(found), sum(line.paid for line in found))
