"""今日待办接口 · What waits for an officer, by kind, due day and area: the numbers before the lists.

Each kind is counted as its own list would show it: by the list's line of the table (`policy`), within the
area and the authority of whoever asks. Nothing about a person is shown, so nothing is a look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, Final, TypeVar

from chalicelib import cases, clock
from chalicelib.api.answers.recipients import Today, WorkKind
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.policy import CITY_DIGITS, COUNTY_DIGITS, POLICIES, TOWNSHIP_DIGITS
from chalicelib.api.reach import Reached
from chalicelib.cases.freshness import feeds_now
from chalicelib.engine.calendar.periods import first_day
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, Message, Objection, Suspicion, Visit
from chalicelib.sources.feeds.freshness import FeedState
from chalicelib.storage.dynamodb import people, worklists

today = Audience(__name__)

COUNTED: Final = 1000
"""Lines of a kind that are counted; beyond them the figure is a lower bound (`complete` is false)."""
_VILLAGE_DIGITS: Final = 12
_LATE: Final = (FeedState.LATE, FeedState.MISSING)

T = TypeVar("T", Visit, Suspicion, Objection, Message)
Json = dict[str, Any]
Due = (
    tuple[date, str] | None
)  # the day by which something should be done, and where; None: counted no further


@today.route("GET", "/v1/today", query=("area",), answer=Today)
def show_today(call: Call) -> Json:
    """What waits for whoever asks: how many lines of each kind, by due day and by the areas below."""
    counted = (_counted(call, kind, found) for kind, found in _SOURCES.items())
    return {"as_of": call.today, "area": call.area, "kinds": [each for each in counted if each is not None]}


def _counted(call: Call, kind: WorkKind, found: Callable[[Call, Reached], Iterable[Due]]) -> Json | None:
    """One kind; None where the list is not the caller's at all."""
    path = f"/v1/{kind.value}"
    policy = POLICIES["GET", path]
    if not policy.admits(call.caller):
        return None
    lines = list(islice(found(call, Reached(policy.limits(call.caller), call.area)), COUNTED + 1))
    shown = [line for line in lines[:COUNTED] if line is not None]
    days = Counter(day for day, _ in shown)
    areas = Counter(_below(call.area, where) for _, where in shown)
    return {
        "kind": kind.value,
        "path": path,
        "waiting": len(shown),
        "overdue": sum(count for day, count in days.items() if day < call.today),
        "complete": len(lines) <= COUNTED and None not in lines,
        "by_day": [{"day": day, "waiting": count} for day, count in sorted(days.items())],
        "by_area": [{"area": area, "waiting": count} for area, count in sorted(areas.items()) if area],
    }


def _below(area: AreaCode, where: str) -> str:
    """The area one level below in which something lies; "" for what lies in none."""
    digits = (CITY_DIGITS, COUNTY_DIGITS, TOWNSHIP_DIGITS, _VILLAGE_DIGITS)
    level = next((n for n in digits if n > len(area)), _VILLAGE_DIGITS)
    return where[:level] if len(where) >= level else ""


# --- the lists, each with the day by which something should be done ---------------------------------


def _proposals(call: Call, reach: Reached) -> Iterator[Due]:
    rows = worklists.proposals(call.area)
    return ((row.item.proposed, row.area) for row in rows if any(map(reach.runs, row.item.benefits)))


def _suspicions(call: Call, reach: Reached) -> Iterator[Due]:
    for row in _concerning(worklists.suspicions(call.area), reach):
        yield None if row is None else (row.item.verify_by or row.item.opened, row.area)


def _endings(call: Call, reach: Reached) -> Iterator[Due]:
    rows = worklists.endings(call.area)
    mine = (row for row in rows if any(map(reach.runs, row.item.unsigned)))
    return ((row.item.verify_by or row.item.opened, row.area) for row in mine)


def _objections(call: Call, reach: Reached) -> Iterator[Due]:
    for row in _concerning(worklists.objections(call.area), reach):
        yield None if row is None else (row.item.decide_by, row.area)


def _visits(call: Call, reach: Reached) -> Iterator[Due]:
    for row in _concerning(worklists.visits(call.area), reach):
        yield None if row is None else (row.item.due, row.area)


def _notices(call: Call, reach: Reached) -> Iterator[Due]:
    for row in _concerning(worklists.notices(call.area), reach):
        yield None if row is None else (row.item.day, row.area)


def _concerning(rows: Iterable[worklists.Row[T]], reach: Reached) -> Iterator[worklists.Row[T] | None]:
    """The lines that concern the caller; where that has to be read of records, of so many at most."""
    for number, row in enumerate(rows):
        if reach.authority is None:
            yield row
        elif number == COUNTED:
            yield None
            return
        else:
            benefit = row.item.benefit if isinstance(row.item, Suspicion | Objection) else None
            if reach.concerns(benefit, people.load(row.person)):
                yield row


def _recoveries(call: Call, reach: Reached) -> Iterator[Due]:
    rows = worklists.recoveries(call.area)
    waiting = (row for row in rows if reach.runs(row.item.benefit) and row.item.awaits_a_person(call.today))
    return ((row.item.next_day, row.area) for row in waiting)


def _owed_to_heirs(call: Call, reach: Reached) -> Iterator[Due]:
    rows = worklists.owed_to_heirs(call.area)
    return ((row.item.opened, row.area) for row in rows if reach.runs(row.item.benefit))


def _instructions(call: Call, reach: Reached) -> Iterator[Due]:
    mine = (line for line in worklists.open_instructions() if reach.runs(line[1].benefit))
    for number, (person, told) in enumerate(mine):
        if number == COUNTED:
            yield None
            return
        area = people.load(person).person.area
        if area.startswith(call.area):
            yield first_day(told.month), area


def _limits(call: Call, reach: Reached) -> Iterator[Due]:
    found = (each for each in cases.reaches(call.area) if reach.runs(each.benefit) and each.is_exceeded)
    return ((first_day(each.month), each.county) for each in found)


def _files(call: Call, reach: Reached) -> Iterator[Due]:
    """Files that a person has to decide about, of the caller's department: the newest of each feed."""
    for now in _feeds(call):
        if now.held is not None and reach.authority in (None, now.feed.department):
            yield clock.civil_date(now.held.received), ""


def _late(call: Call, _: Reached) -> Iterator[Due]:
    """Feeds that are late or missing; of an officer's department, else of all."""
    for now in _feeds(call):
        if now.freshness.state in _LATE and call.caller.authority in (None, now.feed.department):
            yield now.freshness.next_due or call.today, ""


def _feeds(call: Call) -> Iterator[Any]:
    home = current().rules.policy.area
    if call.caller.may_see_area(home) or call.caller.area.startswith(home):
        yield from feeds_now(call.today)


_SOURCES: Final[Mapping[WorkKind, Callable[[Call, Reached], Iterable[Due]]]] = {
    WorkKind.PROPOSALS: _proposals,
    WorkKind.SUSPICIONS: _suspicions,
    WorkKind.ENDINGS: _endings,
    WorkKind.OBJECTIONS: _objections,
    WorkKind.VISITS: _visits,
    WorkKind.NOTICES: _notices,
    WorkKind.RECOVERIES: _recoveries,
    WorkKind.OWED_TO_HEIRS: _owed_to_heirs,
    WorkKind.INSTRUCTIONS: _instructions,
    WorkKind.LIMITS: _limits,
    WorkKind.FILES: _files,
    WorkKind.FEEDS: _late,
}
