"""领取人员接口 · People by area, benefit, status, route and end: page by page, nothing scanned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chalicelib.api import access_log, pages
from chalicelib.api.answers.recipients import Recipients
from chalicelib.api.middleware import Audience, Call
from chalicelib.errors import NotFoundError
from chalicelib.jurisdiction import current
from chalicelib.model import Entitlement, EntitlementStatus, PersonRecord, Route
from chalicelib.storage.dynamodb import people, places

recipients = Audience(__name__)

READ_AT_MOST: Final = 300
"""Records that one page reads: where few match, a page is short and its cursor goes on."""
FILTERS: Final = ("benefit", "status", "route", "ends_from", "ends_until")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one of a person's benefits must be like; what is None may be anything."""

    on: date
    benefit: str | None
    status: str | None
    route: str | None
    ends_from: date | None
    ends_until: date | None

    def fits(self, drawn: Entitlement) -> bool:
        """Whether a benefit is like that."""
        return (
            self.benefit in (None, drawn.benefit)
            and self.status in (None, drawn.status_on(self.on))
            and self.route in (None, drawn.route)
            and (self.ends_from is None or drawn.valid_until >= self.ends_from)
            and (self.ends_until is None or drawn.valid_until <= self.ends_until)
        )


@recipients.route("GET", "/v1/people", query=("area", *FILTERS, "limit", "cursor"), answer=Recipients)
def list_people(call: Call) -> Json:
    """The people of an area, by village, of whom a benefit is as asked for; a page may be short and go on."""
    area, wanted = call.area, _wanted(call)
    named = " ".join(f"{name}={call.query.get(name)}" for name in FILTERS)
    page = pages.page_below(area, call.page(f"people {call.reach.authority} {area} {named}"))
    items: list[Json] = []
    last, following = page.after, None
    for read, found in enumerate(places.residents(area, page.after)):
        if len(items) == page.limit or read == READ_AT_MOST:
            following = page.behind(last)
            break
        last = found.place
        record = _record(found)
        if record is not None and any(wanted.fits(e) for e in _mine(call, record)):
            items.append(_line(call, access_log.shown_once(call, record, "list of people")))
    return {"items": items, "next": following}


def _wanted(call: Call) -> _Wanted:
    query = call.query
    return _Wanted(
        call.today,
        query.get("benefit"),
        pages.one_of("status", query.get("status"), EntitlementStatus),
        pages.one_of("route", query.get("route"), Route),
        pages.day_of("ends_from", query.get("ends_from")),
        pages.day_of("ends_until", query.get("ends_until")),
    )


def _record(found: places.Resident) -> PersonRecord | None:
    """The record of whom a row names; None where they have moved on or go on under another number."""
    try:
        record = people.load(found.person)
    except NotFoundError:
        return None
    return record if (record.person.id, record.person.area) == (found.person, found.area) else None


def _mine(call: Call, record: PersonRecord) -> list[Entitlement]:
    return [drawn for drawn in record.entitlements if call.reach.runs(drawn.benefit)]


def _line(call: Call, record: PersonRecord) -> Json:
    person, case, part = record.person, record.open_case, call.reach.part_of(record)
    return {
        "person": person.id,
        "name": access_log.masked_name(people.identity_of(person.id).name),
        "area": person.area,
        "grid": person.grid,
        "key_groups": sorted(group.value for group in person.key_groups),
        "benefits": [_drawn(drawn, call.today) for drawn in _mine(call, record)],
        "case": None if case is None else {"state": case.state.value, "due": case.due},
        "suspicions": len(part.open_suspicions),
        "deceased_on": person.deceased_on,
    }


def _drawn(drawn: Entitlement, on: date) -> Json:
    benefit = current().rules.benefit(drawn.benefit)
    return {
        "benefit": drawn.benefit,
        "title": {"zh": benefit.title.zh, "en": benefit.title.en},
        "authority": benefit.run_by.value,
        "status": drawn.status_on(on).value,
        "valid_until_at_least": drawn.valid_until,
        "route": drawn.route.value if drawn.route else None,
    }
