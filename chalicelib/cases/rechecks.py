"""复核与抽查 · Each month some of what people and data certified is checked again by somebody else (rule 21).

Drawn once a month and kept, so that a second call sends nobody twice. Nothing here moves a certificate: what
is found at the door does, as at every visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

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
from chalicelib.runs import Each, run
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import contacts, people, recheck_rows
from chalicelib.storage.dynamodb.recheck_rows import Draw, Drawing, Line

_KINDS = (Entitlement, Evidence, Visit, Case, Suspicion)
ABOUT = {Signal.DRAWN: "recheck", Signal.DRAWN_OF_SILENT: "spot_check"}


@dataclass
class Found:
    """What one pass over everybody has found for a month's checks."""

    month: Month
    on: date
    by_hand: list[ByHand] = field(default_factory=list)
    wrong: list[ByHand] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)
    devices: list[tuple[str, ByHand]] = field(default_factory=list)

    def take(self, record: PersonRecord) -> None:
        """What concerns one person."""
        mine = list(rechecks.by_hand(record, current().rules))
        self.by_hand += mine
        if rechecks.found_in(record, self.month):
            self.wrong += rechecks.refuted(record, mine)
        certified = spot_checks.silently(record, self.on)
        if certified is not None:
            self.silent.append(certified)
        self.devices += rechecks.over_devices(record, self.month)


def monthly_rechecks(month: Month | None = None) -> int:
    """Draw last month's checks unless that is done, and order their visits; how many are drawn.

    UnfinishedError, when all others are ordered, if somebody was left out; the next call goes on.
    """
    month = month or month_before(month_of(clock.today()))
    with run("monthly_rechecks") as each:
        if recheck_rows.draw_of(month) is None:
            recheck_rows.put(month, *drawn(month, each))
        ordered = 0
        for line in list(recheck_rows.lines_of(month)):
            about = ABOUT.get(Signal(line.why))
            if about is None:
                continue
            with each(person=line.person):
                home_visits.recheck(line.person, about=f"{about}#{month}")
                ordered += 1
    return ordered


def drawn(month: Month, each: Each) -> tuple[Draw, list[Line]]:
    """What is drawn and listed of a month's certificates, as everything stands now; nothing is kept."""
    found = Found(month, clock.today())
    for record in people.everyone(*_KINDS, guard=each):
        with each(person=record.person.id):
            found.take(record)
    values, seed = current().rules.policy.rechecks, hmac_ids.seed_of(f"rechecks {month}")
    by_hand = rechecks.sample(found.by_hand, month, seed, values)
    silent = spot_checks.spot_check(found.silent, month, seed, values)
    lines = {line.place: line for line in (*_of_data(silent), *_of_people(_listed(found, by_hand)))}
    return Draw(seed, found.on, _drawing(by_hand), _drawing(silent)), list(lines.values())


def _listed(found: Found, by_hand: Sample[ByHand]) -> list[Listed]:
    """Each certificate by hand under its first reason: whoever is drawn is visited whatever else there is."""
    values, month = current().rules.policy.rechecks, found.month
    mine = [each for each in found.by_hand if month_of(each.day) == month]
    return rechecks.once(
        (
            *(Listed(each, Signal.DRAWN) for each in by_hand.drawn),
            *rechecks.listed_again(found.by_hand, found.wrong, found.on, values),
            *rechecks.strange(mine, values),
            *rechecks.many_over_one(found.devices, values),
            *rechecks.by_somebody_close(mine, _close_names),
        )
    )


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
