"""What is owed and what is overpaid follows every payments file (rules 15 to 18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.calendar.periods import months_between
from chalicelib.engine.money.account import settled
from chalicelib.engine.money.adjustment import adjustment, unexplained
from chalicelib.engine.money.pay_run import Run, is_overdue, shown
from chalicelib.engine.suspicion.reckoning import account, first_not_due, reckoned
from chalicelib.model import (
    BenefitCode,
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
from tests.people import PENSION, a_key, a_person, a_record, a_suspicion, an_entitlement, day

ON = day("2025-06-12")
DUE = 15_000
OLD = BenefitCode("old_age_allowance")
KIND, STATE = InstructionKind, InstructionState


def paid(*months: str, fen: int = DUE, on: str = "") -> list[Payment]:
    return [Payment(PENSION, Month(m), fen, day(on or f"{m}-10")) for m in months]


def months(first: str, last: str) -> tuple[Month, ...]:
    return months_between(Month(first), Month(last))


def told(kind: KIND, month: str, fen: int, *about: str, **named: Any) -> Instruction:
    given = {"reason": "x", "state": STATE.ISSUED, "issued": day(f"{month}-01"), **named}
    return Instruction(PENSION, kind, Month(month), fen, arrears=tuple(map(Month, about)), **given)


def confirmed(kind: SuspicionKind = SuspicionKind.DEATH, on: str = "2025-01-10", **named: Any) -> Suspicion:
    given = {"closed": day("2025-02-20"), "benefit": None, **named}
    return a_suspicion(kind, on, SuspicionState.CONFIRMED, **given)


def ended(*suspicions: Suspicion, told: tuple[Instruction, ...] = (), **named: Any) -> PersonRecord:
    given = {"status": EntitlementStatus.TERMINATED, "stopped_from": Month("2025-02"), **named}
    return a_record(a_person(), [an_entitlement(**given)], suspicions=suspicions, instructions=told)


def after(record: PersonRecord, orders: tuple[Instruction, ...]) -> PersonRecord:
    return replace(record, instructions=tuple({i.name: i for i in (*record.instructions, *orders)}.values()))


def said(orders: tuple[Instruction, ...]) -> list[tuple[KIND, str, int, STATE]]:
    return [(i.kind, i.month, i.fen, i.state) for i in orders]


ENDINGS = {
    "died": [confirmed()],
    "in custody": [confirmed(SuspicionKind.CUSTODY, evidence=a_key("custody/sentence", "2025-01-10"))],
    "condition lost": [confirmed(SuspicionKind.CONDITION, benefit=PENSION)],
    "own wish": [],
}


@pytest.mark.parametrize("suspicions", ENDINGS.values(), ids=ENDINGS)
def test_what_is_paid_after_an_end_is_recovered_however_late_files_come(suspicions: list[Suspicion]) -> None:
    record = ended(*suspicions)
    assert reckoned(record, paid("2024-12", "2025-01"), RULES, ON) == ()
    (first,) = reckoned(record, paid("2025-01", "2025-02"), RULES, ON)
    assert said((first,)) == [(KIND.RECOVER, "2025-02", DUE, STATE.ISSUED)]
    record = after(record, (replace(first, state=STATE.ACKNOWLEDGED),))
    payments = paid("2025-01", "2025-02", "2025-03", "2025-04", "2025-05")
    (grown,) = reckoned(record, payments, RULES, day("2025-07-12"))
    assert said((grown,)) == [(KIND.RECOVER, "2025-02", 4 * DUE, STATE.ISSUED)]
    assert "2025-02…2025-05 4 × 150.00" in grown.reason
    assert (grown.issued, grown.arrears) == (day("2025-07-12"), months("2025-02", "2025-05"))
    record = after(record, (grown,))
    assert reckoned(record, payments, RULES, ON) == (), "the same again changes nothing"
    (less,) = reckoned(record, payments[:-1], RULES, ON)
    assert (less.fen, less.state, less.issued) == (3 * DUE, STATE.ISSUED, grown.issued)
    record = after(record, reckoned(record, payments[:1], RULES, ON))
    assert said(record.instructions) == [(KIND.RECOVER, "2025-02", 0, STATE.CANCELLED)]
    (again,) = reckoned(record, payments, RULES, ON)
    assert (again.fen, again.state) == (4 * DUE, STATE.ISSUED)


def test_what_was_paid_back_is_not_asked_for_again_and_what_people_called_off_stays_so() -> None:
    payments = paid("2025-02", "2025-03")
    back = told(KIND.RECOVER, "2025-02", DUE, "2025-02", state=STATE.SEEN)
    (rest,) = reckoned(ended(confirmed(), told=(back,)), payments, RULES, ON)
    assert said((rest,)) == [(KIND.RECOVER, "2025-03", DUE, STATE.ISSUED)]
    off = replace(back, state=STATE.CANCELLED)
    assert reckoned(ended(confirmed(), told=(off,)), payments, RULES, ON) == ()


LATE = told(KIND.RESUME, "2025-03", 0, issued=day("2025-03-27"))


@pytest.mark.parametrize(
    ("payments", "more", "owed"),
    [
        (paid("2025-04"), (), ("2025-03",)),
        (paid("2025-05"), (), ("2025-03", "2025-04")),
        (paid("2025-03", on="2025-03-30"), (), ()),
        (paid("2025-03") + paid("2025-04"), (), ()),  # the run of the month had paid them all the same
        (paid("2025-04", fen=2 * DUE), (), ()),
        ([], (), ()),
        (paid("2025-05"), (told(KIND.SUSPEND, "2025-04", DUE),), ("2025-03",)),
    ],
)
def test_the_month_of_a_resumption_for_which_no_run_was_left_is_owed(
    payments: list[Payment], more: tuple[Instruction, ...], owed: tuple[str, ...]
) -> None:
    record = after(a_record(a_person(), [an_entitlement()]), (LATE, *more))
    orders = [i for i in reckoned(record, payments, RULES, ON) if i.kind is KIND.RESUME]
    assert [(i.arrears, i.fen) for i in orders] == ([(owed, len(owed) * DUE)] if owed else [])
    for order in orders:
        assert reckoned(after(record, (order,)), payments, RULES, ON) == (), "the same again changes nothing"
    seen = after(record, (replace(LATE, state=STATE.SEEN),))
    orders = [i for i in reckoned(seen, payments, RULES, ON) if i.kind is KIND.RESUME]
    assert [(i.month, i.arrears) for i in orders] == ([("2025-06", owed)] if owed else [])


def test_of_whoever_was_suspended_and_then_died_only_what_came_after_the_death_is_overpaid() -> None:
    record = ended(confirmed(), stopped_from=Month("2024-11"))
    ends = told(KIND.TERMINATE, "2025-02", 3 * DUE, "2024-11", "2024-12", "2025-01")
    record = after(record, (replace(ends, reason="deceased, confirmed; the amount is owed to the heirs"),))
    heirs, demand = reckoned(record, paid("2024-11", "2025-02"), RULES, ON)
    assert said((heirs, demand)) == [
        (KIND.TERMINATE, "2025-02", 2 * DUE, STATE.ISSUED),
        (KIND.RECOVER, "2025-02", DUE, STATE.ISSUED),
    ]
    assert heirs.reason.endswith("owed to the heirs; arrears 2024-12…2025-01 2 × 150.00")
    everything = paid("2024-11", "2024-12", "2025-01")
    (nothing,) = reckoned(record, everything, RULES, ON)
    assert (nothing.fen, nothing.reason) == (DUE, "deceased, confirmed"), "the monthly amount that stops"


def test_what_was_found_before_a_resumption_is_settled_by_it() -> None:
    old = confirmed(
        SuspicionKind.CUSTODY,
        "2024-03-10",
        closed=day("2024-03-20"),
        evidence=a_key("custody/awaiting_judgment", "2024-03-10"),
    )
    resumed = told(KIND.RESUME, "2024-06", 0, state=STATE.SEEN)
    record = ended(old, confirmed(), told=(resumed,))
    assert first_not_due(record, record.entitlements[0], RULES, ON) == "2025-02"
    sentenced = replace(old, closed=day("2024-07-20"), evidence=a_key("custody/sentence", "2024-03-10"))
    record = ended(sentenced, confirmed(), told=(resumed,), stopped_from=Month("2024-04"))
    assert first_not_due(record, record.entitlements[0], RULES, ON) == "2024-04"


@pytest.mark.parametrize("status", [EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED])
def test_a_suspension_takes_nothing_back(status: EntitlementStatus) -> None:
    assert reckoned(ended(status=status), paid("2025-02", "2025-03"), RULES, ON) == ()


def test_what_is_no_monthly_payment_is_never_reckoned() -> None:
    record = a_record(a_person(), [an_entitlement("outpatient_chronic")])
    assert reckoned(record, paid("2025-02"), RULES, ON) == ()


# --- arrears ---------------------------------------------------------------------------------------

RESUMED = told(KIND.RESUME, "2025-04", 3 * DUE, "2025-01", "2025-02", "2025-03", reason="certified again")


def drawing(*orders: Instruction, suspicions: tuple[Suspicion, ...] = ()) -> PersonRecord:
    return a_record(a_person(), instructions=orders, suspicions=suspicions)


def state_after(order: Instruction, payments: list[Payment], run: str, *, covers: bool = True) -> STATE:
    record = drawing(order)
    mine = account(record, record.entitlements[0], payments, RULES, ON)
    by_month: dict[Month, int] = {}
    for payment in payments:
        by_month[payment.month] = by_month.get(payment.month, 0) + payment.fen
    return shown(order, Run(Month(run), covers), mine, by_month, ON).state


def test_arrears_that_come_with_a_later_month_are_credited_to_their_own() -> None:
    payments = paid("2025-04", fen=4 * DUE)
    record = drawing(RESUMED)
    assert reckoned(record, payments, RULES, ON) == (), "done: what was ordered stays said"
    assert state_after(RESUMED, payments, "2025-04") is STATE.SEEN
    assert {p.month: p.fen for p in settled(record, payments, RULES)} == dict.fromkeys(
        months("2025-01", "2025-04"), DUE
    )
    assert unexplained(record, payments, RULES) == []
    assert state_after(RESUMED, paid("2025-04"), "2025-04") is STATE.ISSUED, "the month's own is no arrears"
    assert state_after(RESUMED, paid("2025-01", "2025-02", "2025-03"), "2025-04") is STATE.ISSUED


def test_arrears_in_two_parts_leave_the_rest_to_be_paid() -> None:
    (rest,) = reckoned(drawing(RESUMED), paid("2025-04", fen=3 * DUE), RULES, ON)
    assert (rest.fen, rest.reason) == (DUE, "certified again; arrears 2025-03 150.00")


def test_a_month_that_the_bank_had_paid_on_is_not_paid_again() -> None:
    (less,) = reckoned(drawing(RESUMED), paid("2025-01"), RULES, ON)
    assert less.fen == 2 * DUE
    (anew,) = reckoned(drawing(replace(RESUMED, state=STATE.LISTED)), paid("2025-01"), RULES, ON)
    assert (anew.fen, anew.state, anew.issued) == (2 * DUE, STATE.ISSUED, ON)
    (none,) = reckoned(drawing(RESUMED), paid("2025-01", "2025-02", "2025-03"), RULES, ON)
    assert (none.fen, none.reason) == (0, "certified again; arrears 0")


def test_a_month_paid_twice_because_its_file_came_late_is_a_question() -> None:
    seen = replace(RESUMED, state=STATE.SEEN)
    payments = [*paid("2025-04", fen=4 * DUE), *paid("2025-01")]
    beside = [Payment(OLD, Month("2025-04"), 1, ON)]  # a benefit that nobody knows the person to draw
    (twice,) = unexplained(drawing(seen), payments + beside, RULES)
    assert (twice.month, twice.paid, twice.due.fen) == ("2025-04", 2 * DUE, DUE)
    assert reckoned(drawing(seen), payments, RULES, ON) == ()


def test_a_month_that_came_back_after_all_is_owed_by_an_order_of_its_own() -> None:
    seen = replace(RESUMED, state=STATE.SEEN, fen=2 * DUE)  # January had been paid on
    record = drawing(seen)
    payments = paid("2025-04", fen=3 * DUE)  # and came back
    (order,) = reckoned(record, payments, RULES, day("2025-04-28"))
    assert said((order,)) == [(KIND.RESUME, "2025-05", DUE, STATE.ISSUED)]
    assert (order.arrears, order.reason) == (("2025-03",), "certified again; arrears 2025-03 150.00")
    record = after(record, (order,))
    assert reckoned(record, payments, RULES, ON) == (), "ordered once"
    raised = replace(record.entitlements[0], fen=DUE + 1_000)
    seen = replace(record, entitlements=(raised,), instructions=(replace(seen, fen=3 * DUE),))
    assert reckoned(seen, paid("2025-04", fen=4 * DUE + 1_000), RULES, ON) == (), "a rise is no arrears"
    assert unexplained(record, payments, RULES) == []


def test_what_was_recovered_in_error_comes_back_with_the_arrears() -> None:
    back = told(KIND.RESUME, "2025-04", 3 * DUE, "2025-03", given_back=2 * DUE)
    assert state_after(back, paid("2025-04", fen=3 * DUE), "2025-04") is STATE.ISSUED
    assert state_after(back, paid("2025-04", fen=4 * DUE), "2025-04") is STATE.SEEN
    (less,) = reckoned(drawing(back), paid("2025-03"), RULES, ON)
    assert less.fen == 2 * DUE


def test_an_order_that_does_not_say_its_months_is_explained_by_its_sum() -> None:
    old = told(KIND.RESUME, "2025-04", 2 * DUE)
    for month in ("2025-04", "2025-05"):
        assert unexplained(drawing(old), paid(month, fen=3 * DUE), RULES) == []
        assert reckoned(drawing(old), paid(month, fen=3 * DUE), RULES, ON) == ()
    assert state_after(old, paid("2025-04", fen=3 * DUE), "2025-04") is STATE.SEEN


# --- what a run shows ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [KIND.SUSPEND, KIND.PAUSE, KIND.TERMINATE])
def test_a_stop_is_seen_in_a_run_that_pays_others(kind: KIND) -> None:
    stop = told(kind, "2025-04", DUE)
    assert state_after(stop, [], "2025-04") is STATE.SEEN
    assert state_after(stop, [], "2025-04", covers=False) is STATE.ISSUED
    assert state_after(stop, paid("2025-04"), "2025-04") is STATE.ISSUED
    assert state_after(replace(stop, state=STATE.LISTED), [], "2025-04") is STATE.SEEN, "late, and done"
    assert state_after(replace(stop, state=STATE.CANCELLED), [], "2025-04") is STATE.CANCELLED


def test_no_payment_shows_what_was_paid_back() -> None:
    assert state_after(told(KIND.RECOVER, "2025-04", DUE), [], "2025-04") is STATE.ISSUED


def test_what_heirs_were_paid_is_seen_and_overpaid_to_nobody() -> None:
    heirs = told(KIND.PAY_HEIRS, "2025-04", 2 * DUE, "2024-12", "2025-01")
    record = ended(confirmed(), told=(heirs,))
    mine = account(record, record.entitlements[0], paid("2025-04", fen=2 * DUE), RULES, ON)
    assert (mine.owed_by(heirs), mine.after_the_end.fen) == (0, 0)
    assert shown(heirs, Run(Month("2025-04"), covers=True), mine, {}, ON).state is STATE.SEEN
    unpaid = account(record, record.entitlements[0], (), RULES, ON)
    assert shown(heirs, Run(Month("2025-04"), covers=True), unpaid, {}, ON) == heirs


def test_time_alone_makes_an_instruction_overdue() -> None:
    stop = told(KIND.SUSPEND, "2025-04", DUE)
    assert not is_overdue(stop, RULES.policy, day("2025-06-02"))
    assert is_overdue(stop, RULES.policy, day("2025-06-03"))
    assert not is_overdue(replace(stop, state=STATE.SEEN), RULES.policy, day("2025-06-03"))


# --- a wrong amount, confirmed ---------------------------------------------------------------------


def wrong(state: SuspicionState = SuspicionState.CONFIRMED, closed: str = "2025-06-12") -> Suspicion:
    return a_suspicion(
        SuspicionKind.WRONG_AMOUNT, "2025-04-01", state, benefit=PENSION, closed=day(closed), evidence=None
    )


def adjusted(*payments: Payment, on: str = "2025-06-12", **named: Any) -> tuple[Instruction, ...]:
    suspicion = wrong(closed=on)
    record = drawing(suspicions=(suspicion,), **named)
    return adjustment(record, suspicion, payments, RULES, day(on))


def test_too_little_is_paid_in_arrears() -> None:
    (order,) = adjusted(*paid("2025-04", "2025-05", fen=13_000), *paid("2025-03"))
    assert said((order,)) == [(KIND.ADJUST, "2025-07", 4_000, STATE.ISSUED)]
    assert order.arrears == ("2025-04", "2025-05")
    assert order.reason == (
        "paid otherwise than due; too little 2025-04…2025-05 2 × 20.00; due a month 150.00"
    )
    assert state_after(order, [*paid("2025-04", "2025-05", fen=13_000), *paid("2025-07")], "2025-07") is (
        STATE.ISSUED
    )
    whole = [*paid("2025-04", "2025-05", fen=13_000), *paid("2025-07", fen=DUE + 4_000)]
    assert state_after(order, whole, "2025-07") is STATE.SEEN
    record = drawing(order, suspicions=(wrong(),))
    assert unexplained(record, whole, RULES) == []
    assert reckoned(record, whole, RULES, ON) == (), "done: what was ordered stays said"


def test_too_much_is_recovered_and_nothing_is_taken_from_a_payment() -> None:
    orders = adjusted(*paid("2025-04", fen=21_000), on="2025-06-28")
    assert said(orders) == [
        (KIND.ADJUST, "2025-08", -6_000, STATE.ISSUED),  # decided after the cut-off day
        (KIND.RECOVER, "2025-08", 6_000, STATE.ISSUED),
    ]
    assert "paid more than was due: 2025-04 60.00; those concerned are heard" in orders[1].reason
    right = [*paid("2025-04", fen=21_000), *paid("2025-08")]
    assert state_after(orders[0], right, "2025-08") is STATE.SEEN
    assert state_after(orders[0], paid("2025-04", "2025-08", fen=21_000), "2025-08") is STATE.ISSUED


def test_some_months_too_little_and_others_too_much_are_two_sums() -> None:
    orders = adjusted(*paid("2025-03", fen=14_000), *paid("2025-04", fen=21_000))
    assert [i.fen for i in orders] == [1_000, 6_000]
    assert (orders[0].arrears, orders[1].arrears) == (("2025-03", "2025-04"), ("2025-04",))


def test_it_is_told_once_and_only_of_a_wrong_amount() -> None:
    payments = paid("2025-04", fen=13_000)
    record = after(drawing(suspicions=(wrong(),)), adjusted(*payments))
    assert adjustment(record, wrong(), payments, RULES, ON) == ()
    assert adjusted(*paid("2025-04")) == (), "right after all"
    assert adjustment(record, confirmed(), payments, RULES, ON) == ()
    nobody = replace(wrong(), benefit=None)
    assert adjustment(record, nobody, payments, RULES, ON) == ()


def test_a_late_file_belongs_to_the_adjustment_that_no_payment_has_shown_yet() -> None:
    payments = paid("2025-04", fen=21_000)
    record = after(drawing(suspicions=(wrong(),)), adjusted(*payments))
    assert reckoned(record, payments, RULES, ON) == ()
    late = [*payments, *paid("2025-02", fen=21_000), *paid("2025-03", fen=14_000)]
    orders = reckoned(record, late, RULES, ON)
    assert said(orders) == [
        (KIND.ADJUST, "2025-07", 1_000, STATE.ISSUED),
        (KIND.RECOVER, "2025-07", 12_000, STATE.ISSUED),
    ]
    assert orders[0].arrears == ("2025-02", "2025-03", "2025-04")
    record = after(record, orders)
    corrected = reckoned(record, paid("2025-02", "2025-03", "2025-04"), RULES, ON)
    assert said(corrected) == [
        (KIND.ADJUST, "2025-07", 0, STATE.CANCELLED),
        (KIND.RECOVER, "2025-07", 0, STATE.CANCELLED),
    ]


def test_what_an_adjustment_recovers_does_not_end_with_the_payment() -> None:
    payments = [*paid("2024-12", fen=21_000), *paid("2025-02", "2025-03")]
    suspicion = wrong(closed="2025-01-20")
    orders = adjustment(drawing(suspicions=(suspicion,)), suspicion, payments[:1], RULES, day("2025-01-20"))
    record = after(ended(confirmed(), suspicion), orders)
    assert said(reckoned(record, payments, RULES, ON)) == [(KIND.RECOVER, "2025-02", 2 * DUE, STATE.ISSUED)]


def test_a_later_month_that_is_wrong_again_is_looked_into_anew() -> None:
    payments = paid("2025-04", fen=13_000)
    record = after(drawing(suspicions=(wrong(),)), adjusted(*payments))
    more = [*payments, *paid("2025-07", fen=13_000)]
    assert [d.month for d in unexplained(record, more, RULES)] == ["2025-07"]
    cleared = drawing(suspicions=(wrong(SuspicionState.CLEARED),))
    assert [d.month for d in unexplained(cleared, more, RULES)] == ["2025-07"]
    undated = drawing(suspicions=(replace(wrong(), closed=None),))
    assert len(unexplained(undated, more, RULES)) == 2


def test_found_wrong_where_no_band_holds_nothing_was_due() -> None:
    """Their last word counts: found right, what is rostered was due; found wrong, what the bands say."""
    her = a_record(a_person("1940-01-01"), [an_entitlement(OLD, fen=6_000)])
    found = replace(wrong(), benefit=OLD)
    right = replace(found, state=SuspicionState.CLEARED, closed=day("2025-05-01"))
    payments = [Payment(OLD, Month("2025-06"), 6_000, ON)]
    record = replace(her, suspicions=(found, right))
    orders = adjustment(record, found, payments, RULES, ON)
    assert said(orders) == [
        (KIND.ADJUST, "2025-07", -1_000, STATE.ISSUED),
        (KIND.RECOVER, "2025-07", 1_000, STATE.ISSUED),
    ]
    assert reckoned(after(record, orders), payments, RULES, ON) == ()


# --- one-off payments, and a pause before a judgment ------------------------------------------------


def test_a_one_off_payment_for_a_month_after_the_end_is_recovered_too() -> None:
    aid = an_entitlement("medical_aid", status=EntitlementStatus.TERMINATED, stopped_from=Month("2025-02"))
    record = a_record(a_person(), [aid], suspicions=[confirmed()])
    settled_then = [
        Payment(BenefitCode("medical_aid"), Month(m), 80_000, day("2025-04-10"))
        for m in ("2025-01", "2025-04")
    ]
    (order,) = reckoned(record, settled_then, RULES, ON)
    assert (order.benefit, order.kind, order.arrears, order.fen) == (
        "medical_aid",
        KIND.RECOVER,
        ("2025-04",),
        80_000,
    )
    living = a_record(a_person(), [an_entitlement("medical_aid")])
    assert reckoned(living, settled_then, RULES, ON) == ()


AWAITING = confirmed(SuspicionKind.CUSTODY, evidence=a_key("custody/awaiting_judgment", "2025-01-10"))
SENTENCED = confirmed(SuspicionKind.CUSTODY, "2025-03-10", evidence=a_key("custody/sentence", "2025-03-10"))
DEAD = confirmed(SuspicionKind.DEATH, "2025-05-10", closed=day("2025-05-20"))
PAUSED = EntitlementStatus.PAUSED


@pytest.mark.parametrize(
    ("suspicions", "status", "first", "why"),
    [
        ([AWAITING], PAUSED, "2025-02", "alive: nothing is due while judgment is awaited"),
        ([AWAITING, DEAD], PAUSED, "2025-06", "died before any judgment: due through the month of death"),
        ([AWAITING, DEAD], EntitlementStatus.TERMINATED, "2025-06", "and still so once it has ended"),
        ([AWAITING, SENTENCED, DEAD], EntitlementStatus.TERMINATED, "2025-02", "sentenced: never paid back"),
        ([DEAD], PAUSED, "2025-06", "their own wish ends nothing by itself"),
    ],
)
def test_who_dies_before_a_judgment_was_owed_the_months_of_the_pause(
    suspicions: list[Suspicion], status: EntitlementStatus, first: str, why: str
) -> None:
    record = ended(*suspicions, status=status)
    (entitlement,) = record.entitlements
    assert first_not_due(record, entitlement, RULES, ON) == first, why
