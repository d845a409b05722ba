"""实发记录 · What was really paid to people, as authorities report it: beside their records, without a
lock."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.model import BenefitCode, Month, Payment, PersonId
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode, partition
from chalicelib.storage.dynamodb.tables import People

PAYMENT: Final = "~P#"


def put_payments(payments: Iterable[tuple[PersonId, Payment]]) -> int:
    """Keep what an authority reports as paid; the same payment again changes nothing. Returns how many.

    Two payments for one month stand side by side if they were made on different days, under different numbers
    of the person, or told of by different files.
    """
    return tables.put_all(
        People(partition(person_id), _payment(p.month, p.benefit, p.paid, p.source, p.under), body=encode(p))
        for person_id, p in payments
    )


def take_up_payments(person_id: PersonId, of: PersonId) -> None:
    """Keep what was paid to another number of a person beside what was paid to this one."""
    for item in tables.query(People, partition(of), People.sk.between(PAYMENT, f"{PAYMENT}~")):
        paid = decode(Payment, item.body)
        paid = replace(paid, under=paid.under or of)
        place = _payment(paid.month, paid.benefit, paid.paid, paid.source, paid.under)
        tables.put(People(partition(person_id), place, body=encode(paid)))


def remove_payments(
    person_id: PersonId,
    places: Iterable[tuple[Month, BenefitCode, date]],
    source: str = "",
    under: PersonId | None = None,
) -> None:
    """Take away payments that a file reported in error, by month, benefit and the day they were made.

    `under`: the other number of the person under which they were made, if not their own.
    """
    for month, benefit, paid in places:
        tables.delete(People(partition(person_id), _payment(month, benefit, paid, source, under)))


def _payment(month: Month, benefit: BenefitCode, paid: date, source: str, under: PersonId | None) -> str:
    number = f"#{under}" if under is not None else ""
    return f"{PAYMENT}{month}#{benefit}#{paid.isoformat()}{f'#{source}' if source else ''}{number}"


def source_of(key: str) -> str:
    """What stands for the name under which a file was dropped: names may say anything."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _once(payments: Iterable[Payment]) -> list[Payment]:
    """Without what another file has only repeated: the same sum for the same month, made on the same day.

    In doubt it is one payment: nobody is asked back what an authority has told twice. One file that pays it
    under each of two numbers has paid twice.
    """
    told: dict[Payment, Counter[str]] = {}
    for payment in payments:
        told.setdefault(payment, Counter())[payment.source] += 1
    return [payment for payment, files in told.items() for _ in range(max(files.values()))]


def payments_of(person_id: PersonId, since: Month | None = None) -> list[Payment]:
    """What was really paid to a person for a month and later ones, by month."""
    place = People.sk.between(f"{PAYMENT}{since or ''}", f"{PAYMENT}~")
    return _once(decode(Payment, item.body) for item in tables.query(People, partition(person_id), place))
