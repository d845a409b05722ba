"""实发记录 · What was really paid to people, as authorities report it: beside their records, without a
lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Final

from chalicelib.model import BenefitCode, Month, Payment, PersonId
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode, partition
from chalicelib.storage.dynamodb.tables import Attributes, People

PAYMENT: Final = "~P#"


def put_payments(payments: Iterable[tuple[PersonId, Payment]]) -> int:
    """Keep what an authority reports as paid; the same payment again changes nothing. Returns how many.

    Two payments for one month stand side by side if they were made on different days, or told of by different
    files.
    """
    return tables.put_all(
        People(partition(person_id), _payment(p.month, p.benefit, p.paid, p.source), body=encode(p))
        for person_id, p in payments
    )


def take_up_payments(person_id: PersonId, of: PersonId) -> None:
    """Keep what was paid to another number of a person beside what was paid to this one."""
    for item in tables.query(People, partition(of), People.sk.between(PAYMENT, f"{PAYMENT}~")):
        tables.put(People(partition(person_id), item.sk, body=item.body))


def remove_payments(
    person_id: PersonId, places: Iterable[tuple[Month, BenefitCode, date]], source: str = ""
) -> None:
    """Take away payments that a file reported in error, by month, benefit and the day they were made."""
    for month, benefit, paid in places:
        tables.delete(People(partition(person_id), _payment(month, benefit, paid, source)))


def _payment(month: Month, benefit: BenefitCode, paid: date, source: str) -> str:
    return f"{PAYMENT}{month}#{benefit}#{paid.isoformat()}{f'#{source}' if source else ''}"


def source_of(key: str) -> str:
    """What stands for the name under which a file was dropped: names may say anything."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _once(payments: Iterable[Payment]) -> list[Payment]:
    """Without what another file has only repeated: the same sum for the same month, made on the same day.

    In doubt it is one payment: nobody is asked back what an authority has told twice.
    """
    return list(dict.fromkeys(payments))


def among(items: Iterable[Attributes]) -> list[Payment]:
    """The payments among the items of one partition, by month."""
    return _once(decode(Payment, item["body"]["S"]) for item in items if item["sk"]["S"].startswith(PAYMENT))


def payments_of(person_id: PersonId, since: Month | None = None) -> list[Payment]:
    """What was really paid to a person for a month and later ones, by month."""
    place = People.sk.between(f"{PAYMENT}{since or ''}", f"{PAYMENT}~")
    return _once(decode(Payment, item.body) for item in tables.query(People, partition(person_id), place))
