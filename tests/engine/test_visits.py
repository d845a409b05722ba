"""Which visits count as failed, and when and how the next one is made (rule 10 c, visit outcomes)."""

from dataclasses import replace

import pytest

from chalicelib.engine.suspension.visits import failed_on, failures, next_visit, visited_at_once, visits_made
from chalicelib.model import (
    AreaCode,
    Close,
    HalfDay,
    KeyGroup,
    ObjectionState,
    Visit,
    VisitManner,
    VisitOutcome,
    VisitPurpose,
    Word,
)
from tests.events import RULES
from tests.people import a_case, a_person, a_record, a_visit, an_objection, day

POLICY = RULES.policy
DUE = day("2025-06-30")
ON = day("2025-06-16")


ANY, EVENING, CLOSE = VisitManner.ANY_TIME, VisitManner.EVENING_OR_WEEKEND, VisitManner.SOMEBODY_CLOSE
ASKED = {"through": Close.NEIGHBOUR, "word": Word.DOES_NOT_KNOW}
FIRST = a_visit("2025-06-10 10:00")
EVENING_OF_THE_20TH = a_visit("2025-06-20 19:00")


@pytest.mark.parametrize(
    ("visits", "days", "manner", "why"),
    [
        ((), ("2025-06-16", "2025-06-23"), ANY, "the first"),
        (
            (a_visit("2025-06-16 10:00"),),
            ("2025-06-26", "2025-07-01"),
            EVENING,
            "the second ten days after the notice, at another time of day or week",
        ),
        (
            (a_visit("2025-06-14 10:00"),),
            ("2025-06-24", "2025-06-29"),
            CLOSE,
            "the first was made on a Saturday",
        ),
        (
            (FIRST, a_visit("2025-06-20 10:15")),
            ("2025-06-23", "2025-06-28"),
            EVENING,
            "both in the morning of a working day: soon again, and otherwise",
        ),
        ((FIRST, EVENING_OF_THE_20TH), ("2025-06-23", "2025-06-28"), CLOSE, "the third asks somebody close"),
        (
            (FIRST, a_visit("2025-06-20 19:00", **ASKED)),
            ("2025-06-23", "2025-06-28"),
            CLOSE,
            "one visit cannot be both",
        ),
        (
            (FIRST, EVENING_OF_THE_20TH, a_visit("2025-06-23 10:00", **ASKED)),
            ("2025-06-26", "2025-07-01"),
            ANY,
            "nothing is left to try: for a sign of life",
        ),
        (
            (FIRST, a_visit("2025-06-20 12:00", half_day=HalfDay.EVENING)),
            ("2025-06-23", "2025-06-28"),
            CLOSE,
            "a sheet knows no hour, and says the evening",
        ),
        (
            (a_visit("2025-06-20 19:00", half_day=HalfDay.MORNING),),
            ("2025-06-30", "2025-07-05"),
            EVENING,
            "what the sheet says counts",
        ),
        (
            (a_visit("2025-06-10 10:00", notice_left=False),),
            ("2025-06-20", "2025-06-25"),
            EVENING,
            "no notice left: ten days after the visit",
        ),
        (
            (a_visit("2025-06-16 10:00", VisitOutcome.HOSPITALISED),),
            ("2025-07-16", "2025-07-21"),
            ANY,
            "hospitalised: again in thirty days",
        ),
        (
            (a_visit("2025-06-16 10:00", VisitOutcome.AWAY),),
            ("2025-08-15", "2025-08-20"),
            ANY,
            "away: in sixty",
        ),
        ((a_visit("2025-06-16 10:00", VisitOutcome.MOVED),), ("2025-07-16", "2025-07-21"), ANY, "moved"),
        (
            (FIRST, a_visit("2025-06-16 10:00", through=Close.NEIGHBOUR, word=Word.ALIVE)),
            ("2025-08-15", "2025-08-20"),
            ANY,
            "lately seen by a neighbour: in sixty days, and everything anew",
        ),
        (
            (a_visit("2026-07-06 10:00", through=Close.RELATIVE, word=Word.ALIVE),),
            ("2026-07-16", "2026-07-21"),
            EVENING,
            "a year after the end of the period words hold no more",
        ),
        ((a_visit("2025-06-16 10:00", None),), ("2025-06-16", "2025-06-23"), ANY, "not made: no staff"),
        ((a_visit("2025-06-16 10:00", made=None),), ("2025-06-16", "2025-06-23"), ANY, "without a time"),
        (
            (a_visit("2025-06-16 10:00", due="2024-06-30"),),
            ("2025-06-16", "2025-06-23"),
            ANY,
            "another period",
        ),
        (
            (a_visit("2025-06-16 10:00", purpose=VisitPurpose.VERIFY),),
            ("2025-06-16", "2025-06-23"),
            ANY,
            "about a suspicion",
        ),
        (
            (FIRST, a_visit("2025-06-15 10:00", VisitOutcome.SEEN)),
            ("2025-06-16", "2025-06-23"),
            ANY,
            "seen since: begins anew",
        ),
    ],
)
def test_when_and_how_the_next_visit_is_to_be_made(
    visits: tuple[Visit, ...], days: tuple[str, str], manner: VisitManner, why: str
) -> None:
    on = max((v.made.date() for v in visits if v.made), default=ON)
    record = a_record(visits=visits)
    assert next_visit(record, DUE, max(ON, on), POLICY) == (day(days[0]), day(days[1]), manner), why


NEIGHBOUR = a_visit("2025-06-23 10:00", **ASKED)


@pytest.mark.parametrize(
    ("visits", "on", "why"),
    [
        ((FIRST, EVENING_OF_THE_20TH), None, "two"),
        ((FIRST, EVENING_OF_THE_20TH, NEIGHBOUR), "2025-06-23", "three, each in its way"),
        ((NEIGHBOUR, EVENING_OF_THE_20TH, FIRST), "2025-06-23", "in whatever order they were reported"),
        (
            (FIRST, a_visit("2025-06-21 10:00"), NEIGHBOUR),
            "2025-06-23",
            "a Saturday is as good as an evening",
        ),
        ((FIRST, a_visit("2025-06-20 17:59"), NEIGHBOUR), None, "nobody came when whoever works is at home"),
        ((FIRST, EVENING_OF_THE_20TH, a_visit("2025-06-23 10:00")), None, "nobody was asked"),
        (
            (FIRST, a_visit("2025-06-20 10:00"), a_visit("2025-06-23 19:00", **ASKED)),
            None,
            "one visit is not both",
        ),
        ((FIRST, a_visit("2025-06-19 19:00"), NEIGHBOUR), None, "the second nine days after the notice"),
        (
            (FIRST, a_visit("2025-06-20 10:00", **ASKED), a_visit("2025-06-20 19:00")),
            None,
            "two of them on one day",
        ),
        ((a_visit("2025-06-20 10:00", refused_in_writing=True),), "2025-06-20", "refused in writing"),
        (
            (FIRST, EVENING_OF_THE_20TH, a_visit("2025-06-23 10:00", through=Close.HELPER, word=Word.ALIVE)),
            None,
            "the helper has seen her",
        ),
    ],
)
def test_what_three_failed_visits_are(visits: tuple[Visit, ...], on: str | None, why: str) -> None:
    made = visits_made(a_record(visits=visits), DUE, day("2025-07-20"))
    failed = failures(made, DUE, POLICY)
    assert failed_on(failed, [day("2025-05-16")], POLICY.visits) == (day(on) if on else None), why


@pytest.mark.parametrize(
    ("groups", "phone", "at_once", "why"),
    [
        ((), True, False, "most people"),
        ((), False, False, "a printed notice reaches whoever has no phone"),
        ((KeyGroup.DISABLED,), True, False, "data, message and self-service first, as for everybody"),
        ((KeyGroup.EMPTY_NEST,), False, True, "nobody can call"),
        ((KeyGroup.INCAPACITATED,), True, True, "no message can speak to them"),
    ],
)
def test_who_is_visited_as_the_case_opens(
    groups: tuple[KeyGroup, ...], phone: bool, at_once: bool, why: str
) -> None:
    person = a_person(key_groups=frozenset(groups), has_phone=phone)
    assert visited_at_once(person, POLICY) is at_once, why


@pytest.mark.parametrize(
    ("outcome", "days", "why"),
    [
        (VisitOutcome.NOT_FOUND, ("2025-06-21", "2025-06-28"), "before it was upheld: the first again"),
        (VisitOutcome.REFUSED, ("2025-06-21", "2025-06-28"), "refused, and put right since"),
        (VisitOutcome.AWAY, ("2025-08-15", "2025-08-20"), "an absence explained is explained"),
    ],
)
def test_after_an_objection_was_upheld(outcome: VisitOutcome, days: tuple[str, str], why: str) -> None:
    upheld = an_objection(ObjectionState.UPHELD, decided=day("2025-06-20"))
    visit = a_visit("2025-06-16 10:00", outcome)
    record = a_record(visits=[visit], objections=[upheld])
    assert next_visit(record, DUE, day("2025-06-21"), POLICY)[:2] == (day(days[0]), day(days[1])), why
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


@pytest.mark.parametrize(
    ("area", "outcome", "wherever", "counts", "why"),
    [
        ("341602001001", VisitOutcome.NOT_FOUND, False, True, "where she lives"),
        (None, VisitOutcome.NOT_FOUND, False, True, "of before anybody noted where"),
        ("341621001001", VisitOutcome.NOT_FOUND, False, False, "nobody looked for her behind her own door"),
        ("341621001001", VisitOutcome.REFUSED, False, False, "whoever refused there was another"),
        ("341621001001", VisitOutcome.AWAY, False, True, "an absence explained is explained"),
        ("341621001001", VisitOutcome.NOT_FOUND, True, True, "as it was then"),
    ],
)
def test_a_door_behind_which_the_person_lives_no_more(
    area: str | None, outcome: VisitOutcome, wherever: bool, counts: bool, why: str
) -> None:
    person = replace(a_person(), area=AreaCode("341602001001"))
    record = a_record(person, visits=[a_visit("2025-06-16 10:00", outcome, area=area)])
    assert bool(visits_made(record, DUE, day("2025-07-20"), wherever=wherever)) is counts, why


def test_what_she_signed_stands_wherever_she_lives() -> None:
    signed = a_visit("2025-06-16 10:00", VisitOutcome.REFUSED, area="341621001001", refused_in_writing=True)
    assert visits_made(a_record(visits=[signed]), DUE, day("2025-07-20"))
