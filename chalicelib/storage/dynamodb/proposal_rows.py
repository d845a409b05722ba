"""暂停名单行 · Of lines of suspension lists, the rows of the work lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.model import PersonRecord, Proposal, ProposalState

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
