"""How quiet it was: messages and visits that data made needless, and what the dead drew.

Whom data certified is told by the cases as they closed; how long the dead were paid, by the town alone.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from chalicelib.model import REMINDERS, Case, Message, PersonRecord, Route, Template, VisitPurpose
from sandbox.checks.truth import Truth
from sandbox.report.outcomes import way_of
from sandbox.town.feed_profile import Habits
from sandbox.town.kinds_of_life import KINDS

Json = dict[str, Any]

MANY: Final = 3  # reminders of one person in a run: more are noise


def noise_of(truth: Truth) -> Json:
    """First reminders and visits to people whom data certified in the end, and reminders by person."""
    firsts: Counter[bool] = Counter()
    visits: Counter[bool] = Counter()
    reminded: Counter[int] = Counter()
    for index, record in truth.records.items():
        reminded[index] = sum(message.template in REMINDERS for message in record.messages)
        for case in record.cases:
            by_data = case.route is Route.SILENT
            firsts[by_data] += _reminded(record, case) is not None
            visits[by_data] += sum(
                v.purpose is VisitPurpose.CERTIFY and v.about == case.due.isoformat() for v in record.visits
            )
    return {
        "first_reminders_before_data": {"value": firsts[True], "of": firsts.total()},
        "visits_before_data": {"value": visits[True], "of": visits.total()},
        "reminded_more_than_three_times": {
            "value": sum(count > MANY for count in reminded.values()),
            "of": len(truth.records),
        },
        "most_reminders": {"value": max(reminded.values(), default=0), "of": reminded.total()},
    }


def _reminded(record: PersonRecord, case: Case) -> Message | None:
    """The first reminder of a case, if there was one."""
    about = case.due.isoformat()
    firsts = (Template.REMIND, Template.SELF_CERTIFY)
    return next((m for m in record.messages if m.template in firsts and m.about == about), None)


def paid_to_the_dead(truth: Truth) -> tuple[int, int]:
    """(person-months, fen) that were paid for months after the one in which somebody died."""
    months, fen = set(), 0
    for (index, _, month), paid in truth.scene.diary.paid.items():
        dies_on = truth.scene.town.people[index].life.dies_on
        if dies_on is not None and month > f"{dies_on:%Y-%m}":
            months.add((index, month))
            fen += paid
    return len(months), fen


def lives_of(truth: Truth) -> list[Json]:
    """How many lived each kind of life, and how it ended with them, by way.

    `known`: whether the feeds of the pack know such a life at all.
    """
    rows = []
    known = Habits.of(truth.pack.feeds)
    for kind in KINDS:
        those = [person.index for person in truth.scene.town.people if person.kind == kind.name]
        ended = Counter(way_of(truth, index) for index in those if index in truth.records)
        rows.append({"kind": kind.name, "title": kind.zh, "people": len(those), "ended": dict(ended)})
        rows[-1]["known"] = kind.known(known)
    return rows
