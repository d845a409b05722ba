"""Queries and scans by text keys, read off moto's tables; everything else about tables is in `actions`.

What is asked must be of the kind that storage asks: one partition, or a filter over the whole table.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from moto.dynamodb import comparisons
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from sandbox.shortcut.place import Action, Place, copied

_QUERY: Final = frozenset(
    {
        "TableName",
        "KeyConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ConsistentRead",
        "ScanIndexForward",
        "Limit",
        "ReturnConsumedCapacity",
    }
)
_SCAN: Final = frozenset(
    {
        "TableName",
        "FilterExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ConsistentRead",
        "ReturnConsumedCapacity",
    }
)
_PLACE: Final = re.compile(
    r"\(?(?P<hash>#?\w+) = (?P<value>:\w+)"
    r"(?: AND (?:(?P<range>#?\w+) (?P<sign>=|<|<=|>|>=) (?P<one>:\w+)"
    r"|begins_with ?\((?P<begins>#?\w+), (?P<with>:\w+)\)"
    r"|(?P<between>#?\w+) BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)))?\)?"
)
_SIGNS: Final[Mapping[str, Callable[..., bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PLAIN: Final = frozenset({"S", "N"})

Test = Callable[[str], bool]


class _Keys(NamedTuple):
    """What a key condition names: the keys, how the range key is compared, and the values' names."""

    hash: str
    value: str
    range: str | None = None
    compare: Callable[..., bool] = operator.eq
    against: tuple[str, ...] = ()


@lru_cache
def _keys(text: str) -> _Keys | None:
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    name, value = found["hash"], found["value"]
    if found["range"]:
        return _Keys(name, value, found["range"], _SIGNS[found["sign"]], (found["one"],))
    if found["begins"]:
        return _Keys(name, value, found["begins"], str.startswith, (found["with"],))
    if found["between"]:
        return _Keys(name, value, found["between"], _between, (found["low"], found["high"]))
    return _Keys(name, value)


def _between(key: str, low: str, high: str) -> bool:
    return low <= key <= high


def _table(place: Place, name: str) -> Any:
    """A table whose keys are two texts; None if there is none of that kind."""
    table: Any = dynamodb_backends[place.account][place.region].tables.get(name)
    by_text = table is not None and table.hash_key_type == "S" and table.range_key_type == "S"
    return table if by_text else None


# --- one partition ---------------------------------------------------------------------------------


def _query(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    keys, table = _keys(asked.get("KeyConditionExpression", "")), _table(place, asked["TableName"])
    if keys is None or table is None or not _QUERY.issuperset(asked):
        return None
    names, values = asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"]
    wanted = (table.hash_key_attr, table.range_key_attr if keys.range else None)
    against = [values[name].get("S") for name in keys.against]
    if wanted != (names.get(keys.hash, keys.hash), keys.range and names.get(keys.range, keys.range)):
        return None
    if None in against or "S" not in values[keys.value]:
        return None
    rows = table.items.get(DynamoType(values[keys.value])) or {}
    compare = keys.compare
    found = [row for key, row in rows.items() if not against or compare(key.value, *against)]
    if 0 < asked.get("Limit", 0) < len(found):
        return None
    found.sort(key=_range_text, reverse=not asked.get("ScanIndexForward", True))
    return _page(asked, [_wire(row) for row in found], len(found))


def _page(asked: Mapping[str, Any], found: list[dict[str, Any]], seen: int) -> dict[str, Any]:
    page = {"Items": found, "Count": len(found), "ScannedCount": seen}
    if asked.get("ReturnConsumedCapacity") == "TOTAL":  # moto measures nothing: one unit, whatever was read
        page["ConsumedCapacity"] = {"TableName": asked["TableName"], "CapacityUnits": 1}
    return page


def _range_text(row: Any) -> str:
    text: str = row.range_key.value
    return text


def _wire(item: Any) -> dict[str, Any]:
    """An item as a client gets it."""
    wire = {}
    for name, value in item.attrs.items():
        if value.type not in _PLAIN:
            whole: dict[str, Any] = copied(item.to_json()["Attributes"])
            return whole
        wire[name] = {value.type: value.value}
    return wire


# --- a whole table ---------------------------------------------------------------------------------


def _scan(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    table = _table(place, asked["TableName"])
    if table is None or not _SCAN.issuperset(asked):
        return None
    names, values = asked.get("ExpressionAttributeNames"), asked.get("ExpressionAttributeValues")
    test = comparisons.get_filter_expression(asked.get("FilterExpression"), names, values)
    found = [_wire(row) for row in _sifted(table, test)]
    return _page(asked, found, sum(map(len, table.items.values())))


def _sifted(table: Any, test: Any) -> Iterator[Any]:
    """The items for which a test holds, in order of their keys.

    What the test says of the keys alone is asked first, once per partition and of the bare texts.
    """
    parts = list(_parts(test))
    by_hash = [(part, _of_text(part, table.hash_key_attr)) for part in parts]
    by_range = [(part, _of_text(part, table.range_key_attr)) for part, known in by_hash if known is None]
    of_hash = [known for _, known in by_hash if known is not None]
    of_range = [known for _, known in by_range if known is not None]
    of_item = [part for part, known in by_range if known is None]
    for hash_key in sorted(table.items, key=lambda key: str(key.value)):
        if not all(holds(hash_key.value) for holds in of_hash):
            continue
        for row in sorted(
            (
                row
                for key, row in table.items[hash_key].items()
                if all(holds(key.value) for holds in of_range)
            ),
            key=_range_text,
        ):
            if all(part.expr(row) for part in of_item):
                yield row


def _parts(test: Any) -> Iterator[Any]:
    """The tests that must all hold."""
    if isinstance(test, comparisons.OpAnd):
        yield from _parts(test.lhs)
        yield from _parts(test.rhs)
    elif not isinstance(test, comparisons.OpDefault):
        yield test


_ORDERS: Final[Mapping[type[Any], Callable[[str, str], bool]]] = {
    comparisons.OpLessThan: operator.lt,
    comparisons.OpLessThanOrEqual: operator.le,
    comparisons.OpGreaterThan: operator.gt,
    comparisons.OpGreaterThanOrEqual: operator.ge,
    comparisons.OpEqual: operator.eq,
}


def _of_text(test: Any, key: str) -> Test | None:
    """A test as one of the key's text alone; None if it asks for more."""
    if isinstance(test, comparisons.OpOr):
        first, second = _of_text(test.lhs, key), _of_text(test.rhs, key)
        if first is None or second is None:
            return None
        return lambda text: first(text) or second(text)
    if isinstance(test, comparisons.FuncBeginsWith):
        begin = _text(test.substr)
        return (lambda text: text.startswith(begin)) if begin is not None and _is(test.attr, key) else None
    order = _ORDERS.get(type(test))
    if order is None or not _is(test.lhs, key) or (against := _text(test.rhs)) is None:
        return None
    return lambda text: order(text, against)


def _is(operand: Any, key: str) -> bool:
    return isinstance(operand, comparisons.AttributePath) and operand.path == [key]


def _text(operand: Any) -> str | None:
    plain = isinstance(operand, comparisons.AttributeValue) and operand.type == "S"
    return operand.value if plain else None


SHORT: Final[Mapping[tuple[str, str], Action]] = {("dynamodb", "Query"): _query, ("dynamodb", "Scan"): _scan}
