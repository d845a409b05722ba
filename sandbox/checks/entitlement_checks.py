"""Promises about who is entitled, and from when: new recipients, and whose benefit hangs on somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.engine.rules.benefits import Start
from chalicelib.model import Entitlement, EntitlementStatus, Route, Suspicion, SuspicionKind, SuspicionState
from sandbox.checks.expected_certificates import carries, certified_through, relatives_reported, standing

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run
    from sandbox.town.claims import Claim
    from sandbox.town.townsperson import Townsperson

ENDED: Final = (EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED)
LOOKED_INTO_WITHIN: Final = timedelta(days=75)  # from a suspicion's day to somebody's word, at the latest


def first_periods(run: Run) -> Iterable[str]:
    """Whom nobody had certified, the first payment or the authority's day certifies, and nothing else."""
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        if not person.is_new or record is None:
            continue
        stated = {e.benefit: e.certified_until for e in record.entitlements}
        for claim in person.claims:
            until = carries(run.truth.pack, person, claim.benefit, _begins(run, person, claim))
            if stated[claim.benefit] != until:
                yield f"person {person.index}, {claim.benefit}: {stated[claim.benefit]}, not {until}"


def _begins(run: Run, person: Townsperson, claim: Claim) -> date:
    days = run.truth.scene.diary.first_paid
    first = days.get((person.index, claim.benefit))
    starts = run.truth.pack.rules.benefit_on(claim.benefit, claim.since).starts
    return first if starts is Start.FIRST_PAYMENT and first is not None else claim.since


def related_conditions(run: Run) -> Iterable[str]:
    """What entitles through a related person accuses nobody while it holds, and is doubted once it ends."""
    reported = relatives_reported(run.truth.scene.diary, run.truth.files)
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        claim = next((claim for claim in person.claims if claim.relative is not None), None)
        if person.relative is None or claim is None or record is None:
            continue
        drawn = next(e for e in record.entitlements if e.benefit == claim.benefit)
        suspected = [
            s for s in record.suspicions if s.kind is SuspicionKind.CONDITION and s.benefit == claim.benefit
        ]
        ended = person.relative.ends_on if person.index in reported else None
        if person.index in reported and not record.related:
            yield f"nothing that was reported of the relative of person {person.index} reached the record"
        if ended is None or ended >= run.on:
            if suspected or (
                drawn.status is EntitlementStatus.TERMINATED and record.person.deceased_on is None
            ):
                yield f"person {person.index}: what entitles through a relative holds, and is doubted"
        else:
            yield from _ended(run, person, drawn, suspected, ended)


def _ended(
    run: Run, person: Townsperson, drawn: Entitlement, suspected: list[Suspicion], ended: date
) -> Iterable[str]:
    by_data = drawn.route is Route.SILENT and drawn.evidence is not None and drawn.evidence.day > ended
    if not suspected and by_data:
        yield f"person {person.index}: certified by {drawn.evidence}, and what entitled ended on {ended}"
    for suspicion in suspected:
        late = run.on - suspicion.opened > LOOKED_INTO_WITHIN
        if suspicion.state is SuspicionState.OPEN and late:
            yield f"person {person.index}: nobody has looked into {suspicion.name}"
        stopped = drawn.status is EntitlementStatus.TERMINATED
        if suspicion.state is SuspicionState.CONFIRMED and not stopped:
            yield f"person {person.index}: {suspicion.name} was confirmed, and payment goes on"


def as_far_as_it_carries(run: Run) -> Iterable[str]:
    """What is known of the living carries as far as their county says: by the city's values, or its own."""
    pack, on = run.truth.pack, run.on
    for index, record in run.truth.records.items():
        person = run.truth.scene.town.people[index]
        if not person.life.lives_on(on) or record.open_suspicions:
            continue
        known = standing(run.truth.known[index], on + timedelta(1))
        for e in record.entitlements:
            through, _ = certified_through(pack, person, e.benefit, known, on)
            if e.valid_until > max(through, e.certified_until):
                yield f"person {index}, {e.benefit}: {e.valid_until}, by what is known {through}"
            if e.valid_until < min(through, on) and e.status not in ENDED:
                yield f"person {index}, {e.benefit}: only {e.valid_until}, by what is known {through}"
