"""The promise about corrected numbers (rule 19): two become one person, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.model import InstructionKind, PersonRecord, SuspicionKind, SuspicionState

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run
    from sandbox.town.townsperson import Townsperson

JOINED_WITHIN: Final = timedelta(45)  # days from the roster: 20 working days, and whoever answers once a week


def joined(run: Run) -> Iterable[str]:
    """Whoever bears another number is one person after some weeks: never suspended, all paid on record."""
    for person in run.truth.scene.town.people:
        record = run.truth.records.get(person.index)
        if person.corrected is None or record is None or run.on - person.corrected.on < JOINED_WITHIN:
            continue
        found = [s for s in record.suspicions if s.kind is SuspicionKind.TWO_NUMBERS]
        if not any(s.state is SuspicionState.CONFIRMED for s in found):
            yield f"nobody has said that the two numbers of person {person.index} are one"
        elif record.person.id != run.truth.scene.id(person):
            yield f"person {person.index} goes on under the number that no roster lists"
        if any(i.kind is InstructionKind.SUSPEND for i in record.instructions):
            yield f"person {person.index} was suspended while under two numbers"
        yield from _all_that_was_paid(run, person, record)


def _all_that_was_paid(run: Run, person: Townsperson, record: PersonRecord) -> Iterator[str]:
    """What was paid under the number of before stands on her record: one month of it is always read."""
    if person.corrected is None:
        return
    first = f"{person.corrected.on:%Y-%m}"
    before = {benefit for benefit, month in run.paid(record.person.id) if month < first}
    for claim in person.claims:
        if claim.fen and claim.benefit not in before:
            yield f"person {person.index}, {claim.benefit}: nothing of what was paid before is on record"
