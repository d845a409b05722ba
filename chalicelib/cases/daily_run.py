"""每日批处理 · The daily run: who comes due without a certificate gets a case; what should walk is made to
walk.

Everybody whose case could open is first settled with what the lake holds about them: most are
certified by it and filed under their new day, only the others get a case. If the lake cannot be
read, no case is opened that day, nor before the day from which an operator lets them open. Nothing here can
suspend anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, TypeVar

from chalicelib import clock
from chalicelib.cases import daily_following, dates, evidence_effects, executions
from chalicelib.cases.next_files import NextFiles
from chalicelib.engine.suspension import signs_of_life, timeline
from chalicelib.errors import ConflictError, UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Case,
    Change,
    EntitlementStatus,
    Evidence,
    PersonId,
    PersonRecord,
    StateName,
    Suspicion,
)
from chalicelib.observability import logger
from chalicelib.runs import Each, Stop, Walk, never, run
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import case_openings, people, shards, worklist_rows, worklists
from chalicelib.storage.s3 import lake

T = TypeVar("T")

ACTOR = "platform"
AT_ONCE: Final = 2_000  # people whose evidence is read from the lake together


@dataclass(frozen=True, slots=True)
class DailyRun:
    """What one daily run did, in people."""

    opened: int
    refiled: int
    restarted: int


def daily_run() -> DailyRun:
    """Open the cases that come due and restart what has lost its execution.

    At the end UnreadableError if the lake could not be read about somebody, UnfinishedError if somebody else
    was left out: whoever was not settled has no case, and the next call goes on with them.
    """
    restarted = 0
    with run("daily_run") as each:
        try:
            opened, refiled, _ = settle_and_open(clock.today(), each)
        finally:  # neither dates nor what walks already depend on the lake
            with each(part="dates"):
                dates.look_ahead(clock.today(), each)
            restarted = restart_all(each)
            daily_following.follow_some(shards.EVERYBODY, clock.today(), each)
    return DailyRun(opened, refiled, restarted)


def restart_all(each: Each) -> int:
    """Restart whatever should walk and does not; how many were restarted.

    Of what walks only names are read, a thousand at a time: for a city some hundred calls.
    """
    restarted = 0
    for restart in (restart_cases, restart_suspicions):
        with each(part="restart"):
            restarted += restart(each)
    return restarted


def settle_and_open(
    on: date,
    each: Each,
    shard: str = shards.EVERYBODY,
    after: str = "",
    stop: Stop = never,
) -> tuple[int, int, str | None]:
    """Settle who may come due from the lake: everybody, or the people of a shard behind `<day>#<person>`.

    How many got a case, how many can wait, and behind whom to go on (None: those were all). Where the lake
    cannot be read about some, all others are settled first (UnreadableError).
    """
    opened = refiled = 0
    unread: UnreadableError | None = None
    files = NextFiles(on)
    walk = Walk(_parts(list(_due(on, shard, after))), stop)
    for some in walk:
        try:
            found = lake.evidence_of_many({person for _, person in some})
        except UnreadableError as error:
            unread = error
            continue
        for filed, person in some:
            with each(person=person):
                try:
                    if open_if_due(person, filed, on, found[person], files):
                        opened += 1
                    else:
                        refiled += 1
                except ConflictError:
                    logger.warning("busy record left for tomorrow", extra={"person": person})
    if unread is not None:
        raise unread
    return opened, refiled, None if walk.is_over or walk.last is None else "#".join(map(str, walk.last[-1]))


def is_anybody_due(on: date) -> bool:
    """Whether anybody may come due who would be settled on a day."""
    return any(_due(on))


def _due(on: date, shard: str = shards.EVERYBODY, after: str = "") -> Iterator[tuple[date, PersonId]]:
    return worklists.due_in(timeline.cases_close_on(on, current().rules.policy), shard, after)


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def open_if_due(
    person: PersonId, filed: date, on: date, found: Sequence[Evidence], files: NextFiles | None = None
) -> bool:
    """Open a case for a person filed under a day, unless record and lake (`found`) say that it can wait.

    `files`: which are due, where it has been looked up already.
    """
    files = files or NextFiles(on)

    def open_case(record: PersonRecord) -> Change | None:
        settlement = evidence_effects.apply_rules(record, on, found)
        opening = _opening(settlement.after, on, found, files)
        if opening is None or record.open_case is not None or not case_openings.may_open(on):
            is_far = record.open_case is None and _opening(record, on, found, files) is None
            waits = not settlement or (is_far and settlement.only_carries_further)
            return None if waits else settlement.change("settled", ACTOR)
        due = opening.due
        generation = max((case.generation for case in record.cases if case.due == due), default=0) + 1
        case = Case(due, on, generation, StateName.MATCH_DATA, months=opening.months)
        change = settlement.change("case opened", ACTOR)
        return replace(change, cases=(case,), details={**change.details, "due": due.isoformat()})

    record = people.change(person, open_case)
    case = record.open_case
    if case is None:
        worklist_rows.refile(person, filed, comes_due(record, on))
        return False
    worklist_rows.refile(person, filed, None)  # closing the case files the person anew
    if case.state in evidence_effects.NO_EXECUTION:  # it rests until something wakes it: nobody is asked anew
        evidence_effects.wake_if_certified(record)
        return False
    executions.start_certification(person, case)
    return True


def comes_due(record: PersonRecord, on: date) -> date | None:
    """The day under which somebody without an open case is filed; None of whom nothing comes due."""
    if worklist_rows.due_of(record) is None:
        return None
    return timeline.comes_due(record, current().rules, on)


def _opening(
    record: PersonRecord, on: date, found: Sequence[Evidence], files: NextFiles
) -> timeline.Opening | None:
    """What a case may be open about; None: nothing comes due, nobody lives, or a file is due within days that
    most likely tells of the person."""
    if record.person.deceased_on is not None:
        return None
    rules = current().rules
    never, rests = timeline.never_suspended(rules), timeline.resting(record, rules, on)
    drawn = [e for e in record.entitlements if e.benefit not in rests]
    heard_of = signs_of_life.last_heard_of(record, rules, on)
    about = partial(timeline.opening, drawn, on, rules.policy, heard_of, never_suspended=never)
    if about() is None or rules.policy.timeline.awaits_files_days is None:
        return about()
    return about(expected=files.about((*record.evidence, *found)))


# --- what should walk and does not ---------------------------------------------------------------


def restart_cases(each: Each) -> int:
    """Start the next generation of every open case whose execution has ended without closing it.

    Those parked for a person, too: what failed five times yesterday was most likely the minute, not the case.
    """
    walking = _walking(settings().certification_arn)
    stopped = [(who, due) for who, due in worklists.open_cases() if f"{who}-{due:%Y%m%d}" not in walking]

    def restart(person: PersonId, due: date) -> bool:
        case = next((c for c in people.load(person).cases if c.due == due and c.is_open), None)
        if case is None or case.state is StateName.GO_DORMANT:
            return False
        _restart_case(person, case)
        return True

    return _coming_back(stopped, restart, each)


def _coming_back(of: Iterable[tuple[PersonId, T]], restart: Callable[[PersonId, T], bool], each: Each) -> int:
    """Restart each; a record that others keep changing is come back to when all others are done."""
    restarted, busy = 0, []
    for person, what in of:
        with each(person=person):
            try:
                restarted += restart(person, what)
            except ConflictError:
                busy.append((person, what))
    for person, what in busy:
        with each(person=person):
            restarted += restart(person, what)
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

    record = people.change(person, again)
    restarted = record.open_case
    if restarted is not None:
        suspended = restarted.state in (StateName.SUSPEND, StateName.AWAIT_RESUMPTION) or any(
            e.status is EntitlementStatus.SUSPENDED for e in evidence_effects.still_due(record, restarted)
        )
        enter_at = StateName.SUSPEND if suspended else StateName.MATCH_DATA
        executions.start_certification(person, restarted, enter_at)


def restart_suspicions(each: Each) -> int:
    """Start the next generation of every suspicion that nobody verifies, or ends once it is confirmed."""
    walking = _walking(settings().suspicion_arn)

    def stopped() -> Iterator[tuple[PersonId, str]]:
        confirmed = ((row.person, row.item.name) for row in worklists.endings(""))
        for person, name in [*worklists.open_suspicions(), *confirmed]:
            kind, _, day = name.partition("#")
            if f"{person}-{kind}-{day.replace('-', '')}" not in walking:
                yield person, name

    def restart(person: PersonId, name: str) -> bool:
        suspicion = _unended(people.load(person), name)
        if suspicion is None:
            return False
        _restart_suspicion(person, suspicion)
        return True

    return _coming_back(stopped(), restart, each)


def _unended(record: PersonRecord, name: str) -> Suspicion | None:
    """A suspicion that should walk: to be verified, or confirmed and still to end something."""
    walking = (*record.open_suspicions, *record.unfinished_suspicions)
    return next((s for s in walking if s.name == name), None)


def _restart_suspicion(person: PersonId, suspicion: Suspicion) -> None:
    def again(record: PersonRecord) -> Change | None:
        now = _unended(record, suspicion.name)
        if now is None or now.generation != suspicion.generation:
            return None
        fresh = replace(now, generation=now.generation + 1, waiting=None)
        return Change("suspicion restarted", ACTOR, clock.now(), suspicions=(fresh,))

    fresh = _unended(people.change(person, again), suspicion.name)
    if fresh is not None:
        executions.start_suspicion(person, fresh)
