"""When the next home visit may be made (rule 10 c, visit outcomes)."""

import pytest

from chalicelib.engine.suspension.visits import next_visit_days, visits_made
from chalicelib.model import ObjectionState, VisitOutcome, VisitPurpose
from tests.events import RULES
from tests.people import a_case, a_record, a_visit, an_objection, day

POLICY = RULES.policy
DUE = day("2025-06-30")
ON = day("2025-06-16")


@pytest.mark.parametrize(
    ("visits", "days", "why"),
    [
        ((), ("2025-06-16", "2025-07-01"), "the first"),
        (
            (a_visit("2025-06-16 10:00"),),
            ("2025-06-26", "2025-07-06"),
            "the second ten days after the notice",
        ),
        (
            (a_visit("2025-06-16 10:00"), a_visit("2025-06-27 10:15")),
            ("2025-06-28", "2025-07-08"),
            "a third for the wrong hour: at once, on another day",
        ),
        (
            (a_visit("2025-06-16 09:30"), a_visit("2025-06-27 10:20")),
            ("2025-06-28", "2025-07-08"),
            "fifty minutes later is the same hour, though it is called another",
        ),
        (
            (a_visit("2025-06-10 10:00", notice_left=False),),
            ("2025-06-20", "2025-06-30"),
            "no notice left: ten days after the visit",
        ),
        (
            (a_visit("2025-06-16 10:00", VisitOutcome.HOSPITALISED),),
            ("2025-07-16", "2025-07-26"),
            "hospitalised: again in thirty days",
        ),
        ((a_visit("2025-06-16 10:00", VisitOutcome.AWAY),), ("2025-08-15", "2025-08-25"), "away: in sixty"),
        ((a_visit("2025-06-16 10:00", VisitOutcome.MOVED),), ("2025-07-16", "2025-07-26"), "moved"),
        ((a_visit("2025-06-16 10:00", None),), ("2025-06-16", "2025-07-01"), "not made for lack of staff"),
        ((a_visit("2025-06-16 10:00", made=None),), ("2025-06-16", "2025-07-01"), "without a time"),
        ((a_visit("2025-06-16 10:00", due="2024-06-30"),), ("2025-06-16", "2025-07-01"), "of another period"),
        (
            (a_visit("2025-06-16 10:00", purpose=VisitPurpose.VERIFY),),
            ("2025-06-16", "2025-07-01"),
            "about a suspicion",
        ),
        (
            (a_visit("2025-06-10 10:00"), a_visit("2025-06-15 10:00", VisitOutcome.SEEN)),
            ("2025-06-16", "2025-07-01"),
            "seen since: begins anew",
        ),
    ],
)
def test_when_the_next_visit_is_to_be_made(visits: tuple, days: tuple[str, str], why: str) -> None:  # type: ignore[type-arg]
    on = max((v.made.date() for v in visits if v.made), default=ON)
    record = a_record(visits=visits)
    assert next_visit_days(record, DUE, max(ON, on), POLICY) == (day(days[0]), day(days[1])), why


@pytest.mark.parametrize(
    ("outcome", "days", "why"),
    [
        (VisitOutcome.NOT_FOUND, ("2025-06-21", "2025-07-06"), "before it was upheld: the first again"),
        (VisitOutcome.REFUSED, ("2025-06-21", "2025-07-06"), "refused, and put right since"),
        (VisitOutcome.AWAY, ("2025-08-15", "2025-08-25"), "an absence explained is explained"),
    ],
)
def test_after_an_objection_was_upheld(outcome: VisitOutcome, days: tuple[str, str], why: str) -> None:
    upheld = an_objection(ObjectionState.UPHELD, decided=day("2025-06-20"))
    visit = a_visit("2025-06-16 10:00", outcome)
    record = a_record(visits=[visit], objections=[upheld])
    assert next_visit_days(record, DUE, day("2025-06-21"), POLICY) == (day(days[0]), day(days[1])), why
    assert len(visits_made(record, DUE, day("2025-06-19"))) == 1  # of that day nobody had said so yet


@pytest.mark.parametrize(
    ("opened", "counted", "why"),
    [
        ("2025-06-16", 1, "of this walk, and of the very day"),
        ("2025-06-17", 0, "closed since, and opened again: nobody has been there"),
    ],
)
def test_a_case_opened_again_counts_no_visit_of_the_walk_before(opened: str, counted: int, why: str) -> None:
    record = a_record(visits=[a_visit("2025-06-16 10:00")], cases=[a_case(opened=day(opened))])
    assert len(visits_made(record, DUE, ON)) == counted, why
