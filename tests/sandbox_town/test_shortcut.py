"""The short way answers as the long way does: bytes, conditions, transactions, pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from sandbox.shortcut import short_way

ACCOUNT = "123456789012"
ITEM = {
    "pk": {"S": "P#1"},
    "sk": {"S": "A"},
    "n": {"N": "7"},
    "sealed": {"B": b"\x00\xff\x10"},
    "words": {"L": [{"S": "安"}, {"M": {"a": {"BOOL": True}}}]},
}


@pytest.fixture(params=["long", "short"])
def dynamodb(request: pytest.FixtureRequest) -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "cn-north-1")
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        if request.param == "long":
            yield client
        else:
            with short_way(ACCOUNT):
                yield client


def key(sk: str = "A") -> dict[str, Any]:
    return {"pk": {"S": "P#1"}, "sk": {"S": sk}}


def test_an_item_comes_back_as_it_went(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    assert dynamodb.get_item(TableName="t", Key=key(), ConsistentRead=True)["Item"] == ITEM
    found = dynamodb.query(
        TableName="t", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "P#1"}}
    )
    assert (found["Items"], found["Count"]) == ([ITEM], 1)
    assert dynamodb.scan(TableName="t")["Items"] == [ITEM]


def test_a_missing_item_is_missing(dynamodb: Any) -> None:
    assert "Item" not in dynamodb.get_item(TableName="t", Key=key())


def test_many_items_come_at_once_without_those_that_are_missing(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    wanted = {"t": {"Keys": [key(), key("B")], "ConsistentRead": True}}
    answer = dynamodb.batch_get_item(RequestItems=wanted)
    assert answer["Responses"] == {"t": [ITEM]}
    assert answer["UnprocessedKeys"] == {}


def test_a_failed_condition_says_what_stood_there(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    with pytest.raises(ClientError) as failed:
        dynamodb.put_item(
            TableName="t",
            Item=key(),
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert failed.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert failed.value.response["Item"] == ITEM  # type: ignore[typeddict-item]
    assert dynamodb.get_item(TableName="t", Key=key())["Item"] == ITEM


def test_a_cancelled_transaction_changes_nothing_and_says_why(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    puts = [
        {"Put": {"TableName": "t", "Item": key("B")}},
        {"Put": {"TableName": "t", "Item": key(), "ConditionExpression": "attribute_not_exists(pk)"}},
    ]
    with pytest.raises(ClientError) as failed:
        dynamodb.transact_write_items(TransactItems=puts)
    reasons = failed.value.response["CancellationReasons"]  # type: ignore[typeddict-item]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert dynamodb.scan(TableName="t")["Items"] == [ITEM]


def test_an_update_counts_and_answers(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    for expected in ("8", "9"):
        answer = dynamodb.update_item(
            TableName="t",
            Key=key(),
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        assert answer["Attributes"] == {"n": {"N": expected}}


def test_pages_go_on_where_they_ended(dynamodb: Any) -> None:
    items = [key(f"{n:02d}") for n in range(7)]
    dynamodb.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item}} for item in items]})
    pages = dynamodb.get_paginator("query").paginate(
        TableName="t",
        KeyConditionExpression="pk = :p AND sk < :s",
        ExpressionAttributeValues={":p": {"S": "P#1"}, ":s": {"S": "06"}},
        PaginationConfig={"PageSize": 2},
    )
    assert [item for page in pages for item in page["Items"]] == items[:6]


def test_what_comes_back_may_be_changed_without_harm(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    dynamodb.get_item(TableName="t", Key=key())["Item"]["words"]["L"].clear()
    assert dynamodb.get_item(TableName="t", Key=key())["Item"] == ITEM


def test_the_long_way_is_back_afterwards() -> None:
    from botocore.client import BaseClient

    before = BaseClient._make_api_call
    with short_way(ACCOUNT):
        assert BaseClient._make_api_call is not before
    assert BaseClient._make_api_call is before
