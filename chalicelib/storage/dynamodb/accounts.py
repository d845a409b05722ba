"""待遇账户 · A person's record together with what they were really paid."""

from __future__ import annotations

from chalicelib.model import Payment, PersonId, PersonRecord
from chalicelib.storage.dynamodb import paid, people, tables
from chalicelib.storage.dynamodb.items import ABOVE, partition
from chalicelib.storage.dynamodb.tables import People


def of(person: PersonId, ledger: paid.Ledger) -> tuple[PersonRecord, list[Payment]] | None:
    """A record with all payments that are known of the person, by month; None where nobody is.

    `ledger`: of whoever goes through people in the order of their ids.

    It may be a moment old, as for all passes (`everybody`), and is that of a joined number, too: what was
    paid under it stands there.
    """
    record = people.assembled(tables.below(People, partition(person), ABOVE, at_once=False))
    return None if record is None else (record, ledger.payments_of(person))
