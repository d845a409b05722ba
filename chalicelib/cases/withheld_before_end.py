"""停发前应补 · What a suspension withheld before another end of the payment, ordered once the person is seen.

The rule is `engine.suspicion.withheld_before_end`; evidence asks here, and so does an ending.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chalicelib import messages
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.account import is_of_months_withheld
from chalicelib.engine.suspicion.withheld_before_end import paid_once_seen, withheld
from chalicelib.engine.texts import instruction_texts
from chalicelib.jurisdiction import current
from chalicelib.model import Instruction, Message, PersonRecord, Template
from chalicelib.storage.dynamodb import people


def letters(record: PersonRecord, told: Iterable[Instruction], on: date) -> tuple[Message, ...]:
    """What the person is written to about such orders; months that wait for a second one are told then."""
    return tuple(
        messages.anew(
            record,
            Template.WITHHELD_PAID,
            order.name,
            {
                "benefit": current().rules.benefit(order.benefit).title.zh,
                "months": instruction_texts.months(order.arrears),
                "yuan": yuan(order.fen),
            },
            on,
        )
        for order in told
        if is_of_months_withheld(order)
    )


def orders(record: PersonRecord, on: date) -> tuple[Instruction, ...]:
    """What is to be paid now; payments are read only of whom it concerns."""
    rules = current().rules
    if not any(withheld(record, entitlement, rules, on) for entitlement in record.entitlements):
        return ()
    return tuple(paid_once_seen(record, people.payments_of(record.person.id), rules, on))


def owed(record: PersonRecord, on: date) -> tuple[tuple[Instruction, ...], tuple[Message, ...]]:
    """What is to be paid now, and the letters about it."""
    told = orders(record, on)
    return told, letters(record, told, on)
