"""限额解除 · Lifted limits (rule 12): rows of the work table that follow from a person's word, and stay as
its record.

LIFT#<county>  / <month>#<benefit>#<up to>
"""

from __future__ import annotations

from chalicelib.model import BenefitCode, Lift, Month
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Work


def put(lift: Lift) -> None:
    """Keep a person's word beside the earlier ones."""
    at = f"{lift.month}#{lift.benefit}#{lift.up_to:06d}"
    tables.put(Work(f"LIFT#{lift.county}", at, body=encode(lift)))


def highest(county: str, month: Month, benefit: BenefitCode) -> Lift | None:
    """The word that lets most pass; None if nobody has lifted the limit."""
    rows = tables.query(Work, f"LIFT#{county}", Work.sk.startswith(f"{month}#{benefit}#"))
    found = [decode(Lift, row.body) for row in rows]
    return max(found, key=lambda lift: lift.up_to, default=None)
