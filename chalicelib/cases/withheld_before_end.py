"""停发前应补 · What a suspension withheld before another end of the payment, ordered once the person is seen.

The rule is `engine.suspicion.withheld_before_end`; evidence asks here, and so does an ending.
"""

from __future__ import annotations

from datetime import date

from chalicelib.engine.suspicion.withheld_before_end import paid_once_seen, withheld
from chalicelib.jurisdiction import current
from chalicelib.model import Instruction, PersonRecord
from chalicelib.storage.dynamodb import people


def orders(record: PersonRecord, on: date) -> tuple[Instruction, ...]:
    """What is to be paid now; payments are read only of whom it concerns."""
    rules = current().rules
    if not any(withheld(record, entitlement, rules, on) for entitlement in record.entitlements):
        return ()
    return tuple(paid_once_seen(record, people.payments_of(record.person.id), rules, on))
