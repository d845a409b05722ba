"""换钥 · Everybody is found by the newest key of the identity secret, and what is sealed is sealed anew: a
backfill that may break off anywhere and goes on (decision 0025).

Ids stay: they stand in keys, chains, executions and messages. An index row under the newest key leads to each
from its number, and marks of names are made anew, in a transaction with an entry of its own on the chain. So
the older keys may be taken out of the secret once nobody is left who needs them.
"""

from __future__ import annotations

from typing import NamedTuple

from chalicelib import clock
from chalicelib.model import Change, PersonId, PersonRecord
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import commits, everybody, people, tables, worklists
from chalicelib.storage.dynamodb.items import IDENTITY, INDEX, partition
from chalicelib.storage.dynamodb.tables import People

ACTION = "identity re-keyed"
ACTOR = "operator"


class Rekeyed(NamedTuple):
    """How many people were brought under the current key, and behind whom to go on; None: those were all."""

    people: int
    after: str | None


def rekey_some(shard: str, each: Each, after: str = "", stop: Stop = never) -> Rekeyed:
    """Bring a shard's people behind one of them under the current key; done before, it changes nobody."""
    count = 0
    walk = Walk(everybody.ids_of(shard, after), stop)
    for person in walk:
        with each(person=person):
            count += rekey(person)
    return Rekeyed(count, None if walk.is_over else walk.last)


def rekey(person: PersonId) -> bool:
    """One person: whether anything was to be done. Without a sealed identity nobody is found by a number."""
    box = tables.get(People, partition(person), IDENTITY)
    if box is None:
        return False
    identity = encryption.unseal_identity(person, box.sealed)
    is_new = _point_to(person, identity.number)
    if box.mark == hmac_ids.identity_mark(identity):
        return is_new

    def plan(record: PersonRecord) -> tuple[commits.Plan, None]:
        return commits.Plan(
            Change(ACTION, ACTOR, clock.now(), {"version": hmac_ids.keys().current}),
            also=[people.identified(person, record.person.area, people.identity_of(person))],
        ), None

    commits.commit_with_retry(lambda: people.under_its_own_number(person), plan)
    return True


def _point_to(person: PersonId, number: str) -> bool:
    """Have the current key lead from a number to its person; whether it did not before."""
    key = hmac_ids.index_key(number)
    if hmac_ids.person_id_for(number) == person or tables.get(People, key, INDEX) is not None:
        return False
    tables.put(People(key, INDEX, body=person))
    return True


def only_related() -> int:
    """How many are known only as somebody's related person: their ids hang on the key that made them."""
    return sum(not people.is_known(other) for other in worklists.related_to())
