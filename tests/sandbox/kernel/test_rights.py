"""Each function may do what its policy says, and nothing else; nobody else is judged."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from chalicelib.storage import clients
from infra.template import ROOT
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.template import deployed_template
from sandbox.rights import Grant, Places, PolicyError, RightsError, UnknownCallError, rights_of
from sandbox.rights.calls import READS, WRITES, needs
from sandbox.rights.remembered import REMEMBERED
from sandbox.rights.statements import grants_of
from sandbox.shortcut import short_way
from tests.sandbox.kernel.conftest import new_sandbox
from tests.sandbox.kernel.stand_in import app as stand_in

PLACES = Places("aws-cn", "cn-north-1", "1", "wugan", {"in": "arn:key"}, {"alias/a": "arn:key"})


def a_template(*statements: object) -> dict[str, object]:
    return {
        "Resources": {
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]}}},
            "R": {
                "Type": "AWS::IAM::Role",
                "Properties": {"Policies": [{"PolicyDocument": {"Statement": list(statements)}}]},
            },
        }
    }


def a_statement(action: str, resource: str, effect: str = "Allow", **more: object) -> dict[str, object]:
    return {"Sid": "S", "Effect": effect, "Action": action, "Resource": resource, **more}


def test_a_denial_outweighs_what_is_allowed() -> None:
    template = a_template(a_statement("sns:Publish", "*"), a_statement("sns:Publish", "arn:*:sns:*", "Deny"))
    rights = rights_of(template, lambda value: value, lambda _: True)["F"]
    assert rights.allowing("sns:Publish", "a phone") == Grant("F", "S", "sns:Publish", "*")
    assert rights.allowing("sns:Publish", "arn:aws-cn:sns:r:1:topic") is None
    assert rights.allowing("sns:Subscribe", "a phone") is None


@pytest.mark.parametrize(
    "statement", [a_statement("s3:*", "*"), a_statement("s3:GetObject", "*", Condition={}), {"Sid": "S"}]
)
def test_a_policy_that_is_not_understood_is_refused(statement: dict[str, object]) -> None:
    with pytest.raises(PolicyError):
        rights_of(a_template(statement), lambda value: value, lambda _: True)


@pytest.mark.parametrize(
    ("service", "operation", "asked", "needed"),
    [
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]},
            {
                ("dynamodb:PutItem", "arn:aws-cn:dynamodb:cn-north-1:1:table/t"),
                ("dynamodb:ConditionCheckItem", "arn:aws-cn:dynamodb:cn-north-1:1:table/u"),
            },
        ),
        (
            "s3",
            "GetObject",
            {"Bucket": "in", "Key": "a", "VersionId": "1"},
            {("s3:GetObjectVersion", "arn:aws-cn:s3:::in/a"), ("kms:Decrypt", "arn:key")},
        ),
        (
            "s3",
            "PutObject",
            {"Bucket": "out", "Key": "a", "IfMatch": "e"},
            {("s3:PutObject", "arn:aws-cn:s3:::out/a"), ("s3:GetObject", "arn:aws-cn:s3:::out/a")},
        ),
        ("s3", "HeadObject", {"Bucket": "in", "Key": "a"}, {("s3:GetObject", "arn:aws-cn:s3:::in/a")}),
        ("sns", "Publish", {"PhoneNumber": "1"}, {("sns:Publish", "a phone")}),
        ("stepfunctions", "SendTaskSuccess", {"taskToken": "t"}, {("states:SendTaskSuccess", "*")}),
        ("kms", "GenerateDataKey", {"KeyId": "alias/a"}, {("kms:GenerateDataKey", "arn:key")}),
    ],
)
def test_what_a_call_needs(
    service: str, operation: str, asked: dict[str, object], needed: set[tuple[str, str]]
) -> None:
    assert set(needs(service, operation, asked, PLACES)) == needed


def test_a_call_that_nobody_thought_of_is_an_error() -> None:
    with pytest.raises(UnknownCallError):
        list(needs("s3", "PutBucketPolicy", {}, PLACES))
    with pytest.raises(UnknownCallError, match="ACL"):
        list(needs("s3", "PutObject", {"Bucket": "b", "Key": "k", "ACL": "private"}, PLACES))


def test_every_action_that_is_granted_reads_or_writes() -> None:
    grants = grants_of(deployed_template(stand_in.app, ROOT))
    assert {grant.action for grant in grants} <= READS | WRITES
    assert not READS & WRITES


def test_what_storage_keeps_is_where_it_is_said_to_be() -> None:
    for one in REMEMBERED:
        assert callable(getattr(one.owner, one.name))


def test_a_function_is_denied_what_its_policy_does_not_allow(sandbox: Sandbox) -> None:
    s3, bucket = clients.client("s3"), sandbox.names["RosterBucket"]
    lacks = re.escape('.chalice/policy-send_messages.json lacks {"Effect": "Allow", "Action": "s3:PutObject"')
    with sandbox.judge.acting("SendMessages"):
        for way in (lambda: short_way(ACCOUNT), sandbox.turns.turn):
            with way(), pytest.raises(ClientError, match=lacks) as denied:
                s3.put_object(Bucket=bucket, Key="a/b", Body=b"")
            assert denied.value.response["Error"]["Code"] == "AccessDenied"
    assert len(sandbox.judge.take_denied()) == 1
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"")  # an operator may
    assert sandbox.judge.take_denied() == []


def test_whoever_puts_an_entry_over_another_lacks_a_right(sandbox: Sandbox) -> None:
    """No right of IAM's asks for a condition: here a put without it is what it may do, an alteration."""
    entry = {"pk": {"S": "P#somebody"}, "sk": {"S": "~A#00000001"}, "body": {"S": "{}"}}
    put = {"TableName": sandbox.names["AuditTable"], "Item": entry}
    appends = {**put, "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb = clients.client("dynamodb")
    with sandbox.judge.acting("Intake"):
        dynamodb.transact_write_items(TransactItems=[{"Put": appends}])
        for overwrites in (
            lambda: dynamodb.put_item(**put),
            lambda: dynamodb.transact_write_items(TransactItems=[{"Put": put}]),
            lambda: dynamodb.delete_item(TableName=put["TableName"], Key={k: entry[k] for k in ("pk", "sk")}),
        ):
            with pytest.raises(ClientError) as denied:
                overwrites()
            assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    denied_rights = sandbox.judge.take_denied()
    assert [word in denied_rights[n] for n, word in enumerate(("UpdateItem", "DeleteItem"))] == [True, True]


def test_whoever_may_not_list_is_not_told_that_something_is_missing(sandbox: Sandbox) -> None:
    s3 = clients.client("s3")
    with sandbox.judge.acting("MonthlyResults"), pytest.raises(ClientError) as denied:
        s3.get_object(Bucket=sandbox.names["OutboxBucket"], Key="gone")
    assert denied.value.response["Error"]["Code"] == "AccessDenied"
    assert "s3:ListBucket" in sandbox.judge.take_denied()[0]
    with sandbox.judge.acting("APIHandler"), pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=sandbox.names["OutboxBucket"], Key="gone")


def test_what_another_function_has_asked_for_is_judged_too(sandbox: Sandbox) -> None:
    from chalicelib.storage.crypto import hmac_ids

    hmac_ids.phone_mark("1")
    with sandbox.judge.acting("WatchFeeds"), pytest.raises(RightsError, match="GetSecretValue"):
        hmac_ids.phone_mark("1")
    sandbox.judge.take_denied()


def test_a_denial_that_nobody_took_notice_of_ends_a_sandbox_with_an_error() -> None:
    with (
        pytest.raises(RightsError, match="WatchFeeds may not sns:Publish"),
        new_sandbox() as sandbox,
        sandbox.judge.acting("WatchFeeds"),
    ):
        sandbox.judge.needs("sns:Publish", "a phone")
