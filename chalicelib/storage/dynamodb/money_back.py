"""追回与遗属待领清单 · The rows of what is to come back from somebody, and of what waits for their heirs.

REC#<county>   / <area>#<next day>#<person>#<n>
HEIR#<county>  / <area>#<opened>#<person>#<benefit>
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.model import OwedToHeirs, PersonRecord, Recovery

Place = tuple[str, str]


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
