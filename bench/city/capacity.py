"""读写容量 · Capacity units of DynamoDB's calls, by the sizes of what they read and write.

A unit writes 1 kB, or reads 4 kB as it is now; what may be a moment old costs half, a transaction double.
Every item of a transaction or batch is rounded up by itself, what a query reads as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, Final, NamedTuple

Item = Mapping[str, Mapping[str, Any]]

WRITTEN_AT_ONCE: Final = 1024  # bytes
READ_AT_ONCE: Final = 4096  # bytes
NUMBER: Final = 8  # bytes, about
KEPT_BESIDE: Final = 100  # bytes that DynamoDB keeps of each item beside it


class Units(NamedTuple):
    """What a call takes of a table's throughput."""

    read: float = 0.0
    write: float = 0.0

    def __add__(self, other: object) -> Units:
        """Both together."""
        read, write = other if isinstance(other, Units) else Units()
        return Units(self.read + read, self.write + write)


def size_of(item: Item) -> int:
    """Bytes of an item: its attributes' names and what they hold."""
    return sum(len(name.encode()) + sum(map(_length, value.values())) for name, value in item.items())


def _length(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value.encode()) if isinstance(value, str) else NUMBER


def written(size: int) -> int:
    """Units that writing an item takes, or removing it."""
    return max(1, ceil(size / WRITTEN_AT_ONCE))


def read(size: int, *, at_once: bool = True) -> float:
    """Units that reading so much takes; half of them where it may be a moment old."""
    return max(1, ceil(size / READ_AT_ONCE)) * (1 if at_once else 0.5)


def units_of(operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
    """What a call has taken, as told from outside: nobody says the size of what is removed."""
    match operation:
        case "GetItem":
            return Units(read=read(size_of(answer.get("Item", {})), at_once=_at_once(asked)))
        case "Query" | "Scan":
            size = sum(map(size_of, answer["Items"]))
            return Units(read=read(size, at_once=_at_once(asked)))
        case "BatchGetItem":
            return _read_in_batch(asked["RequestItems"], answer["Responses"])
        case "PutItem":
            return Units(write=written(size_of(asked["Item"])))
        case "UpdateItem" | "DeleteItem":
            return Units(write=1)
        case "TransactWriteItems":
            return Units(write=2 * sum(map(_in_transaction, asked["TransactItems"])))
        case "BatchWriteItem":
            requests = (each for some in asked["RequestItems"].values() for each in some)
            return Units(write=sum(map(_in_batch, requests)))
    return Units()


def _at_once(asked: Mapping[str, Any]) -> bool:
    return bool(asked.get("ConsistentRead"))


def _read_in_batch(asked: Mapping[str, Any], found: Mapping[str, Iterable[Item]]) -> Units:
    units = Units()
    for table, wanted in asked.items():
        items, at_once = list(found.get(table, ())), _at_once(wanted)
        missing = len(wanted["Keys"]) - len(items)
        units += Units(read=sum(read(size_of(item), at_once=at_once) for item in items))
        units += Units(read=missing * read(0, at_once=at_once))
    return units


def _in_transaction(write: Mapping[str, Any]) -> int:
    return written(size_of(write["Put"]["Item"])) if "Put" in write else 1


def _in_batch(request: Mapping[str, Any]) -> int:
    return written(size_of(request["PutRequest"]["Item"])) if "PutRequest" in request else 1
