"""停摆记录 · When the platform was away, as an operator has said after restoring it.

OUTAGES / <the day on which it was lost>      the day from which it serves again
"""

from __future__ import annotations

from datetime import date
from typing import Final

from chalicelib.engine.suspension.outages import Outage
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

_OUTAGES: Final = "OUTAGES"


def say(outage: Outage) -> None:
    """Keep an outage; said again about the same day, the later end holds."""
    known = tables.get(Work, _OUTAGES, outage.lost.isoformat())
    back = outage.back if known is None else max(outage.back, date.fromisoformat(known.body))
    tables.put(Work(_OUTAGES, outage.lost.isoformat(), body=back.isoformat()))


def said() -> tuple[Outage, ...]:
    """Every outage, the oldest first."""
    rows = tables.query(Work, _OUTAGES)
    return tuple(Outage(date.fromisoformat(row.sk), date.fromisoformat(row.body)) for row in rows)
