"""The promise about objections (rule 22): they hold a suspension, and are decided in time, by others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.engine.suspension.line_decisions import STANDING
from chalicelib.model import Objection, PersonRecord

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run
    from sandbox.town.context import Objected

ROUND: Final = timedelta(8)  # somebody goes through the list once a week


def heard(run: Run) -> Iterable[str]:
    """What the town knows of each objection, against what the platform made of it."""
    for told in run.truth.scene.diary.objections.values():
        record = run.truth.records[told.person]
        kept = next((o for o in record.objections if o.number == told.number), None)
        if kept is None or (kept.raised, kept.decided) != (told.raised, told.decided):
            yield f"an objection of person {told.person} is not on record as it was made and answered"
            continue
        yield from _held(run, told)
        yield from _in_time(run, told.person, kept)
        yield from _by_others(told.person, kept, record)
        if told.upheld and any(
            p.state in STANDING and told.decided is not None and p.proposed <= told.decided
            for p in record.proposals
        ):
            yield f"person {told.person} was right to object, and the line stands"


def _held(run: Run, told: Objected) -> Iterator[str]:
    for suspended in run.truth.suspensions:
        open_ = told.raised < suspended.on and (told.decided is None or suspended.on <= told.decided)
        if suspended.person.index == told.person and open_:
            yield f"person {told.person} was suspended on {suspended.on}, and the objection was open"


def _in_time(run: Run, person: int, kept: Objection) -> Iterator[str]:
    late = (kept.decided or run.on) - kept.decide_by
    if late > ROUND:
        yield f"the objection of person {person} was to be decided by {kept.decide_by}"
    elif kept.decided is not None and kept.decided > kept.decide_by:
        level = len((kept.decided_by or "").rpartition("-")[2])
        if level > len("341602"):
            yield f"the overdue objection of person {person} did not go up a level"


def _by_others(person: int, kept: Objection, record: PersonRecord) -> Iterator[str]:
    involved = {visit.by for visit in record.visits} | {kept.raised_by}
    involved |= {who for p in record.proposals for who in (p.confirmed_by, p.approved_by)}
    if kept.decided_by is not None and kept.decided_by in involved:
        yield f"the objection of person {person} was decided by somebody involved"
