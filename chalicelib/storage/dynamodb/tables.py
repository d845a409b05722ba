"""数据表 · The four tables as PynamoDB models, and the few ways in which storage touches them.

An item is its key, a JSON `body` that holds one domain object, and as attributes of their own only what
a condition, a counter or the time-to-live looks at. Reasons: one codec for every type instead of three
descriptions of each (model, table, conversion); the body stays readable in the console; and 30 items
cost 30 `json.loads`. Models never leave `storage`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Self, TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import DeleteError, PutError, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator
from pynamodb.transactions import TransactWrite

from chalicelib.errors import ConflictError
from chalicelib.settings import settings
from chalicelib.storage import retries
from chalicelib.storage.clients import client, code_of

MAX_ITEMS: Final = 100  # of one transaction, by DynamoDB's limit
_BATCH: Final = 25
_BATCH_TRIES: Final = 8
_CONDITION_CODES: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_CONFLICT_CODES: Final = frozenset(
    {"ConditionalCheckFailedException", "TransactionConflictException", "TransactionInProgressException"}
)


class Item(Model):
    """What the four tables share. `expires` (epoch seconds) is the table's time-to-live attribute."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute(null=True)
    writer = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True)

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """An item as it was read: only texts and numbers, so that each need not be asked what it is."""
        item = cls.__new__(cls)
        item.attribute_values = {name: _plain(**value) for name, value in data.items()}
        return item

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """PynamoDB's one door to AWS: the table's name and our client are put in here."""
        cls.Meta.table_name = getattr(settings(), f"{cls.__name__.lower()}_table")
        connection = super()._get_connection()
        connection.connection._client = client("dynamodb")
        return connection


def _plain(
    S: str | None = None,  # noqa: N803 - DynamoDB's names
    N: str = "null",  # noqa: N803
    SS: list[str] | None = None,  # noqa: N803
    **_: object,
) -> Any:
    if SS is not None:
        return set(SS)
    return json.loads(N) if S is None else S


class People(Item):
    """Everything about people; also the index of numbers and the replies to repeated calls."""

    class Meta:
        table_name = ""

    sequence = NumberAttribute(null=True)  # PROFILE only: the person's lock
    head = UnicodeAttribute(null=True)  # PROFILE only: hash of the last audit entry
    sealed = UnicodeAttribute(null=True)  # ~I and ~C only: who it is and where they live, as ciphertext
    mark = UnicodeAttribute(null=True)  # ~I and ~C only: HMAC of that, to see that it changed
    named = UnicodeAttribute(null=True)  # ~I only: HMAC of the name, to answer whether one is right
    uses = NumberAttribute(null=True)  # PHONE# only: messages to one phone on one day
    told = UnicodeSetAttribute(null=True)  # PHONE# only: which these are
    state = UnicodeAttribute(null=True)  # DELIVERY# only: how far a message has come


class Work(Item):
    """What there is to do: rows that follow from people's records; also what is counted by caller."""

    class Meta:
        table_name = ""

    times = NumberAttribute(null=True)  # FAILED# and ASKED# only: how often


class Audit(Item):
    """Entries of audit chains, put once: nobody may alter or remove one (`audit`)."""

    class Meta:
        table_name = ""


class Files(Item):
    """Dropped files."""

    class Meta:
        table_name = ""

    sealed = UnicodeAttribute(null=True)  # the object's key, as ciphertext
    left = NumberAttribute(null=True)  # CHUNKS only, written before: nobody counts any more


I = TypeVar("I", bound=Item)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item."""

    item: Item
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item, there or not."""

    item: Item


@dataclass(frozen=True, slots=True)
class Check:
    """Write nothing, and nothing else either unless an item is so."""

    item: Item
    condition: Condition


Write = Put | Delete | Check
Attributes = Mapping[str, Mapping[str, str]]  # {"sk": {"S": "PROFILE"}, "sequence": {"N": "7"}, …}


def absent(model: type[Item]) -> Condition:
    """The condition that no item stands under this key yet."""
    return model.pk.does_not_exist()


def write_together(writes: Sequence[Write], token: str) -> None:
    """Commit all writes or none; ConflictError where a condition fails or another transaction is on it.

    A lost acknowledgement also ends in ConflictError, although everything was applied: the caller
    looks for its own token (design, decision 11). Raises ValueError beyond 100 items.
    """
    if len(writes) > MAX_ITEMS:
        raise ValueError(f"{len(writes)} items in one transaction, {MAX_ITEMS} at most")
    connection = People._get_connection().connection
    try:
        with TransactWrite(connection=connection, client_request_token=token) as transaction:
            for write in writes:
                _add(transaction, write)
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        if codes & _CONDITION_CODES or code_of(error) in _CONFLICT_CODES:
            raise ConflictError("another writer was first") from error
        raise


def _add(transaction: TransactWrite, write: Write) -> None:
    if isinstance(write, Put):
        transaction.save(write.item, condition=write.condition)
    elif isinstance(write, Check):
        transaction.condition_check(type(write.item), write.item.pk, write.item.sk, write.condition)
    else:
        transaction.delete(write.item)


def put_if(item: Item, condition: Condition) -> None:
    """Write one item under a condition; ConflictError where it fails (or an acknowledgement was lost)."""
    try:
        item.save(condition=condition)
    except PutError as error:
        if code_of(error) in _CONFLICT_CODES:
            raise ConflictError("another writer was first") from error
        raise


def update_if(item: Item, actions: Sequence[Action], condition: Condition) -> None:
    """Change some attributes of an item under a condition; ConflictError as `put_if`."""
    try:
        item.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        if code_of(error) in _CONFLICT_CODES:
            raise ConflictError("another writer was first") from error
        raise


def put(item: Item) -> None:
    """Write one item, whatever stands there."""
    item.save()


def count(pk: str, sk: str, more: int, until: datetime) -> int:
    """Add to what an item of work counts, from 0, whoever else does; returns the sum.

    Kept until an instant. Worded by hand, as in `below`: requests make it too.
    """
    answer: dict[str, Any] = client("dynamodb").update_item(
        TableName=Work._get_connection().table_name,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="ADD #times :more SET #expires = :until",
        ExpressionAttributeNames={"#times": "times", "#expires": "expires"},
        ExpressionAttributeValues={":more": {"N": str(more)}, ":until": {"N": str(int(until.timestamp()))}},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["times"]["N"])


def delete(item: Item) -> None:
    """Remove one item, there or not."""
    item.delete()


def delete_if(item: Item, condition: Condition) -> bool:
    """Remove one item under a condition; False where it fails."""
    try:
        item.delete(condition=condition)
    except DeleteError as error:
        if code_of(error) in _CONFLICT_CODES:
            return False
        raise
    return True


def get(model: type[I], pk: str, sk: str) -> I | None:
    """One item, strongly consistent."""
    try:
        return model.get(pk, sk, consistent_read=True)
    except model.DoesNotExist:
        return None


def get_many(model: type[I], keys: Iterable[tuple[str, str]], *, at_once: bool = True) -> Iterator[I]:
    """Those of the items that exist, in any order; keys may repeat. Consistent, or at half the price."""
    yield from model.batch_get(list(dict.fromkeys(keys)), consistent_read=at_once)


def there(
    model: type[Item], keys: Iterable[tuple[str, str]], *, at_once: bool = True
) -> set[tuple[str, str]]:
    """Which of many items exist, strongly consistent: their keys, no more; else at half the price."""
    names = ["pk", "sk"]
    found = model.batch_get(list(dict.fromkeys(keys)), consistent_read=at_once, attributes_to_get=names)
    return {(item.pk, item.sk) for item in found}


def query(
    model: type[I],
    pk: str,
    place: Condition | None = None,
    *,
    newest_first: bool = False,
    at_most: int | None = None,
) -> Iterator[I]:
    """One partition in order of sort keys, strongly consistent; no more is read than `at_most` items."""
    yield from model.query(
        pk, place, consistent_read=True, scan_index_forward=not newest_first, limit=at_most
    )


def below(model: type[Item], pk: str, end: str, *, at_once: bool = True) -> Iterator[Attributes]:
    """One partition below a sort key, as DynamoDB words it, strongly consistent; else at half the price.

    The one read that every request makes: conditions and models would add a third to what it costs.
    """
    asked = {
        "TableName": model._get_connection().table_name,
        "KeyConditionExpression": "pk = :pk AND sk < :end",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":end": {"S": end}},
        "ConsistentRead": at_once,
    }
    while True:
        page: dict[str, Any] = client("dynamodb").query(**asked)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


Place = Mapping[str, Mapping[str, str]]  # where a page of a table has ended, as DynamoDB words it


def scan_page(
    model: type[Item],
    wanted: str,
    values: Mapping[str, Mapping[str, str]],
    after: Place | None,
    part: tuple[int, int] | None = None,
) -> tuple[list[Attributes], Place | None]:
    """One page of a whole table, or of one part of so many; and where it has ended, None: there is no more.

    `wanted`: a filter as DynamoDB words it. Eventually consistent, at half the price.
    """
    asked: dict[str, Any] = {
        "TableName": model._get_connection().table_name,
        "FilterExpression": wanted,
        "ExpressionAttributeValues": values,
    }
    if part is not None:
        asked["Segment"], asked["TotalSegments"] = part
    if after is not None:
        asked["ExclusiveStartKey"] = after
    page: dict[str, Any] = client("dynamodb").scan(**asked)
    return page["Items"], page.get("LastEvaluatedKey")


def scan(model: type[Item], condition: Condition) -> Iterator[Attributes]:
    """The whole table, partition by partition, as DynamoDB words it. For nightly passes only."""
    asked = {"filter_condition": condition, "consistent_read": True}
    yield from ResultIterator(model._get_connection().scan, (), asked)


def put_all(items: Iterable[Item]) -> int:
    """Write many items of one table, without conditions; the last of those with one key wins.

    PynamoDB's own batch clears its list before it sends and resends without waiting. Here nothing is
    forgotten: what the table did not take is offered again, ever more slowly. Returns how many items
    were written; PynamoDBException when the table still refuses some.
    """
    by_key = {(item.pk, item.sk): item for item in items}
    return _all_of_them(by_key.values(), lambda item: {"PutRequest": {"Item": item.serialize()}})


def delete_all(items: Iterable[Item]) -> int:
    """Remove many items of one table, there or not; else as `put_all`."""
    by_key = {(item.pk, item.sk): item for item in items}
    return _all_of_them(
        by_key.values(), lambda item: {"DeleteRequest": {"Key": {"pk": {"S": item.pk}, "sk": {"S": item.sk}}}}
    )


def _all_of_them(items: Collection[Item], worded: Callable[[Item], Mapping[str, Any]]) -> int:
    if not items:
        return 0
    table = type(next(iter(items)))._get_connection().table_name
    waiting = map(worded, items)  # once, one after another
    refused: list[Any] = []
    written = tries = 0
    while batch := [*refused, *islice(waiting, _BATCH - len(refused))]:
        answer: dict[str, Any] = client("dynamodb").batch_write_item(RequestItems={table: batch})
        refused = answer.get("UnprocessedItems", {}).get(table, [])
        written += len(batch) - len(refused)
        if not refused:
            tries = 0
            continue
        tries += 1
        if tries == _BATCH_TRIES:
            raise PynamoDBException(f"{len(items) - written} of {len(items)} items were refused")
        retries.pause(tries)
    return len(items)
