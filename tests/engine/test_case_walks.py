"""What other times and visits would have made of a year's cases: messages, visits, lists, checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.engine.rehearsal import case_walk_rows
from chalicelib.engine.rehearsal.case_walks import CaseWalks, Walk, checks, course
from chalicelib.engine.rules.policy import Policy
from chalicelib.model import (
    Close,
    EvidenceKey,
    FeedId,
    KeyGroup,
    PersonId,
    PersonRecord,
    Route,
    StepOutcome,
    Word,
)
from tests.events import RULES
from tests.people import a_case, a_message, a_person, a_record, a_visit, an_entitlement, day

ON = day("2025-09-01")
DUE = "2025-06-30"
NOW = RULES.policy
VISITS = [
    a_visit("2025-06-12 10:00"),
    a_visit("2025-06-22 19:00", number=2),
    a_visit("2025-06-26 10:00", number=3, through=Close.NEIGHBOUR, word=Word.DOES_NOT_KNOW),
]


def otherwise(**sections: dict[str, Any]) -> Policy:
    """The policy with some values of some sections changed."""
    changed = {name: getattr(NOW, name).model_copy(update=values) for name, values in sections.items()}
    return NOW.model_copy(update=changed)


def reminding(*days_before: int) -> dict[str, Any]:
    reminders = [
        r.model_copy(update={"days_before": d})
        for r, d in zip(NOW.timeline.reminders, days_before, strict=True)
    ]
    return {"timeline": {"reminders": tuple(reminders)}}


def a_walk(closed: str | None = None, **named: Any) -> PersonRecord:
    """A case of June, with its visits; closed by a certificate on a day."""
    case = a_case(DUE, opened=day("2025-05-16"))
    if closed is not None:
        case = replace(case, closed=day(closed), outcome=StepOutcome.CERTIFIED)
    given = {"cases": [case], "visits": [], "messages": [a_message()], **named}
    return a_record(given.pop("person", None), [an_entitlement(certified_until=DUE)], **given)


def walked(after: Policy, *records: PersonRecord) -> CaseWalks:
    walks = CaseWalks(RULES, NOW, after, ON)
    for record in records:
        walks.take(record)
    return walks.finish()


def counted(walks: CaseWalks, walk: Walk) -> tuple[int, int]:
    return walks.now[walk], walks.then[walk]


def test_the_same_values_change_nothing() -> None:
    walks = walked(otherwise(), a_walk(), a_walk("2025-06-01"), a_walk(visits=VISITS))
    assert not walks.differ
    assert walks.counts == {}
    assert walks.now == walks.then


@pytest.mark.parametrize(
    ("days_before", "closed", "moved", "messages"),
    [
        ((60, 30), None, Walk.FIRST_MESSAGE_EARLIER, (2, 2)),
        ((30, 25), None, Walk.FIRST_MESSAGE_LATER, (2, 2)),
        ((30, 25), "2025-05-25", Walk.NO_MESSAGE_ANY_MORE, (1, 0)),
        ((60, 30), "2025-05-10", Walk.MESSAGE_NEWLY, (0, 1)),
    ],
)
def test_messages_on_other_days(
    days_before: tuple[int, ...], closed: str | None, moved: Walk, messages: tuple[int, int]
) -> None:
    """First at -45 and -25, due on 30 June; whoever was certified before is sent none."""
    walks = walked(otherwise(**reminding(*days_before)), a_walk(closed))
    assert walks.differ
    assert {
        walk: n for walk, n in walks.counts.items() if walk.value.startswith(("first", "no_m", "message"))
    } == {moved: 1}
    assert counted(walks, Walk.MESSAGES) == messages


def test_visits_that_come_too_late_to_be_made() -> None:
    earlier, later = (otherwise(timeline={"visit_days_before": d}) for d in (24, 10))
    certified = a_walk("2025-06-08")
    assert counted(walked(earlier, certified), Walk.VISITS) == (0, 1)
    assert counted(walked(later, a_walk("2025-06-15")), Walk.VISITS) == (1, 0)
    at_once = a_walk("2025-06-08", person=a_person(key_groups={KeyGroup.INCAPACITATED}))
    assert counted(walked(later, at_once), Walk.VISITS) == (1, 1), "visited as the case opens, by both"


@pytest.mark.parametrize(
    ("after", "walk", "why"),
    [
        (
            otherwise(visits={"second_after_notice_days": 20}),
            Walk.NO_LIST_ANY_MORE,
            "the second came too early",
        ),
        (
            otherwise(timeline={"visit_days_before": 30}),
            Walk.LIST_EARLIER,
            "ten days earlier: the list of June",
        ),
        (otherwise(suspension={"list_day": 27}), Walk.LIST_EARLIER, "a list after the third visit"),
    ],
)
def test_lists_of_another_month(after: Policy, walk: Walk, why: str) -> None:
    walks = walked(after, a_walk(visits=VISITS))
    lists = {w for w in walks.counts if "list" in w.value}
    assert lists == {walk}, why


def test_visits_that_begin_later_reach_a_later_list() -> None:
    """The third on 3 July, nineteen days later: past the list of July."""
    visits = [
        *VISITS[:2],
        a_visit("2025-07-03 10:00", number=3, through=Close.NEIGHBOUR, word=VISITS[2].word),
    ]
    walks = walked(otherwise(timeline={"visit_days_before": 1}), a_walk(visits=visits))
    assert walks.counts[Walk.LIST_LATER] == 1


def test_newly_on_a_list() -> None:
    later = [*VISITS[:1], replace(VISITS[1], number=2), VISITS[2]]
    strict = otherwise(visits={"second_after_notice_days": 20})
    walks = CaseWalks(RULES, strict, NOW, ON)
    walks.take(a_walk(visits=later))
    assert walks.counts[Walk.LIST_NEWLY] == 1
    case = a_walk("2025-07-18", visits=VISITS).cases[0]
    assert course(a_walk(visits=VISITS), case, NOW, ON).listed is None, "certified before its list"


def test_what_comes_next_for_whoever_has_no_case() -> None:
    waiting = a_record(None, [an_entitlement(certified_until="2026-01-31")])
    assert walked(otherwise(**reminding(60, 25)), waiting).counts == {Walk.NEXT_MESSAGE_EARLIER: 1}
    assert walked(otherwise(**reminding(30, 25)), waiting).counts == {Walk.NEXT_MESSAGE_LATER: 1}
    dead = a_record(a_person(deceased_on="2025-08-01"), [an_entitlement(certified_until="2026-01-31")])
    joined = a_record(a_person(joined_to=PersonId("B" * 26)), [an_entitlement(certified_until="2026-01-31")])
    nothing = a_record(None, [])
    assert walked(otherwise(**reminding(60, 25)), dead, joined, nothing).counts == {}


def test_only_a_year_back() -> None:
    old = a_record(
        None,
        [],
        cases=[replace(a_case("2024-06-30"), closed=day("2024-07-01"), outcome=StepOutcome.CERTIFIED)],
    )
    assert walked(otherwise(**reminding(60, 25)), old).cases == 0


def test_checks_of_a_month() -> None:
    key = EvidenceKey(date(2025, 8, 2), FeedId("hospital_inpatient"), "admitted")
    silent = an_entitlement(certified_until=DUE, valid_until="2026-08-01", route=Route.SILENT, evidence=key)
    more = otherwise(rechecks={"silent_most_percent": 100})
    walks = walked(more, *(a_record(None, [silent]) for _ in range(40)))
    assert counted(walks, Walk.CHECKS_OF_SILENT) == (1, checks(0, 40, more.rechecks)[1])
    assert walks.then[Walk.CHECKS_OF_SILENT] > 20


def test_the_report_says_each_in_both_languages() -> None:
    assert case_walk_rows.TITLES.keys() == set(Walk)
    walks = walked(otherwise(**reminding(60, 30)), a_walk())
    rows = case_walk_rows.rows(walks)
    assert ("messages", "提醒次数", "2", "2", "") in rows
    assert ("first message on an earlier day", "首次提醒提前", "", "", "1") in rows
