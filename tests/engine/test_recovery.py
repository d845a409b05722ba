"""A recovery in its legal order: heard, decided, set off, asked back, settled; exact to the fen (rule 17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.calendar.periods import months_between
from chalicelib.engine.money import recovery as order
from chalicelib.engine.money.recoverable import by_order
from chalicelib.engine.rules.benefits import Offset
from chalicelib.engine.rules.money_policy import MoneyTerms
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    HearingAnswer,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Recovery,
    RecoveryState,
    Way,
)
from tests.events import RULES
from tests.people import PENSION, day

ON = day("2025-06-02")
RULES_NOW = RULES.benefit_on(PENSION, ON)
FEBRUARY, MARCH, APRIL = Month("2025-02"), Month("2025-03"), Month("2025-04")
HEARING, DECIDED, DEMANDED = RecoveryState.HEARING, RecoveryState.DECIDED, RecoveryState.DEMANDED
FINISHED, CALLED_OFF = RecoveryState.FINISHED, RecoveryState.CALLED_OFF
NOBODY: frozenset[str] = frozenset()


def opened(fen: int = 40_000, month: Month = FEBRUARY) -> Recovery:
    (new,) = order.followed((), PENSION, FEBRUARY, {month: fen}, ON)
    return new


def heard(fen: int = 40_000) -> Recovery:
    return order.heard(order.asked(opened(fen), ON), HearingAnswer.ACCEPTED, "worker")


def decided(fen: int = 40_000, owed: int = 0, **available: int) -> Recovery:
    offsets = {Offset(name): each for name, each in available.items()}
    return order.decided(heard(fen), "去世后发放", offsets, owed, "d-1", "li", RULES_NOW, ON)


def demanded(fen: int = 40_000) -> Recovery:
    return order.demanded(decided(fen), "li", ON, 30)


def follow(before: Recovery, *more: Recovery, **months: int) -> tuple[Recovery, ...]:
    names = {"february": FEBRUARY, "march": MARCH, "april": APRIL}
    wanted = {names[name]: fen for name, fen in months.items()}
    changed = order.followed((before, *more), PENSION, FEBRUARY, wanted, ON + timedelta(days=30))
    return tuple({r.number: r for r in (before, *more, *changed)}.values())


def test_the_golden_example_goes_its_whole_way() -> None:
    """15 months and 12 months; 28,174.80 + 51,547.40 = 79,722.20 yuan."""
    found: tuple[Recovery, ...] = ()
    for benefit, first, last, fen in (
        (PENSION, "2021-11", "2023-01", 2_817_480),
        (BenefitCode("land_loss_pension"), "2022-05", "2023-04", 5_154_740),
    ):
        months = months_between(Month(first), Month(last))
        each, odd = divmod(fen, len(months))
        wanted = {month: each + (n < odd) for n, month in enumerate(months)}
        found += order.followed(found, benefit, months[0], wanted, ON)
    assert [(len(r.months), r.fen) for r in found] == [(15, 2_817_480), (12, 5_154_740)]
    assert sum(r.fen for r in found) == 7_972_220
    left = 0
    for one in found:
        said = order.heard(order.asked(one, ON), HearingAnswer.HARDSHIP, "worker")
        funeral = {Offset.FUNERAL_GRANT: 1_000_000}
        after = order.decided(said, "去世后发放", funeral, 0, "d", "li", RULES_NOW, ON)
        plan = order.in_instalments(order.demanded(after, "li", ON, 30), 36, date(2025, 8, 1))
        assert sum(part.fen for part in plan.instalments) == plan.left == one.fen - 1_000_000
        for n, part in enumerate(plan.instalments):
            assert plan.next_day == part.due
            plan = order.repaid(plan, part.fen, part.due, f"r-{n}", "clerk")
        left += plan.left
        assert plan.state is FINISHED
    assert left == 0


def test_nothing_is_decided_before_those_concerned_are_heard() -> None:
    new = opened()
    for unheard in (new, order.asked(new, ON)):
        with pytest.raises(RefusedError, match="not_heard"):
            order.decided(unheard, "理由", {}, 0, "d", "li", RULES_NOW, ON + timedelta(days=3))
    with pytest.raises(RefusedError, match="not_asked"):
        order.heard(new, HearingAnswer.DISPUTED, "worker")
    silent = order.asked(new, ON)
    assert silent.answer_by == date(2025, 6, 16), "ten working days"
    after = order.decided(silent, "理由", {}, 0, "d", "li", RULES_NOW, date(2025, 6, 17))
    assert (after.state, after.left) == (DECIDED, 40_000)


def test_what_the_law_allows_is_set_off_before_anybody_is_asked_for_money() -> None:
    after = decided(40_000, owed=5_000, account_balance=50_000, funeral_grant=20_000)
    ways = {b.way: b.fen for b in after.bookings}
    assert ways == {Way.OWED_TO_HEIRS: 5_000, Way.FUNERAL_GRANT: 20_000, Way.ACCOUNT_BALANCE: 15_000}
    assert (after.state, after.left) == (FINISHED, 0)
    assert {b.way: b.fen for b in decided(4_000, owed=5_000).bookings} == {Way.OWED_TO_HEIRS: 4_000}
    allowance = RULES.benefit_on(BenefitCode("old_age_allowance"), ON)
    with pytest.raises(RefusedError, match="offset_not_allowed"):
        order.decided(heard(), "理由", {Offset.FUNERAL_GRANT: 1}, 0, "d", "li", allowance, ON)
    after = order.decided(heard(), "理由", {Offset.FUNERAL_GRANT: 0}, 0, "d", "li", allowance, ON)
    assert after.bookings == ()


@pytest.mark.parametrize(
    "step",
    [
        lambda r: order.heard(r, HearingAnswer.ACCEPTED, "w"),
        lambda r: order.decided(r, "理由", {}, 0, "d", "li", RULES_NOW, ON),
        lambda r: order.demanded(r, "li", ON, 30),
        lambda r: order.in_instalments(r, 2, ON),
        lambda r: order.repaid(r, 1, ON, "x", "li"),
        lambda r: order.closing_proposed(r, RecoveryState.WRITTEN_OFF, "理由", "zhao", NOBODY, ON),
    ],
)
def test_no_step_out_of_order(step: Callable[[Recovery], Recovery]) -> None:
    called_off = replace(opened(), state=CALLED_OFF)
    with pytest.raises(RefusedError, match="not_in_order"):
        step(called_off)


def test_a_term_is_of_working_days_and_overdue_it_is_for_a_person() -> None:
    recovery = demanded()
    assert recovery.due_by == date(2025, 7, 14), "thirty working days"
    assert not recovery.awaits_a_person(date(2025, 7, 14))
    assert recovery.awaits_a_person(date(2025, 7, 15))
    assert recovery.state is DEMANDED, "and nothing else"
    asked = order.asked(opened(), ON)
    assert [r.awaits_a_person(ON) for r in (opened(), asked, heard(), decided())] == [
        False,
        False,
        True,
        True,
    ]
    assert asked.awaits_a_person(date(2025, 6, 17))


def test_instalments_are_exact_and_an_early_part_is_not_asked_twice() -> None:
    plan = order.in_instalments(demanded(10_001), 3, date(2025, 8, 31))
    assert [(p.due, p.fen) for p in plan.instalments] == [
        (date(2025, 8, 31), 3_334),
        (date(2025, 9, 30), 3_334),
        (date(2025, 10, 31), 3_333),
    ]
    assert plan.next_day == date(2025, 8, 31)
    assert order.repaid(plan, 3_333, ON, "r1", "c").next_day == date(2025, 8, 31)
    assert order.repaid(plan, 5_000, ON, "r1", "c").next_day == date(2025, 9, 30)
    for parts in (1, 37):
        with pytest.raises(RefusedError, match="instalments"):
            order.in_instalments(demanded(), parts, ON)
    with pytest.raises(RefusedError, match="instalments"):
        order.in_instalments(demanded(2), 3, ON)


def test_terms_are_declared_and_as_they_were_for_what_was_stored_before() -> None:
    terms = MoneyTerms(hearing_working_days=5, most_instalments=3)
    assert order.asked(opened(), ON, terms).answer_by == date(2025, 6, 9)
    with pytest.raises(RefusedError, match="between 2 and 3"):
        order.in_instalments(demanded(), 4, ON, terms)
    assert len(order.in_instalments(demanded(), 3, ON, terms).instalments) == 3
    assert RULES.policy.money == MoneyTerms()


def test_the_same_reference_again_changes_nothing() -> None:
    once = order.repaid(demanded(), 10_000, ON, "bank-1", "clerk")
    assert order.repaid(once, 10_000, ON, "bank-1", "another") == once
    with pytest.raises(RefusedError, match="reference_used"):
        order.repaid(once, 20_000, ON, "bank-1", "clerk")
    assert (once.left, once.state) == (30_000, DEMANDED)


def test_what_came_too_much_goes_back_and_no_more() -> None:
    over = order.repaid(demanded(), 45_000, ON, "bank-1", "clerk")
    assert (over.state, over.left, over.to_refund, over.is_open) == (FINISHED, 0, 5_000, True)
    with pytest.raises(RefusedError, match="more_than_to_refund"):
        order.refunded(over, 5_001, ON, "back-1", "clerk")
    back = order.refunded(over, 5_000, ON, "back-1", "clerk")
    assert (back.to_refund, back.is_open, back.left) == (0, False, 0)
    assert order.refunded(back, 5_000, ON, "back-1", "clerk") == back
    assert over.awaits_a_person(ON)
    assert not back.awaits_a_person(ON)


@pytest.mark.parametrize("how", [RecoveryState.WRITTEN_OFF, RecoveryState.PASSED_ON])
def test_two_who_had_no_part_in_it_give_it_up_or_pass_it_on(how: RecoveryState) -> None:
    recovery = order.repaid(demanded(), 10_000, ON, "bank-1", "clerk")
    for involved in ("worker", "li", "clerk", "wang"):
        with pytest.raises(RefusedError, match="involved"):
            order.closing_proposed(recovery, how, "理由", involved, frozenset({"wang"}), ON)
    with pytest.raises(RefusedError, match="not_proposed"):
        order.closing_approved(recovery, "zhao", NOBODY, ON)
    proposed = order.closing_proposed(recovery, how, "家庭困难", "zhao", NOBODY, ON)
    assert proposed.state is DEMANDED
    for by, why in (("zhao", "same_person"), ("li", "involved"), ("wang", "involved")):
        with pytest.raises(RefusedError, match=why):
            order.closing_approved(proposed, by, frozenset({"wang"}), ON)
    closed = order.closing_approved(proposed, "qian", NOBODY, ON)
    assert (closed.state, closed.left, closed.is_open) == (how, 30_000, False)
    assert order.closing_approved(closed, "qian", NOBODY, ON) == closed
    later = order.repaid(closed, 31_000, ON, "bank-2", "clerk")
    assert (later.state, later.to_refund) == (how, 1_000)
    with pytest.raises(ValueError, match="finished"):
        order.closing_proposed(recovery, FINISHED, "理由", "zhao", NOBODY, ON)


def test_more_is_heard_anew() -> None:
    (first,) = follow(heard(), february=40_000, march=20_000)
    assert (first.fen, first.state, first.asked, first.answer) == (60_000, HEARING, None, None)
    one, two = follow(demanded(), february=40_000, march=20_000)
    assert (one.fen, one.state, two.fen, two.state, two.number) == (40_000, DEMANDED, 20_000, HEARING, 2)
    assert follow(one, two, february=40_000, march=20_000) == (one, two)


def test_less_is_taken_from_the_youngest_and_what_came_for_it_goes_back() -> None:
    one, two = follow(demanded(), february=40_000, march=20_000)
    one, two = follow(one, two, february=40_000)
    assert (one.state, two.state, two.fen) == (DEMANDED, CALLED_OFF, 0)
    planned = order.in_instalments(one, 4, date(2025, 8, 1))
    (shorter,) = follow(planned, february=15_000)
    assert [p.fen for p in shorter.instalments] == [10_000, 5_000]
    paid = order.repaid(planned, 20_000, ON, "r", "c")
    (reduced,) = follow(paid, february=15_000)
    assert (reduced.state, reduced.left, reduced.to_refund) == (FINISHED, 0, 5_000)
    (gone,) = follow(paid)
    assert (gone.state, gone.to_refund, gone.is_open) == (CALLED_OFF, 20_000, True)
    (again,) = (r for r in follow(gone, february=7_000) if r.state is HEARING)
    assert (again.number, again.fen) == (2, 7_000)


def test_another_instruction_has_recoveries_of_its_own() -> None:
    other = replace(opened(), number=1, since=MARCH)
    found = order.followed((other,), PENSION, FEBRUARY, {FEBRUARY: 1}, ON)
    assert [(r.number, r.since) for r in found] == [(2, FEBRUARY)]


def test_the_months_of_an_order_are_those_that_payments_show() -> None:
    told = Instruction(PENSION, InstructionKind.RECOVER, FEBRUARY, 50_000, "", InstructionState.ISSUED, ON)
    shown = {FEBRUARY: 20_000, MARCH: 20_000, APRIL: 20_000}
    assert by_order([told], shown) == {told.name: {FEBRUARY: 20_000, MARCH: 20_000, APRIL: 10_000}}
    assert by_order([told], {FEBRUARY: 1}) == {told.name: {FEBRUARY: 50_000}}, "what no file explains"
    assert by_order([replace(told, state=InstructionState.CANCELLED)], shown) == {told.name: {}}
    seen = replace(told, month=MARCH, state=InstructionState.SEEN)
    assert by_order([replace(told, fen=10_000), seen], shown) == {
        seen.name: {FEBRUARY: 20_000, MARCH: 20_000, APRIL: 10_000},
        told.name: {APRIL: 10_000},
    }, "what is settled first"
    months = replace(seen, arrears=(FEBRUARY, MARCH))
    assert by_order([months], {FEBRUARY: 20_000}) == {seen.name: {FEBRUARY: 20_000}}, "less than was settled"
    assert by_order([seen], {}) == {seen.name: {MARCH: 50_000}}, "it does not say of which months"


AMOUNTS = st.integers(1, 90_000)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wanted", "answer", "decide", "demand", "plan", "repay", "refund", "close"]),
        AMOUNTS,
        AMOUNTS,
    ),
    max_size=25,
)


def _tried(step: str, r: Recovery, a: int, b: int, n: int) -> Recovery:
    match step:
        case "answer":
            return order.heard(order.asked(r, ON) if r.state is HEARING else r, HearingAnswer.ACCEPTED, "w")
        case "decide":
            offsets = {Offset.FUNERAL_GRANT: a, Offset.ACCOUNT_BALANCE: b}
            return order.decided(r, "理由", offsets, a % 7, f"d{n}", "li", RULES_NOW, ON)
        case "demand":
            return order.demanded(r, "li", ON, 30)
        case "plan":
            return order.in_instalments(r, 2 + a % 35, ON)
        case "repay":
            return order.repaid(r, a, ON, f"r{n}", "c")
        case "refund":
            return order.refunded(r, a, ON, f"b{n}", "c")
        case _:
            how = (RecoveryState.WRITTEN_OFF, RecoveryState.PASSED_ON)[a % 2]
            proposed = order.closing_proposed(r, how, "理由", "zhao", NOBODY, ON)
            return order.closing_approved(proposed, "qian", NOBODY, ON)


@given(STEPS)
def test_never_more_is_demanded_than_overpaid_and_all_ways_add_up(steps: list[tuple[str, int, int]]) -> None:
    found: dict[int, Recovery] = {}
    wanted: dict[Month, int] = {}
    for n, (step, a, b) in enumerate(steps):
        if step == "wanted":
            wanted = {month: fen for month, fen in ((FEBRUARY, a), (MARCH, b % a)) if fen % 5}
            changed = order.followed(tuple(found.values()), PENSION, FEBRUARY, wanted, ON)
            found |= {r.number: r for r in changed}
        elif found:
            number = 1 + a % len(found)
            try:
                found[number] = _tried(step, found[number], a, b, n)
            except RefusedError:
                continue
        assert sum(r.fen for r in found.values()) == sum(wanted.values())
        for r in found.values():
            offset = r.moved(Way.FUNERAL_GRANT, Way.ACCOUNT_BALANCE, Way.OWED_TO_HEIRS)
            kept = r.moved(Way.REPAID) - r.moved(Way.REFUNDED)
            assert offset + kept + r.left == r.fen + r.to_refund, "the sum of all ways is what was overpaid"
            assert 0 <= r.left <= r.fen
            assert r.left == 0 or r.to_refund == 0
            assert r.state is not FINISHED or r.left == 0
            if r.state is DEMANDED:
                assert r.left > 0
                unpaid = sum(p.fen for p in r.instalments if p.due >= r.next_day)
                assert unpaid <= max(r.fen, 0)
            if r.state is HEARING:
                assert not r.bookings, "nothing is taken before it is decided"


def test_what_is_less_is_taken_from_the_youngest_first_and_from_the_others_only_what_is_left() -> None:
    older, younger = decided(10_000), replace(decided(10_000), number=2)
    assert [(r.number, r.fen) for r in follow(older, younger, february=15_000)] == [(1, 10_000), (2, 5_000)]
    assert [(r.number, r.fen) for r in follow(older, younger, february=6_000)] == [(1, 6_000), (2, 0)]
