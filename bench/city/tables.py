"""内存表 · DynamoDB in memory, as far as the project asks it, with the units that each call takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from bench.city import capacity
from bench.city.capacity import Units, size_of
from bench.city.conditions import holds, updated
from bench.city.counting import kind_of
from bench.city.kept import Found, Kept
from bench.city.refused import RefusedError

if TYPE_CHECKING:
    from bench.city.aws import Counted

Asked = Mapping[str, Any]

PAGE: Final = 1_000_000  # bytes
_LAST: Final = chr(0x10FFFF)
_FIRST_NAME: Final = re.compile(r"#\w+")


def said(operation: str, asked: Asked, kept: Kept, counted: Counted) -> bytes:
    """What DynamoDB answers; RefusedError where a condition fails, KeyError for a call nobody makes."""
    return _OPERATIONS[operation](asked, kept, counted)


def _get(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    found = kept.get(asked["TableName"], asked["Key"])
    _read(counted, found.size if found else 0, asked)
    return b"{}" if found is None else f'{{"Item":{found.body}}}'.encode()


def _query(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    pk, first, last, without = _place(asked)
    backwards = asked.get("ScanIndexForward") is False
    if start := asked.get("ExclusiveStartKey"):
        if backwards:
            last = start["sk"]["S"]
        else:
            first = start["sk"]["S"]
        without = {*without, start["sk"]["S"]}
    rows = kept.between(asked["TableName"], pk, first, last, newest_first=backwards)
    page, size, more = _page((row for row in rows if row.sk not in without), asked.get("Limit"))
    _read(counted, size, asked)
    end = {"pk": {"S": pk}, "sk": {"S": page[-1].sk}} if more else None
    return _answer([row.body for row in page], end)


def _place(asked: Asked) -> tuple[str, str, str, set[str]]:
    """Partition key, first and last sort key, and which of these two do not belong to it."""
    values = {name: value["S"] for name, value in (asked.get("ExpressionAttributeValues") or {}).items()}
    names = asked.get("ExpressionAttributeNames") or {}
    text = _FIRST_NAME.sub(lambda name: names[name[0]], asked["KeyConditionExpression"])
    whose = re.search(r"\bpk = (:\w+)", text)
    if whose is None:
        raise ValueError(text)
    pk = values[whose[1]]
    if found := re.search(r"\bsk BETWEEN (:\w+) AND (:\w+)", text):
        return pk, values[found[1]], values[found[2]], set()
    if found := re.search(r"begins_with ?\(sk, ?(:\w+)\)", text):
        return pk, values[found[1]], values[found[1]] + _LAST, set()
    if found := re.search(r"\bsk (<=?|>=?|=) (:\w+)", text):
        word, value = found[1], values[found[2]]
        first, last = ("" if "<" in word else value), (_LAST if ">" in word else value)
        return pk, first, last, set() if "=" in word else {value}
    if "sk" in text.replace(whose[0], ""):
        raise ValueError(text)
    return pk, "", _LAST, set()


def _page(rows: Iterable[Found], limit: int | None) -> tuple[list[Found], int, bool]:
    """As many rows as one answer holds, their bytes, and whether there are more."""
    page: list[Found] = []
    size = 0
    for row in rows:
        if size > PAGE or (limit is not None and len(page) == limit):
            return page, size, True
        page.append(row)
        size += row.size
    return page, size, False


def _scan(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    """A page of the whole table; filtered by what the project filters by: people's items below "~"."""
    start = asked.get("ExclusiveStartKey")
    pk, sk = (start["pk"]["S"], start["sk"]["S"]) if start else ("", "")
    bodies, size, end = list[str](), 0, None
    for whose, row in kept.behind(asked["TableName"], pk, sk):
        if size > PAGE:
            break
        pk, sk = whose, row.sk
        size += row.size
        if holds(_as_condition(asked), json.loads(row.body)):
            bodies.append(row.body)
    else:
        pk = ""
    if pk:
        end = {"pk": {"S": pk}, "sk": {"S": sk}}
    _read(counted, size, asked)
    return _answer(bodies, end)


def _as_condition(asked: Asked) -> dict[str, Any]:
    return {**asked, "ConditionExpression": asked.get("FilterExpression")}


def _batch_get(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    answers = []
    for table, wanted in asked["RequestItems"].items():
        found = [kept.get(table, key) for key in wanted["Keys"]]
        for item in found:
            _read(counted, item.size if item else 0, wanted)
        answers.append(f"{json.dumps(table)}:[{','.join(item.body for item in found if item)}]")
    return f'{{"Responses":{{{",".join(answers)}}},"UnprocessedKeys":{{}}}}'.encode()


def _put(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    if not holds(asked, _there(kept, asked["TableName"], asked["Item"])):
        _written(counted, asked["TableName"], asked["Item"], size_of(asked["Item"]))
        raise RefusedError.of("ConditionalCheckFailedException")
    _do_put(asked, kept, counted, 1)
    return b"{}"


def _delete(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    if not holds(asked, _there(kept, asked["TableName"], asked["Key"])):
        raise RefusedError.of("ConditionalCheckFailedException")
    _do_delete(asked, kept, counted, 1)
    return b"{}"


def _update(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    if not holds(asked, _there(kept, asked["TableName"], asked["Key"])):
        raise RefusedError.of("ConditionalCheckFailedException")
    after = _do_update(asked, kept, counted, 1)
    return json.dumps({"Attributes": after} if "ReturnValues" in asked else {}).encode()


def _together(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    writes = [next(iter(write.items())) for write in asked["TransactItems"]]
    reasons = [
        "None" if holds(about, _there(kept, about["TableName"], about.get("Item") or about["Key"])) else no
        for no, (_, about) in ((("ConditionalCheckFailed"), write) for write in writes)
    ]
    if len({_key(about) for _, about in writes}) < len(writes):
        raise RefusedError.of("ValidationException")
    if any(reason != "None" for reason in reasons):
        raise RefusedError.of("TransactionCanceledException", reasons)
    for kind, about in writes:
        _IN_TRANSACTION[kind](about, kept, counted, 2)
    return b"{}"


def _key(about: Asked) -> tuple[str, str, str]:
    key = about.get("Item") or about["Key"]
    return about["TableName"], key["pk"]["S"], key["sk"]["S"]


def _batch_write(asked: Asked, kept: Kept, counted: Counted) -> bytes:
    for table, requests in asked["RequestItems"].items():
        for request in requests:
            ((kind, about),) = request.items()
            do = _do_put if kind == "PutRequest" else _do_delete
            do({"TableName": table, **about}, kept, counted, 1)
    return b'{"UnprocessedItems":{}}'


def _there(kept: Kept, table: str, key: Asked) -> dict[str, Any] | None:
    found = kept.get(table, key)
    item: dict[str, Any] | None = None if found is None else json.loads(found.body)
    return item


def _do_put(about: Asked, kept: Kept, counted: Counted, times: int) -> None:
    size = kept.put(about["TableName"], about["Item"])
    _written(counted, about["TableName"], about["Item"], size, times)


def _do_delete(about: Asked, kept: Kept, counted: Counted, times: int) -> None:
    found = kept.get(about["TableName"], about["Key"])
    _written(counted, about["TableName"], about["Key"], found.size if found else 0, times)
    kept.remove(about["TableName"], about["Key"])


def _do_update(about: Asked, kept: Kept, counted: Counted, times: int) -> dict[str, Any]:
    after = updated(about, _there(kept, about["TableName"], about["Key"]))
    _written(counted, about["TableName"], about["Key"], kept.put(about["TableName"], after), times)
    return after


def _do_check(about: Asked, kept: Kept, counted: Counted, times: int) -> None:
    """A condition that goes with the writes of others costs what a write of its item would."""
    found = kept.get(about["TableName"], about["Key"])
    _written(counted, about["TableName"], about["Key"], found.size if found else 0, times)


_IN_TRANSACTION: Final[Mapping[str, Callable[[Asked, Kept, Any, int], object]]] = {
    "ConditionCheck": _do_check,
    "Delete": _do_delete,
    "Put": _do_put,
    "Update": _do_update,
}


def _written(counted: Counted, table: str, key: Asked, size: int, times: int = 1) -> None:
    units = capacity.written(size) * times
    counted.units += Units(write=units)
    counted.partitions[f"{table} {key['pk']['S']}"] += units
    counted.written[kind_of(table, key)] += units


def _read(counted: Counted, size: int, asked: Asked) -> None:
    counted.units += Units(read=capacity.read(size, at_once=bool(asked.get("ConsistentRead"))))


def _answer(bodies: list[str], end: Mapping[str, Any] | None) -> bytes:
    last = "" if end is None else f',"LastEvaluatedKey":{json.dumps(end)}'
    return (
        f'{{"Items":[{",".join(bodies)}],"Count":{len(bodies)},"ScannedCount":{len(bodies)}{last}}}'.encode()
    )


_OPERATIONS: Final[Mapping[str, Callable[[Asked, Kept, Counted], bytes]]] = {
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "DeleteItem": _delete,
    "GetItem": _get,
    "PutItem": _put,
    "Query": _query,
    "Scan": _scan,
    "TransactWriteItems": _together,
    "UpdateItem": _update,
}
