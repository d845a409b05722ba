"""任务完成记录 · When each scheduled run last reached its end: rows of the work table.

RUN / <name>                  body: {"schedule": …, "reached": …}
MONTHLY / <name>#<yyyy-mm>    that what is done once a month is done
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from chalicelib.model import Month
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

_PK = "RUN"
_MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class End:
    """The last end of a run, or since when one is waited for."""

    schedule: str
    """The expression by which it ran: whoever changes it begins anew."""
    reached: datetime


def put(name: str, end: End) -> None:
    """Keep a run's last end in place of the one before."""
    body = json.dumps({"schedule": end.schedule, "reached": end.reached.isoformat()})
    tables.put(Work(_PK, name, body=body))


def everything() -> dict[str, End]:
    """The last end of every run that is known, by name."""
    rows = ((row.sk, json.loads(row.body)) for row in tables.query(Work, _PK))
    return {name: End(said["schedule"], datetime.fromisoformat(said["reached"])) for name, said in rows}


def is_done(name: str, month: Month) -> bool:
    """Whether what is done once a month is done for a month."""
    return tables.get(Work, _MONTHLY, f"{name}#{month}") is not None


def done(name: str, month: Month) -> None:
    """What is done once a month is done for a month."""
    tables.put(Work(_MONTHLY, f"{name}#{month}"))


def undone(name: str, month: Month) -> None:
    """It is not any more."""
    tables.delete(Work(_MONTHLY, f"{name}#{month}"))


def months(name: str) -> list[Month]:
    """The months for which it is, oldest first."""
    rows = tables.query(Work, _MONTHLY, Work.sk.startswith(f"{name}#"))
    return [Month(row.sk.removeprefix(f"{name}#")) for row in rows]
