"""经办清单行 · Of what waits for officers on a record, the rows of the work lists: lines of suspension lists,
what is to come back from somebody, and what waits for their heirs.

PROP#, STOP#, REC#, HEIR#: see `worklists`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.model import OwedToHeirs, PersonRecord, Proposal, ProposalState, Recovery

Place = tuple[str, str]

_TO_DECIDE: Final = frozenset({ProposalState.PROPOSED, ProposalState.CONFIRMED})


def lines(record: PersonRecord) -> Iterator[tuple[Place, Proposal]]:
    """Lines of suspension lists: to be decided, or approved to take effect."""
    person, area = record.person.id, record.person.area
    for line in record.proposals:
        if line.state in _TO_DECIDE:
            yield (f"PROP#{area[:6]}", f"{area}#{line.proposed}#{person}#{line.number:04d}"), line
        elif line.state is ProposalState.APPROVED:
            for benefit in line.benefits:
                yield (f"STOP#{area[:6]}", f"{line.effective}#{benefit}#{person}#{line.number:04d}"), line


def money_back(record: PersonRecord) -> Iterator[tuple[Place, Recovery | OwedToHeirs]]:
    """What is to come back from somebody, and what waits for the heirs."""
    person, area = record.person.id, record.person.area
    for recovery in record.recoveries:
        if recovery.is_open:
            place = f"{area}#{recovery.next_day}#{person}#{recovery.number:04d}"
            yield (f"REC#{area[:6]}", place), recovery
    for owed in record.owed_to_heirs:
        if owed.left:
            yield (f"HEIR#{area[:6]}", f"{area}#{owed.opened}#{person}#{owed.benefit}"), owed
