"""审计条目 · Where entries of audit chains stand: a table of their own, in which nobody alters or removes one.

    Audit   P#<id> / ~A#<sequence>               one step of a person's record
                   / ~L#<sequence>               looks at a person, from the one that this number counts
            ACCOUNT#<subject> / ~A#<sequence>    one change of an account

Where a chain ends stands with what it is about (PROFILE, ~LOOKS, ACCOUNT): whoever appends expects it there
as it was read, in the same transaction, so that no chain forks. Entries of before stand under the same keys
in the people table and stay there (decision 0027): both are read, and one that stands in both breaks the
chain, as it was never written so.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge

from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Audit, People, Put


def appended(pk: str, sk: str, text: str, writer: str | None = None) -> Put:
    """The write of an entry, under the condition that none stands there: a transaction takes it up."""
    return Put(Audit(pk, sk, body=text, writer=writer), tables.absent(Audit))


def is_by(pk: str, sk: str, writer: str) -> bool:
    """Whether an entry was written under this token."""
    written = tables.get(Audit, pk, sk)
    return written is not None and written.writer == writer


def standing(pk: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Sort key and text of a chain's entries, in order, those of before among them."""
    before = tables.query(People, pk, People.sk.startswith(prefix))
    now = tables.query(Audit, pk, Audit.sk.startswith(prefix))
    yield from merge(*(((item.sk, item.body) for item in found) for found in (before, now)))
