"""What DynamoDB promises and moto needs repairs for; used by test_repairs."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from sandbox.kernel import Sandbox


def one_writer(sandbox: Sandbox) -> None:
    inside, most, update = 0, 0, DynamoDBBackend.update_item

    def slow(*rest: Any, **more: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.01)
        try:
            return update(*rest, **more)
        finally:
            inside -= 1

    def count() -> None:
        for _ in range(5):
            dynamodb.update_item(
                TableName=sandbox.settings.work_table,
                Key={"pk": {"S": "counter"}, "sk": {"S": "-"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    dynamodb = sandbox.client("dynamodb")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DynamoDBBackend, "update_item", slow)
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 1


class _UncopiedValue(DynamoType):
    """A value that must not be copied."""

    def __deepcopy__(self, memo: Any) -> Any:
        raise AssertionError("copied")


class _Untouchable(dict[Any, Any]):
    """A partition that must not be read or copied."""

    def values(self) -> Any:
        raise AssertionError("read another partition")

    def __deepcopy__(self, memo: Any) -> Any:
        raise AssertionError("copied another partition")


def _put(sandbox: Sandbox, pk: str, sk: str, **values: str) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": sk}} | {name: {"S": value} for name, value in values.items()}
    sandbox.client("dynamodb").put_item(TableName=sandbox.settings.people_table, Item=item)


def _guard(sandbox: Sandbox, pk: str) -> None:
    backend = dynamodb_backends["123456789012"]["cn-north-1"]
    items = backend.tables[sandbox.settings.people_table].items
    items[DynamoType({"S": pk})] = _Untouchable(items[DynamoType({"S": pk})])


def _query(sandbox: Sandbox, pk: str, **more: Any) -> list[str]:
    found = sandbox.client("dynamodb").query(
        TableName=sandbox.settings.people_table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": pk}},
        **more,
    )
    return [item["sk"]["S"] for item in found["Items"]]


def one_partition(sandbox: Sandbox) -> None:
    for sk in ("b", "c", "a"):
        _put(sandbox, "mine", sk)
    _put(sandbox, "yours", "x")
    _guard(sandbox, "yours")
    assert _query(sandbox, "mine") == ["a", "b", "c"]
    assert _query(sandbox, "mine", ScanIndexForward=False, Limit=2) == ["c", "b"]
    assert _query(sandbox, "nobody") == []


def _calls_per_item(read: Callable[[], Any]) -> float:
    """How many Python calls reading a hundred items takes, each; the same on every machine."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    read()  # what is only done once has been done
    sys.setprofile(profile)
    try:
        read()
    finally:
        sys.setprofile(None)
    return count / 100


def _hundred(sandbox: Sandbox) -> None:
    for number in range(100):
        _put(sandbox, "mine", f"{number:03}", said="x", more="y")


def plain_answers(sandbox: Sandbox) -> None:
    item = {
        "pk": {"S": "kinds"},
        "sk": {"S": "-"},
        "number": {"N": "1.5"},
        "bytes": {"B": b"\x00\xff"},
        "words": {"SS": ["a", "b"]},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "x"}, {"M": {"deep": {"B": b"\x01"}}}]},
    }
    sandbox.client("dynamodb").put_item(TableName=sandbox.settings.people_table, Item=item)
    found = sandbox.client("dynamodb").get_item(
        TableName=sandbox.settings.people_table, Key={"pk": {"S": "kinds"}, "sk": {"S": "-"}}
    )
    assert found["Item"] == item
    _hundred(sandbox)
    assert _calls_per_item(lambda: _query(sandbox, "mine")) < 250  # without: 1,340


def quick_query(sandbox: Sandbox) -> None:
    _hundred(sandbox)
    names, values = {"#sk": "sk"}, {":pk": {"S": "mine"}}
    for condition, expected in {
        "#sk < :a": range(20),
        "#sk <= :a": range(21),
        "#sk > :a": range(21, 100),
        "#sk >= :a": range(20, 100),
        "#sk = :a": range(20, 21),
        "#sk BETWEEN :a AND :b": range(20, 31),
        "begins_with(#sk, :c)": range(90, 100),
    }.items():
        given = {":a": {"S": "020"}, ":b": {"S": "030"}, ":c": {"S": "09"}}
        used = {name: value for name, value in given.items() if name in condition}
        for backwards in (False, True):
            found = sandbox.client("dynamodb").query(
                TableName=sandbox.settings.people_table,
                KeyConditionExpression=f"pk = :pk AND {condition}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values | used,
                ScanIndexForward=not backwards,
            )
            wanted = [f"{number:03}" for number in expected]
            assert [item["sk"]["S"] for item in found["Items"]] == wanted[:: -1 if backwards else 1]
            assert "LastEvaluatedKey" not in found
    assert len(_query(sandbox, "mine", Limit=30)) == 30
    assert _query(sandbox, "mine", Limit=2, ExclusiveStartKey={"pk": {"S": "mine"}, "sk": {"S": "050"}}) == [
        "051",
        "052",
    ]
    assert _calls_per_item(lambda: _query(sandbox, "mine")) < 120  # without: 166


def quick_scan(sandbox: Sandbox) -> None:
    for number in range(5):
        _put(sandbox, "mine", str(number), said="x" * 300_000)
    dynamodb, table = sandbox.client("dynamodb"), sandbox.settings.people_table
    whole = dynamodb.scan(TableName=table)
    assert [item["sk"]["S"] for item in whole["Items"]] == ["0", "1", "2", "3", "4"]
    assert "LastEvaluatedKey" not in whole  # one page, however long
    filtered = dynamodb.scan(
        TableName=table,
        FilterExpression="#sk > :two",
        ExpressionAttributeNames={"#sk": "sk"},
        ExpressionAttributeValues={":two": {"S": "2"}},
    )
    assert [item["sk"]["S"] for item in filtered["Items"]] == ["3", "4"]
    assert filtered["ScannedCount"] == 5
    assert len(dynamodb.scan(TableName=table, Limit=2)["Items"]) == 2


def read_in_place(sandbox: Sandbox) -> None:
    _put(sandbox, "mine", "1", said="before")
    _put(sandbox, "mine", "2")
    backend = dynamodb_backends["123456789012"]["cn-north-1"]
    item = backend.tables[sandbox.settings.people_table].all_items()[0]
    item.attrs["said"].__class__ = _UncopiedValue
    assert _query(sandbox, "mine", Limit=1) == ["1"]  # not the quick way


def small_snapshots(sandbox: Sandbox) -> None:
    _put(sandbox, "mine", "old", said="before")
    _put(sandbox, "yours", "x")
    _guard(sandbox, "yours")
    table = sandbox.settings.people_table
    change = {
        "TableName": table,
        "Key": {"pk": {"S": "mine"}, "sk": {"S": "old"}},
        "UpdateExpression": "SET said = :after",
        "ExpressionAttributeValues": {":after": {"S": "after"}},
    }
    new = {"TableName": table, "Item": {"pk": {"S": "new"}, "sk": {"S": "new"}}}
    never = {
        "TableName": table,
        "Key": {"pk": {"S": "nobody"}, "sk": {"S": "-"}},
        "ConditionExpression": "attribute_exists(pk)",
    }
    dynamodb = sandbox.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[{"Update": change}, {"Put": new}, {"ConditionCheck": never}]
        )
    kept = dynamodb.get_item(TableName=table, Key=change["Key"])["Item"]
    assert kept["said"] == {"S": "before"}  # rolled back
    assert _query(sandbox, "new") == []
    kept_tables = len(Table.instances_tracked)
    dynamodb.transact_write_items(TransactItems=[{"Update": change}, {"Put": new}])
    assert len(Table.instances_tracked) == kept_tables  # moto keeps whatever its classes make
    assert dynamodb.get_item(TableName=table, Key=change["Key"])["Item"]["said"] == {"S": "after"}
    assert _query(sandbox, "new") == ["new"]


def quick_transactions(sandbox: Sandbox) -> None:
    dynamodb, table = sandbox.client("dynamodb"), sandbox.settings.people_table
    _put(sandbox, "mine", "old", said="before")
    counted = {
        "TableName": table,
        "Key": {"pk": {"S": "mine"}, "sk": {"S": "counter"}},
        "UpdateExpression": "SET #0 = :0 ADD #1 :1",
        "ConditionExpression": "(attribute_not_exists (#1) OR #1 < :2)",
        "ExpressionAttributeNames": {"#0": "said", "#1": "n"},
        "ExpressionAttributeValues": {":0": {"S": "after"}, ":1": {"N": "1"}, ":2": {"N": "2"}},
    }
    item = {"pk": {"S": "new"}, "sk": {"S": "new"}, "n": {"N": "7"}}
    new = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    old = {"TableName": table, "Key": {"pk": {"S": "mine"}, "sk": {"S": "old"}}}

    def write(*more: dict[str, Any]) -> None:
        dynamodb.transact_write_items(TransactItems=[{"Update": counted}, *more])

    def long_way(*_: Any) -> None:
        raise AssertionError("moto's own way")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DynamoDBBackend, "transact_write_items", long_way)
        write({"Put": new}, {"Delete": old})
        write()
    assert _query(sandbox, "mine") == ["counter"]
    found = dynamodb.get_item(TableName=table, Key=counted["Key"])["Item"]
    assert found == {**counted["Key"], "said": {"S": "after"}, "n": {"N": "2"}}  # type: ignore[dict-item]
    assert dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "new"}},
    )["Items"] == [item]
    other = {"Put": {"TableName": table, "Item": {"pk": {"S": "mine"}, "sk": {"S": "other"}}}}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as failed:
        dynamodb.transact_write_items(TransactItems=[other, {"Update": counted}])
    reasons = [reason["Code"] for reason in failed.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert _query(sandbox, "mine") == ["counter"]
    with pytest.raises(dynamodb.exceptions.ClientError, match="multiple operations on one item"):
        dynamodb.transact_write_items(TransactItems=[other, other])


def idempotent_transactions(sandbox: Sandbox) -> None:
    dynamodb, table = sandbox.client("dynamodb"), sandbox.settings.work_table
    key = {"pk": {"S": "counter"}, "sk": {"S": "-"}}

    def add(n: str, name: str = "the same") -> None:
        update = {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": n}},
        }
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=name)

    def count() -> str:
        found: str = dynamodb.get_item(TableName=table, Key=key)["Item"]["n"]["N"]
        return found

    add("1")
    add("1")
    assert count() == "1"
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        add("2")
    add("1", name="another")
    assert count() == "2"
    sandbox.advance(seconds=601)
    add("1")
    assert count() == "3"


def twenty_five_at_a_time(sandbox: Sandbox) -> None:
    dynamodb, table = sandbox.client("dynamodb"), sandbox.settings.work_table
    puts = [{"PutRequest": {"Item": {"pk": {"S": str(n)}, "sk": {"S": "-"}}}} for n in range(26)]
    dynamodb.batch_write_item(RequestItems={table: puts[:25]})
    with pytest.raises(ClientError, match="less than or equal to 25"):
        dynamodb.batch_write_item(RequestItems={table: puts})
