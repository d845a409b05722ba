"""DynamoDB: answers written out directly, and items not copied only to be read."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any, Final

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
