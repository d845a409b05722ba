"""DynamoDB: a transaction decides before it writes, so that it needs no copies to put back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler

from sandbox.kernel.repairs.patches import Patches, World

_MOST: Final = 100
_LARGEST: Final = 90_000  # characters of one item, below 400 KB in any script
_OPERATIONS: Final = frozenset({"Put", "Delete", "Update"})
_UPDATE: Final = re.compile(r"SET (?P<set>#\w+) = (?P<to>:\w+) ADD (?P<count>#\w+) (?P<more>:\w+)")


class _Write(NamedTuple):
    """One write, looked up: its table, its keys, and the item to put (None: to remove)."""

    table: Any
    hash_key: DynamoType
    range_key: DynamoType
    values: Mapping[str, dict[str, str]] | None


def quick_transactions(patches: Patches, world: World) -> None:
    """Where all conditions hold and all items are plain, the writes are made at once.

    Anything else is left to moto, which refuses what must be refused, in its own words.
    """

    def transact(self: Any) -> Any:
        writes = _looked_up(self.dynamodb_backend.tables, self.body["TransactItems"])
        if writes is None:
            return whole(self)
        for write in writes:
            _apply(write)
        return ActionResult({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})

    whole = patches.set(DynamoHandler, "transact_write_items", transact)


def _looked_up(tables: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> list[_Write] | None:
    """The writes of a transaction whose conditions all hold; None if one is not of the plain kind."""
    writes: dict[tuple[str, str, str], _Write] = {}
    for item in items:
        write = _one(tables, item)
        if write is None:
            return None
        writes[write.table.name, write.hash_key.value, write.range_key.value] = write
    return list(writes.values()) if len(writes) == len(items) <= _MOST else None


def _one(tables: Mapping[str, Any], item: Mapping[str, Any]) -> _Write | None:
    (kind, asked), *more = item.items()
    table = tables.get(asked["TableName"])
    if more or kind not in _OPERATIONS or table is None or not _by_text(table):
        return None
    keys = _keys(table, asked["Item"] if kind == "Put" else asked["Key"])
    if keys is None:
        return None
    there = table.items.get(keys[0], {}).get(keys[1])
    if not _allowed(asked, there):
        return None
    if kind == "Delete":
        return _Write(table, *keys, None)
    values = asked["Item"] if kind == "Put" else _updated(asked, there)
    return _Write(table, *keys, values) if values is not None and _plain(values) else None


def _allowed(asked: Mapping[str, Any], there: Any) -> bool:
    """Whether the condition of a write holds for what stands there; False too if it is not a plain one."""
    condition = asked.get("ConditionExpression")
    if condition is None:
        return True
    names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
    if not all(map(_is_plain, values.values())):
        return False
    test = _test(condition, tuple(names.items()), tuple((n, *v.items()) for n, v in values.items()))
    return bool(test.expr(there))


def _updated(asked: Mapping[str, Any], there: Any) -> dict[str, Any] | None:
    """The item that an update leaves, if it sets one value and counts another on; else None."""
    found = _UPDATE.fullmatch(asked["UpdateExpression"])
    if found is None:
        return None
    names, said = asked["ExpressionAttributeNames"], asked["ExpressionAttributeValues"]
    before = {} if there is None else {name: {v.type: v.value} for name, v in there.attrs.items()}
    count, more = before.get(names[found["count"]], {"N": "0"}).get("N", ""), said[found["more"]].get("N", "")
    if not count.isdecimal() or not more.isdecimal():
        return None
    counted = {"N": str(int(count) + int(more))}
    changed = {names[found["set"]]: said[found["to"]], names[found["count"]]: counted}
    return {**asked["Key"], **before, **changed}


def _by_text(table: Any) -> bool:
    """Whether a table has two keys of text, and nothing that follows from its items."""
    follows = table.stream_shard is not None or table.global_indexes or table.indexes
    return table.hash_key_type == "S" and table.range_key_type == "S" and not follows


def _keys(table: Any, values: Mapping[str, Any]) -> tuple[DynamoType, DynamoType] | None:
    first, second = values.get(table.hash_key_attr), values.get(table.range_key_attr)
    if not first or not second or not first.get("S") or not second.get("S"):
        return None
    return DynamoType(first), DynamoType(second)


def _plain(values: Mapping[str, Any]) -> bool:
    """Whether an item holds texts and numbers alone, far from the limit of its size."""
    length = 0
    for name, value in values.items():
        if not _is_plain(value):
            return False
        length += len(name) + sum(map(len, value.values()))
    return length < _LARGEST


def _is_plain(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and ("S" in value or "N" in value)


@lru_cache(4096)
def _test(text: str, names: Any, values: Any) -> Any:
    """A condition, read; those of one transaction come back in the next."""
    return get_filter_expression(text, dict(names), {name: dict([pair]) for name, pair in values})


def _apply(write: _Write) -> None:
    if write.values is None:
        write.table.delete_item(write.hash_key, write.range_key)
        return
    attributes = LimitedSizeDict()
    attributes.update((name, DynamoType(value)) for name, value in write.values.items())
    item = object.__new__(Item)  # its own way measures every value for each that is added
    item.hash_key, item.range_key, item.attrs = write.hash_key, write.range_key, attributes
    write.table.items[write.hash_key][write.range_key] = item
