"""When a case does what, in civil days; a case opened late still gives every step its time."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.calendar.periods import days_of
from chalicelib.engine.rules.case_times import Reminder
from chalicelib.engine.suspension.timeline import (
    NOT_AT_ALL,
    Opening,
    cases_close_on,
    comes_due,
    is_far_from_a_case,
    is_list_open,
    never_suspended,
    next_list_day,
    opening,
    opens_on,
    plan_case,
    resting,
    seconds_until,
    window_days,
)
from chalicelib.model import Case, Entitlement, EntitlementStatus, Route, StateName, StepOutcome, Template
from tests.events import RULES
from tests.people import a_case, a_person, a_record, a_suspicion, an_entitlement, day

POLICY = RULES.policy
A_DAY = 86_400
DUE = day("2025-06-30")
RELIEF = an_entitlement("outpatient_chronic", certified_until="2025-02-19", fen=0)


def closed(due: str, on: str, outcome: StepOutcome = StepOutcome.CLOSED) -> Case:
    return Case(day(due), day(due), 1, StateName.CLOSE_CASE, outcome=outcome, closed=day(on))


@pytest.mark.parametrize(
    ("on", "months", "days", "deadline", "why"),
    [
        ("2025-05-16", 12, (20, 5), "2025-06-30", "as the case opens: -45, -25, a visit from -20 on"),
        ("2025-06-01", 12, (5, 5), "2025-06-30", "opened late: each step keeps its least time"),
        ("2025-06-25", 12, (5, 5), "2025-07-05", "five days before the end: told a day that can be met"),
        ("2025-08-01", 12, (5, 5), "2025-08-11", "after the end"),
        ("2025-05-31", 6, (14, 5), "2025-06-30", "half a year: -30, -16, -11"),
        ("2025-06-15", 3, (7, 5), "2025-06-30", "a quarter: -15, -8, -3"),
    ],
)
def test_waits_of_a_case(on: str, months: int, days: tuple[int, int], deadline: str, why: str) -> None:
    plan = plan_case(DUE, months, day(on), POLICY)
    assert (plan.remind // A_DAY, plan.self_certify // A_DAY) == days, why
    assert plan.remind_again == NOT_AT_ALL
    assert plan.home_visit == 15 * A_DAY, "a second visit: ten days after the notice, within five more"
    assert plan.deadline == day(deadline), why


def test_a_policy_may_remind_twice() -> None:
    first, last = POLICY.timeline.reminders
    again = Reminder(template=Template.REMIND_AGAIN, days_before=35, why="再次提醒")
    timeline = POLICY.timeline.model_copy(update={"reminders": (first, again, last)})
    plan = plan_case(DUE, 12, day("2025-05-16"), POLICY.model_copy(update={"timeline": timeline}))
    assert (plan.remind // A_DAY, plan.remind_again // A_DAY, plan.self_certify // A_DAY) == (10, 10, 5)


@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(-120, 120), st.sampled_from([2, 3, 6, 9, 12])
)
def test_every_wait_is_whole_days_and_never_too_short(due: date, late: int, months: int) -> None:
    plan = plan_case(due, months, due - timedelta(days=late), POLICY)
    for wait in (plan.remind, plan.self_certify, plan.home_visit):
        assert wait % A_DAY == 0
        assert wait >= POLICY.timeline.least_days_per_step * A_DAY
    assert plan.deadline >= due


@pytest.mark.parametrize(
    ("months", "days", "opens"),
    [(12, 90, 45), (9, 90, 45), (6, 60, 30), (3, 30, 15), (2, 20, 10)],
)
def test_window_and_messages_shrink_with_the_period(months: int, days: int, opens: int) -> None:
    assert window_days(months, POLICY) == days
    assert days <= days_of(months) / 3
    assert opens_on(DUE, months, POLICY) == DUE - timedelta(days=opens)


def test_the_latest_period_about_which_a_case_may_be_open() -> None:
    assert cases_close_on(day("2025-05-16"), POLICY) == DUE


@pytest.mark.parametrize(
    ("entitlements", "about", "why"),
    [
        ([], None, "nothing"),
        ([an_entitlement(certified_until=DUE)], Opening(DUE, 12), "its first message is due"),
        ([an_entitlement(certified_until="2025-07-01")], None, "tomorrow"),
        ([an_entitlement(certified_until=DUE, months=3)], None, "a quarter's: in a month"),
        (
            [an_entitlement(certified_until="2025-06-20", months=3), an_entitlement(certified_until=DUE)],
            Opening(day("2025-06-20"), 12),
            "what opens first opens for all",
        ),
        ([RELIEF], Opening(RELIEF.valid_until, 12), "never suspended, and asked about all the same"),
        ([RELIEF, an_entitlement(certified_until=DUE)], Opening(DUE, 12), "what can be suspended first"),
        ([RELIEF, an_entitlement(certified_until="2025-07-01")], Opening(RELIEF.valid_until, 12), "tomorrow"),
        ([an_entitlement(certified_until=DUE, status=EntitlementStatus.TERMINATED)], None, "ended"),
    ],
)
def test_whose_case_opens(entitlements: list[Entitlement], about: Opening | None, why: str) -> None:
    told = opening(entitlements, day("2025-05-16"), POLICY, never_suspended=never_suspended(RULES))
    assert told == about, why


@pytest.mark.parametrize(
    ("cases", "rests", "filed", "why"),
    [
        ([], None, "2025-02-19", "never asked"),
        ([closed("2025-02-19", "2025-02-21")], "2025-08-20", "2025-06-30", "the pension comes first"),
        ([closed("2025-02-19", "2025-02-19")], "2025-08-18", "2025-06-30", "closed on its last day"),
        ([closed("2025-02-19", "2025-02-10")], None, "2025-02-19", "asked before its end, and not since"),
        ([closed("2025-02-18", "2025-02-21")], None, "2025-02-19", "asked about an earlier end"),
        ([closed("2025-03-30", "2025-04-21")], "2025-10-18", "2025-06-30", "asked beside something else"),
        ([closed("2025-06-10", "2025-05-10")], "2025-06-10", "2025-06-30", "once more when the end has come"),
        ([closed("2024-10-19", "2024-11-01")], None, "2025-02-19", "half a year ago"),
        ([closed("2025-02-19", "2025-02-21", StepOutcome.CERTIFIED)], None, "2025-02-19", "certified then"),
        ([Case(day("2025-02-19"), DUE, 1, StateName.REMIND)], None, "2025-02-19", "being asked"),
    ],
)
def test_what_is_never_suspended_rests_once_it_was_asked_about_in_vain(
    cases: list[Case], rests: str | None, filed: str, why: str
) -> None:
    drawn = [RELIEF, an_entitlement(certified_until=DUE)]
    record, on = a_record(a_person(), drawn, cases=cases), day("2025-05-16")
    told = {} if rests is None else {RELIEF.benefit: day(rests)}
    assert resting(record, RULES, on) == told, why
    assert comes_due(record, RULES, on) == day(filed), why


def test_a_relief_alone_is_filed_for_the_day_on_which_its_rest_is_over() -> None:
    asked = closed("2025-02-19", "2025-02-21")
    record, on = a_record(a_person(), [RELIEF], cases=[asked]), day("2025-05-16")
    filed = comes_due(record, RULES, on)
    assert filed == cases_close_on(day("2025-08-20"), POLICY)
    assert comes_due(a_record(a_person(), []), RULES, on) is None


@pytest.mark.parametrize(
    ("on", "heard_of", "months", "opens", "why"),
    [
        ("2025-05-16", "2025-05-01", 12, False, "heard of a fortnight ago: not yet"),
        ("2025-06-04", "2025-05-01", 12, False, "nor on the eve of the second message"),
        ("2025-06-05", "2025-05-01", 12, True, "then like everybody"),
        ("2025-05-16", "2025-02-15", 12, False, "90 days ago"),
        ("2025-05-16", "2025-02-14", 12, True, "91 days ago: long enough"),
        ("2025-06-15", "2025-06-10", 3, False, "a quarter's: its second message is due"),
        ("2025-06-22", "2025-06-10", 3, True, "eight days before its end"),
        ("2025-06-15", "2025-03-31", 3, False, "certified by that very trace, a quarter ago"),
        ("2025-06-15", "2025-03-16", 3, True, "and by one of before the quarter"),
    ],
)
def test_whoever_was_heard_of_lately_is_spoken_to_later(
    on: str, heard_of: str, months: int, opens: bool, why: str
) -> None:
    drawn = [an_entitlement(certified_until=DUE, months=months)]
    assert (opening(drawn, day(on), POLICY, day(heard_of)) is not None) is opens, why
    times = POLICY.timeline.model_copy(update={"heard_within_days": None})
    stored = POLICY.model_copy(update={"timeline": times})
    told = opening(drawn, day(on), stored)
    assert opening(drawn, day(on), stored, day(heard_of)) == told, "where a policy says nothing of it"


@pytest.mark.parametrize(
    ("on", "months", "expected", "opens", "why"),
    [
        ("2025-05-16", 12, ["2025-05-16"], False, "a file is due today: read first"),
        ("2025-05-16", 12, ["2025-05-23"], False, "in a week"),
        ("2025-05-16", 12, ["2025-05-24"], True, "in eight days: too long"),
        ("2025-05-20", 12, ["2025-05-23", "2025-06-20"], False, "one of two"),
        ("2025-05-24", 12, ["2025-05-24"], True, "a weekly one is not waited for again and again"),
        ("2025-05-20", 12, ["2025-05-19"], True, "it has come, or nobody knows when it will"),
        ("2025-06-28", 3, ["2025-06-30"], True, "a quarter's: a week has passed since its message was due"),
        ("2025-06-20", 3, ["2025-06-22"], False, "within the period"),
        ("2025-05-15", 12, ["2025-05-30"], False, "not yet due at all"),
    ],
)
def test_a_file_that_is_due_within_days_is_read_first(
    on: str, months: int, expected: list[str], opens: bool, why: str
) -> None:
    drawn = [an_entitlement(certified_until=DUE, months=months)]
    days = [day(each) for each in expected]
    assert (opening(drawn, day(on), POLICY, expected=days) is not None) is opens, why
    times = POLICY.timeline.model_copy(update={"awaits_files_days": None})
    stored = POLICY.model_copy(update={"timeline": times})
    told = opening(drawn, day(on), stored)
    assert opening(drawn, day(on), stored, expected=days) == told, "where a policy says nothing of it"


def test_no_file_is_waited_for_past_the_end_of_the_period() -> None:
    drawn = [an_entitlement(certified_until=DUE)]
    assert opening(drawn, day("2025-06-30"), POLICY, expected=[day("2025-07-01")]) is not None
    times = POLICY.timeline.model_copy(update={"awaits_files_days": 60})
    longer = POLICY.model_copy(update={"timeline": times})
    assert opening(drawn, day("2025-06-29"), longer, expected=[DUE]) is None
    assert opening(drawn, day("2025-06-29"), longer, expected=[day("2025-07-01")]) is not None


@pytest.mark.parametrize(
    ("on", "route", "opens", "why"),
    [
        ("2025-05-16", None, True, "as the roster says: forty-five days before"),
        ("2025-05-16", Route.VISIT, True, "seen at home: nobody knows of any data"),
        ("2025-05-16", Route.SILENT, False, "certified by data: data first, again"),
        ("2025-06-05", Route.SILENT, True, "then like everybody"),
    ],
)
def test_whom_data_certified_last_is_spoken_to_later(
    on: str, route: Route | None, opens: bool, why: str
) -> None:
    drawn = [replace(an_entitlement(certified_until=DUE), route=route)]
    assert (opening(drawn, day(on), POLICY) is not None) is opens, why
    times = POLICY.timeline.model_copy(update={"later_where_silent": False})
    stored = POLICY.model_copy(update={"timeline": times})
    assert (opening(drawn, day(on), stored) is not None) is (on >= "2025-05-16"), "a policy without it"


FAR = [
    ("2025-04-15", 12, {}, True, "a case may open on 16 May, in 31 days"),
    ("2025-04-16", 12, {}, False, "within a month"),
    ("2025-05-15", 3, {}, True, "of a quarter it opens on 15 June"),
    ("2025-05-16", 3, {}, False, "within a month"),
    ("2025-04-15", 12, {"cases": (a_case("2024-06-30"),)}, False, "a case waits for it"),
    ("2025-04-15", 12, {"suspicions": (a_suspicion(),)}, False, "it may contradict what is suspected"),
]


@pytest.mark.parametrize(("on", "months", "also", "is_far", "why"), FAR)
def test_who_is_far_from_a_case(on: str, months: int, also: dict[str, Any], is_far: bool, why: str) -> None:
    record = a_record(entitlements=[an_entitlement(certified_until=DUE, months=months)], **also)
    assert is_far_from_a_case(record, RULES, day(on)) is is_far, why


@pytest.mark.parametrize(
    ("on", "next_", "open_"),
    [
        ("2025-06-19", "2025-06-20", False),
        ("2025-06-20", "2025-06-20", True),
        ("2025-06-24", "2025-07-20", True),
        ("2025-06-25", "2025-07-20", False),
        ("2025-12-21", "2026-01-20", True),
    ],
)
def test_lists_are_drawn_up_on_the_twentieth(on: str, next_: str, open_: bool) -> None:
    assert next_list_day(day(on), POLICY) == day(next_)
    assert is_list_open(day(on), POLICY) is open_


def test_no_wait_is_shorter_than_a_day() -> None:
    assert seconds_until(day("2025-06-10"), day("2025-06-10")) == A_DAY
    assert seconds_until(day("2025-06-13"), day("2025-06-10")) == 3 * A_DAY
