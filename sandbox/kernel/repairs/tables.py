"""DynamoDB: one writer, one partition per query, small snapshots, idempotent transactions."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from typing import Any, Final

from moto.dynamodb.exceptions import DynamodbException, MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from sandbox.kernel.repairs.patches import Patches, World

_REMEMBERED: Final = 10_000
_REPLAY_SECONDS: Final = 600  # how long DynamoDB knows a ClientRequestToken
_BATCH: Final = 25


def one_writer(patches: Patches, world: World) -> None:
    """One lock around every action of every table."""
    lock = threading.RLock()

    def call_action(self: Any) -> Any:
        with lock:
            return action(self)

    action = patches.set(DynamoHandler, "call_action", call_action)


def one_partition(patches: Patches, world: World) -> None:
    """A query of the table itself looks at the items of its partition key alone."""
    asked = threading.local()

    def all_items(self: Any) -> list[Any]:
        key = getattr(asked, "key", None)
        if key is None or not self.range_key_attr:
            return list(every(self))
        partition = self.items.get(key)
        return list(partition.values()) if partition else []  # query sorts them

    def query(self: Any, hash_key: Any, *rest: Any, **more: Any) -> Any:
        index = more.get("index_name") or (rest[6] if len(rest) > 6 else None)
        asked.key = None if index else hash_key
        try:
            return whole(self, hash_key, *rest, **more)
        finally:
            asked.key = None

    every = patches.set(Table, "all_items", all_items)
    whole = patches.set(Table, "query", query)


def small_snapshots(patches: Patches, world: World) -> None:
    """A transaction's copy of a table holds copies of the touched items, and shares the others."""
    touched = threading.local()

    def transact(self: Any, items: list[dict[str, Any]]) -> None:
        touched.items, touched.twins = items, {}
        try:
            whole(self, items)
        finally:
            touched.items = None

    def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
        items = getattr(touched, "items", None)
        if items is not None:  # moto asks once per item, and needs one copy per table
            if self.name not in touched.twins:
                touched.twins[self.name] = _snapshot(self, items)
            return touched.twins[self.name]
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update({name: copy.deepcopy(value, memo) for name, value in vars(self).items()})
        return twin

    whole = patches.set(DynamoDBBackend, "transact_write_items", transact)
    patches.add(Table, "__deepcopy__", deepcopy)


def _snapshot(table: Any, items: list[dict[str, Any]]) -> Any:
    """A twin to put back if the transaction fails, as it was before any of `items` was applied."""
    twin = object.__new__(type(table))  # not copy.copy: moto keeps every object that its classes make
    vars(twin).update(vars(table))
    twin.items = table.items.copy()
    copied: set[Any] = set()
    for item in items:
        operation = next(iter(item.values()))
        key = operation.get("Key") or operation.get("Item")
        if operation.get("TableName") != table.name or table.hash_key_attr not in key:
            continue
        partition = DynamoType(key[table.hash_key_attr])
        if partition not in table.items:
            continue
        if not table.range_key_attr:
            twin.items[partition] = copy.deepcopy(table.items[partition])
            continue
        if partition not in copied:
            copied.add(partition)
            twin.items[partition] = table.items[partition].copy()
        row = DynamoType(key[table.range_key_attr])
        if row in table.items[partition]:
            twin.items[partition][row] = copy.deepcopy(table.items[partition][row])
    return twin


def idempotent_transactions(patches: Patches, world: World) -> None:
    """The same ClientRequestToken again within ten minutes changes nothing."""
    known: OrderedDict[str, tuple[float, Any, Any]] = OrderedDict()

    def transact(self: Any) -> Any:
        token = self.body.get("ClientRequestToken")
        if not token:
            return apply(self)
        said = self.body["TransactItems"]
        now = world.clock.milliseconds() / 1000
        if token in known and now - known[token][0] < _REPLAY_SECONDS:
            _, before, response = known[token]
            if said != before:
                raise DynamodbException(
                    "IdempotentParameterMismatchException", "The token was used with other parameters"
                )
            return response
        response = apply(self)
        known[token] = (now, said, response)
        if len(known) > _REMEMBERED:
            known.popitem(last=False)
        return response

    apply = patches.set(DynamoHandler, "transact_write_items", transact)


def batch_limit(patches: Patches, world: World) -> None:
    """At most 25 writes in a batch."""

    def batch(self: Any) -> Any:
        if sum(len(requests) for requests in self.body["RequestItems"].values()) > _BATCH:
            raise MockValidationException(
                "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: "
                "Map value must satisfy constraint: [Member must have length less than or equal to 25]"
            )
        return write(self)

    write = patches.set(DynamoHandler, "batch_write_item", batch)
