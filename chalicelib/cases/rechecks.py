"""复核与抽查 · Each month some of what people and data certified is checked again by somebody else (rule 21).

Drawn once a month and kept, so that a second call sends nobody twice. What there is to draw of is found shard
by shard (`chalicelib/passes`). Nothing here moves a certificate: what is found at the door does, as at every
visit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from chalicelib import clock
from chalicelib.cases import home_visits
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.suspicion import rechecks, spot_checks
from chalicelib.engine.suspicion.rechecks import ByHand, Listed, Signal
from chalicelib.engine.suspicion.sampling import Sample
from chalicelib.engine.suspicion.spot_checks import Silent
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    Case,
    Entitlement,
    Evidence,
    Month,
    PersonId,
    PersonRecord,
    Suspicion,
    Visit,
)
from chalicelib.runs import Each, Stop, Walk, never, run
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import contacts, everybody, people, recheck_rows, shards
from chalicelib.storage.dynamodb.recheck_rows import Draw, Drawing, Line

_KINDS = (Entitlement, Evidence, Visit, Case, Suspicion)
ABOUT = {Signal.DRAWN: "recheck", Signal.DRAWN_OF_SILENT: "spot_check"}
Parts = Callable[[], Iterable[Iterable[Any]]]
"""What all parts have found, line by line, as often as it is asked for."""


class _Found(StrEnum):
    """What stands on a line that a part has found."""

    BY_HAND = "by_hand"
    WRONG = "wrong"  # by hand, and refuted in the month
    DEVICE = "device"
    SILENT = "silent"


def monthly_rechecks(month: Month | None = None) -> int:
    """Draw last month's checks in one go unless that is done, and order their visits; how many are drawn.

    UnfinishedError, when all others are ordered, if somebody was left out; the next call goes on.
    """
    month = month or last_month()
    with run("monthly_rechecks") as each:
        if recheck_rows.draw_of(month) is None:
            recheck_rows.put(month, *drawn(month, each))
        return _order(month, each)


def last_month() -> Month:
    """The month whose checks are drawn now."""
    return month_before(month_of(clock.today()))


def drawn(month: Month, each: Each) -> tuple[Draw, list[Line]]:
    """What is drawn and listed of a month's certificates, as everything stands now; nothing is kept."""
    on = clock.today()
    found = [found_in_some(shard, month, on, each)[0] for shard in shards.every_shard()]
    return _drawn(lambda: found, month, on)


# --- everybody, shard by shard -------------------------------------------------------------------


def found_in_some(
    shard: str, month: Month, on: date, each: Each, after: str = "", stop: Stop = never
) -> tuple[list[Any], str | None]:
    """What concerns a month's checks about the people of a shard behind one of them; behind whom to go on.

    Lines of JSON. Nothing once the month is drawn.
    """
    lines: list[Any] = []
    if recheck_rows.draw_of(month) is not None:
        return lines, None
    walk = Walk(everybody.ids_of(shard, after), stop)
    for person in walk:
        with each(person=person):  # all of a person, or nothing
            record = everybody.record_of(person, _KINDS)
            if record is not None:
                lines += list(_found_of(record, month, on))
    return lines, None if walk.is_over else walk.last


def _found_of(record: PersonRecord, month: Month, on: date) -> Iterator[Any]:
    mine = list(rechecks.by_hand(record, current().rules))
    wrong = rechecks.refuted(record, mine) if rechecks.found_in(record, month) else []
    for one in mine:
        yield _Found.WRONG if one in wrong else _Found.BY_HAND, _as_json(one), ""
    certified = spot_checks.silently(record, on)
    if certified is not None:
        yield _Found.SILENT, _as_json(certified), ""
    for device, one in rechecks.over_devices(record, month):
        yield _Found.DEVICE, _as_json(one), device


def _as_json(one: ByHand | Silent) -> dict[str, Any]:
    said = asdict(one)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def _certificate(said: Mapping[str, Any]) -> ByHand:
    at = None if said["at"] is None else datetime.fromisoformat(said["at"])
    return ByHand(**{**said, "day": date.fromisoformat(said["day"]), "at": at})


def draw_and_order(parts: Parts, month: Month, on: date) -> int:
    """Draw a month's checks unless that is done, and order their visits; how many are drawn.

    UnfinishedError when all others are ordered, if one could not be; the next call goes on.
    """
    if recheck_rows.draw_of(month) is None:
        recheck_rows.put(month, *_drawn(parts, month, on))
    with run("monthly_rechecks") as each:
        return _order(month, each)


def _order(month: Month, each: Each) -> int:
    ordered = 0
    for line in list(recheck_rows.lines_of(month)):
        about = ABOUT.get(Signal(line.why))
        if about is None:
            continue
        with each(person=line.person):
            home_visits.recheck(line.person, about=f"{about}#{month}")
            ordered += 1
    return ordered


def _drawn(parts: Parts, month: Month, on: date) -> tuple[Draw, list[Line]]:
    """The draw of what all parts have found: no more of it is held than a month's certificates by hand."""
    values, seed = current().rules.policy.rechecks, hmac_ids.seed_of(f"rechecks {month}")
    silent = spot_checks.spot_check(_silent_in(parts), month, seed, values)
    mine, wrong, devices = list[ByHand](), list[ByHand](), list[tuple[str, ByHand]]()
    for kind, said, device in chain.from_iterable(parts()):
        if kind == _Found.SILENT:
            continue
        one = _certificate(said)
        if kind == _Found.DEVICE:
            devices.append((device, one))
            continue
        if kind == _Found.WRONG:
            wrong.append(one)
        if month_of(one.day) == month:
            mine.append(one)
    by_hand = rechecks.sample(mine, month, seed, values)
    listed = rechecks.once(
        (
            *(Listed(one, Signal.DRAWN) for one in by_hand.drawn),
            *rechecks.listed_again(_of_authors(parts, wrong), wrong, on, values),
            *rechecks.strange(mine, values),
            *rechecks.many_over_one(devices, values),
            *rechecks.by_somebody_close(mine, _close_names),
        )
    )
    lines = {line.place: line for line in (*_of_data(silent), *_of_people(listed))}
    return Draw(seed, on, _drawing(by_hand), _drawing(silent)), list(lines.values())


def _silent_in(parts: Parts) -> Iterator[Silent]:
    for kind, said, _ in chain.from_iterable(parts()):
        if kind == _Found.SILENT:
            yield Silent(**{**said, "day": date.fromisoformat(said["day"])})


def _of_authors(parts: Parts, wrong: Collection[ByHand]) -> list[ByHand]:
    """All that those have certified of whom something is refuted."""
    authors = {one.author for one in wrong}
    by_hand = (
        said
        for kind, said, _ in chain.from_iterable(parts() if authors else ())
        if kind in (_Found.BY_HAND, _Found.WRONG)
    )
    return [_certificate(said) for said in by_hand if said["author"] in authors]


def _close_names(person: PersonId) -> frozenset[str]:
    """The names of those whom the rosters call close to somebody: a helper, and related recipients."""
    helper = contacts.contact_of(person).helper_name
    related = people.load(person).person.related
    names = {people.identity_of(other).name for other in related if people.is_known(other)}
    return frozenset(names | ({helper} if helper else set()))


def _of_people(listed: Iterable[Listed]) -> Iterator[Line]:
    for one in listed:
        each = one.certificate
        yield Line(
            each.person, AreaCode(each.area), each.grid, each.day, each.feed, each.author, one.why.value
        )


def _of_data(sample: Sample[Silent]) -> Iterator[Line]:
    why = Signal.DRAWN_OF_SILENT.value
    for each in sample.drawn:
        yield Line(each.person, AreaCode(each.area), each.grid, each.day, each.feed, "", why)


def _drawing(sample: Sample[ByHand] | Sample[Silent]) -> Drawing:
    return Drawing(sample.of, len(sample.drawn), sample.worst, round(sample.confidence_percent, 1))
