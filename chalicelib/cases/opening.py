"""The daily run: who comes due without a certificate gets a case; what should walk is made to walk.

A due row is a hint. Each is checked against the record: whoever has been certified meanwhile is
filed under the new day, only the others get a case. Nothing here can suspend anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import executions, settling
from chalicelib.engine.timeline import window_closes_on
from chalicelib.errors import ConflictError
from chalicelib.model import (
    Case,
    Change,
    PersonId,
    PersonRecord,
    StateName,
    Suspicion,
)
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.settings import settings
from chalicelib.storage import people, work

ACTOR = "platform"
NO_EXECUTION = (StateName.GO_DORMANT, StateName.PARK_FOR_A_PERSON)


@dataclass(frozen=True, slots=True)
class DailyRun:
    """What one daily run did, in people."""

    opened: int
    refiled: int
    restarted: int


def daily_run() -> DailyRun:
    """Open the cases that come due and restart what has lost its execution."""
    on = clock.today()
    opened = refiled = 0
    for filed, person in list(work.due_in(window_closes_on(on, current().rules.policy))):
        try:
            if open_if_due(person, filed, on):
                opened += 1
            else:
                refiled += 1
        except ConflictError:
            logger.warning("busy record left for tomorrow", extra={"person": person})
    restarted = restart_cases() + restart_suspicions()
    return DailyRun(opened, refiled, restarted)


def open_if_due(person: PersonId, filed: date, on: date) -> bool:
    """Open a case for a person filed under a day, unless the record says that it can wait."""
    window = window_closes_on(on, current().rules.policy)

    def open_case(record: PersonRecord) -> Change | None:
        settlement = settling.settle(record, on)
        after = _with(record, settlement)
        due = work.due_of(after)
        if due is None or due > window or record.open_case is not None:
            return settlement.change("settled", ACTOR) if settlement else None
        generation = max((case.generation for case in record.cases if case.due == due), default=0) + 1
        case = Case(due, on, generation, StateName.MATCH_DATA)
        change = settlement.change("case opened", ACTOR)
        return replace(change, cases=(case,), details={**change.details, "due": due.isoformat()})

    record = people.change(person, open_case)
    due = work.due_of(record)
    case = record.open_case
    if case is None:
        work.refile(person, filed, due)
        return False
    work.refile(person, filed, None)  # closing the case files the person anew
    executions.start_certification(person, case)
    return True


def _with(record: PersonRecord, settlement: settling.Settlement) -> PersonRecord:
    changed = {e.benefit: e for e in settlement.entitlements}
    return replace(record, entitlements=tuple(changed.get(e.benefit, e) for e in record.entitlements))


# --- what should walk and does not ---------------------------------------------------------------


def restart_cases() -> int:
    """Start the next generation of every open case whose execution has ended without closing it."""
    walking = _walking(settings().certification_arn)
    restarted = 0
    for person, due in list(work.open_cases()):
        if f"{person}-{due:%Y%m%d}" in walking:
            continue
        case = next((c for c in people.load(person).cases if c.due == due and c.is_open), None)
        if case is not None and case.state not in NO_EXECUTION:
            _restart_case(person, case)
            restarted += 1
    return restarted


def _walking(machine: str) -> frozenset[str]:
    """The subjects of all running executions, whatever their generation."""
    return frozenset(name.rpartition("-")[0] for name in executions.running(machine))


def _restart_case(person: PersonId, case: Case) -> None:
    def again(record: PersonRecord) -> Change | None:
        now = record.open_case
        if now is None or now.generation != case.generation:
            return None
        fresh = replace(now, generation=now.generation + 1, waiting=None)
        return Change("case restarted", ACTOR, clock.now(), cases=(fresh,))

    restarted = people.change(person, again).open_case
    if restarted is not None:
        suspended = restarted.state in (StateName.SUSPEND, StateName.AWAIT_RESUMPTION)
        enter_at = StateName.SUSPEND if suspended else StateName.MATCH_DATA
        executions.start_certification(person, restarted, enter_at)


def restart_suspicions() -> int:
    """Start the next generation of every open suspicion that nobody is verifying."""
    walking = _walking(settings().suspicion_arn)
    restarted = 0
    for person, name in list(work.open_suspicions()):
        kind, _, day = name.partition("#")
        if f"{person}-{kind}-{day.replace('-', '')}" in walking:
            continue
        suspicion = next((s for s in people.load(person).open_suspicions if s.name == name), None)
        if suspicion is not None:
            _restart_suspicion(person, suspicion)
            restarted += 1
    return restarted


def _restart_suspicion(person: PersonId, suspicion: Suspicion) -> None:
    def again(record: PersonRecord) -> Change | None:
        now = next((s for s in record.open_suspicions if s.name == suspicion.name), None)
        if now is None or now.generation != suspicion.generation:
            return None
        fresh = replace(now, generation=now.generation + 1, waiting=None)
        return Change("suspicion restarted", ACTOR, clock.now(), suspicions=(fresh,))

    record = people.change(person, again)
    fresh = next((s for s in record.open_suspicions if s.name == suspicion.name), None)
    if fresh is not None:
        executions.start_suspicion(person, fresh)
