"""并号存疑 · What shows that two numbers found to be one person's may be two people's after all (rules 14 and
19).

An officer to whom it was shown, an objection under the number left behind that was upheld, somebody met by
hand under that number, a roster that goes on listing it: none separates anything by itself. Two people who
had no part in joining them decide within a working day; until then everything goes on as it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.mistaken_confirmation import asked_of_two
from chalicelib.engine.suspicion.restart import LISTS_ON
from chalicelib.model import (
    EvidenceKey,
    PersonId,
    PersonRecord,
    Proves,
    Reason,
    Route,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_DECIDE: Final = (
    "，两个号码可能是两个人。须由未参与原认定的两名工作人员在一个工作日内核对两份证件后决定：确系两人的予以确认，"
    "两个号码拆开，各按本人情况办理；确系一人的予以排除。决定之前一切照常。",
    ": the two numbers may be two people's. Two people who had no part in joining them look at both "
    "documents within one working day: confirm if they are two, and each goes on by itself; clear it if they "
    "are one. Until then everything goes on.",
)
_OBJECTED: Final = ("以被并号码提出的异议成立", "An objection under the number left behind has been upheld")


def joined_by(record: PersonRecord, other: PersonId) -> Suspicion | None:
    """By what people have found another number to be this person's; None where that does not stand."""
    return next(
        (
            s
            for s in record.suspicions
            if (s.kind, s.state) == (SuspicionKind.TWO_NUMBERS, SuspicionState.CONFIRMED) and s.other == other
        ),
        None,
    )


def shown_to(
    record: PersonRecord, other: PersonId, because: str, by: str, rules: RuleBook, on: date
) -> Suspicion | None:
    """What two others decide once an officer was shown that it was wrong; None where they have it already.

    Whoever raises it decides nothing.
    """
    asked = _asked(record, other, (f"工作人员提出：{because}", f"An officer says: {because}"), rules, on)
    return None if asked is None else replace(asked, raised_by=by)


def objected(record: PersonRecord, other: PersonId, rules: RuleBook, on: date) -> Suspicion | None:
    """What two others decide once an objection under the number left behind was upheld."""
    return _asked(record, other, _OBJECTED, rules, on)


def met_under(
    record: PersonRecord, other: PersonId, keys: Iterable[EvidenceKey], rules: RuleBook, on: date
) -> Suspicion | None:
    """What two others decide once somebody was met, or seen by their own face, under the number left behind.

    What happened before they were joined, or before the last answer, was known then and asks nothing. Data
    ask nothing: a department may go on writing the number that it has always had.
    """
    joined = joined_by(record, other)
    if joined is None:
        return None
    closed = [s.closed for s in record.suspicions if s.about == joined.name or s is joined]
    known = max((day for day in closed if day is not None), default=date.min)
    seen = max((key.day for key in by_hand(keys, rules)), default=date.min)
    if seen <= known:
        return None
    shown = (
        f"{zh_day(seen)}有人以被并号码当面认证",
        f"Somebody was met under the number left behind on {seen}",
    )
    return _asked(record, other, shown, rules, on)


def still_listed(
    record: PersonRecord, other: PersonId, listed: date, rules: RuleBook, on: date
) -> Suspicion | None:
    """What two others decide once a roster goes on listing the number left behind; asked once.

    It has the time of one more pay run to hear of the joining.
    """
    joined = joined_by(record, other)
    if joined is None or listed <= (joined.closed or joined.opened) + LISTS_ON:
        return None
    if any(s.about == joined.name for s in record.suspicions):
        return None
    shown = (
        f"{zh_day(listed)}的名册仍列有被并号码",
        f"The roster of {listed} goes on listing the number left behind",
    )
    return _asked(record, other, shown, rules, on)


def by_hand(keys: Iterable[EvidenceKey], rules: RuleBook) -> tuple[EvidenceKey, ...]:
    """Those by which a person was seen by somebody, or by their own face."""
    return tuple(key for key in keys if _is_by_hand(key, rules))


def _is_by_hand(key: EvidenceKey, rules: RuleBook) -> bool:
    event = rules.events.get((key.feed, key.event))
    return event is not None and event.proves is Proves.PRESENCE and event.route is not Route.SILENT


def _asked(
    record: PersonRecord, other: PersonId, shown: tuple[str, str], rules: RuleBook, on: date
) -> Suspicion | None:
    joined = joined_by(record, other)
    taken = [s for s in record.suspicions if s.kind is SuspicionKind.REVERSAL]
    if joined is None or any(s.about == joined.name and s.state is SuspicionState.OPEN for s in taken):
        return None
    zh, en = (said + decide for said, decide in zip(shown, _DECIDE, strict=True))
    return asked_of_two(joined, taken, Reason(SuspicionKind.REVERSAL.value, zh, en), rules, on)
