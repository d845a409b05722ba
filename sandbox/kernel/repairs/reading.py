"""DynamoDB: answers written out directly, and items not copied only to be read."""

from __future__ import annotations

import base64
import json
import operator
import threading
from collections.abc import Callable
from typing import Any, Final

from moto.dynamodb.comparisons import OpDefault
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoResult

from sandbox.kernel.repairs.patches import Patches, World

_READS: Final = frozenset({"Query", "Scan", "GetItem", "BatchGetItem"})
_HEADERS: Final = {"Content-Type": "application/x-amz-json-1.0"}


def plain_answers(patches: Patches, world: World) -> None:
    """What a table answers is JSON already: write it, instead of picking it apart by the service model."""

    def execute_result(self: Any, context: Any) -> Any:
        if context.operation_model.name not in _READS:
            return picked(self, context)
        wire = {name: value for name, value in self.result.items() if value is not None}
        return 200, dict(_HEADERS), json.dumps(wire, default=_binary)

    picked = DynamoResult.execute_result
    patches.add(DynamoResult, "execute_result", execute_result)


def _binary(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


_COMPARES: Final[dict[str, Callable[..., bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "BEGINS_WITH": str.startswith,
    "BETWEEN": lambda key, low, high: low <= key <= high,
}
_ONE_PAGE: Final = 700_000  # characters; whatever may be more than a page is left to moto


def quick_query(patches: Patches, world: World) -> None:
    """A query by text keys that fits on one page compares keys and nothing else."""

    def query(self: Any, hash_key: Any, comparison: Any, values: Any, *rest: Any, **more: Any) -> Any:
        found = _quick(self, hash_key, comparison, values, *rest, **more)
        return whole(self, hash_key, comparison, values, *rest, **more) if found is None else found

    whole = patches.set(Table, "query", query)


def _quick(
    table: Any,
    hash_key: Any,
    comparison: Any,
    values: Any,
    limit: Any,
    start: Any,
    forward: Any,
    narrowed: Any,
    index: Any = None,
    consistent: Any = False,
    narrowing: Any = None,
    **more: Any,
) -> tuple[list[Any], int, None] | None:
    """What the query finds, or None if it is not of the simple kind."""
    odd = {name: value for name, value in more.items() if not name.endswith("key_conditions") and value}
    if index or start or narrowed or not _unfiltered(narrowing) or odd or hash_key is None:
        return None
    rows = (table.items.get(hash_key) or {}) if table.range_key_attr else {}
    if any(key.type != "S" for key in rows):
        return None
    found = sorted(rows.values(), key=_range_text)
    if comparison is not None:
        compare, against = _COMPARES.get(comparison), [value.value for value in values]
        if compare is None:
            return None
        found = [row for row in found if compare(row.range_key.value, *against)]
    length = sum(len(value.value) for row in found for value in row.attrs.values() if value.type == "S")
    if length > _ONE_PAGE or (limit and len(found) > limit):
        return None
    if forward is False:
        found.reverse()
    return found, len(found), None


def _unfiltered(narrowing: Any) -> bool:
    return narrowing is None or isinstance(narrowing, OpDefault)


def _range_text(row: Any) -> str:
    return str(row.range_key.value)


def quick_scan(patches: Patches, world: World) -> None:
    """A scan of the whole table answers on one page; moto walks to the start of each page from the front."""

    def scan(
        self: Any,
        filters: Any,
        limit: Any,
        start: Any,
        filter_expression: Any = None,
        *rest: Any,
        **more: Any,
    ) -> Any:
        odd = [
            value for value in (*rest, *more.values()) if value not in (None, [], False, True, (None, None))
        ]
        if filters or limit or start or odd:
            return whole(self, filters, limit, start, filter_expression, *rest, **more)
        items = self.all_items()
        if filter_expression is None or isinstance(filter_expression, OpDefault):
            return items, len(items), None
        return [item for item in items if filter_expression.expr(item)], len(items), None

    whole = patches.set(Table, "scan", scan)


def read_in_place(patches: Patches, world: World) -> None:
    """A query or scan of the table itself answers within the lock: its items need no copies."""
    reading = threading.local()

    def read(whole: Any, index_at: int) -> Any:
        def look(self: Any, *rest: Any, **more: Any) -> Any:
            index = more.get("index_name") or (rest[index_at] if len(rest) > index_at else None)
            narrowed = more.get("projection_expression") or more.get("projection_expressions")
            reading.now = not index and not narrowed
            try:
                return whole(self, *rest, **more)
            finally:
                reading.now = False

        return look

    def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
        return self if getattr(reading, "now", False) else copied(self, memo)

    patches.set(Table, "query", read(Table.query, 7))
    patches.set(Table, "scan", read(Table.scan, 4))
    copied = patches.set(Item, "__deepcopy__", deepcopy)
