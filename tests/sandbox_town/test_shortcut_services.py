"""The short way to queues, topics, objects and executions answers as the long way does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.config import default_user_config

from sandbox.shortcut import short_way

ACCOUNT = "123456789012"
REGION = "cn-north-1"
BUCKET = "the-outbox"
KMS_KEY = f"arn:aws-cn:kms:{REGION}:{ACCOUNT}:key/1"
WAITING = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}})

Client = Callable[[str], Any]


@pytest.fixture(params=["long", "short"])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    with mock_aws():
        session = boto3.Session(region_name=REGION)
        if request.param == "long":
            yield session.client
        else:
            with short_way(ACCOUNT):
                yield session.client


# --- queues and topics ---------------------------------------------------------------------------


@pytest.fixture
def queue(client: Client) -> tuple[Any, str]:
    sqs = client("sqs")
    return sqs, sqs.create_queue(QueueName="q")["QueueUrl"]


def receive(queue: tuple[Any, str], **more: Any) -> list[dict[str, Any]]:
    sqs, url = queue
    found: list[dict[str, Any]] = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
        **more,
    ).get("Messages", [])
    return found


def test_a_message_comes_as_it_was_sent_until_it_is_deleted(queue: tuple[Any, str]) -> None:
    sqs, url = queue
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    answer = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[{"Id": "0", "MessageBody": "安", "MessageAttributes": attributes}],
    )
    (sent,) = answer["Successful"]
    (message,) = receive(queue)
    assert (message["Body"], message["MessageId"]) == ("安", sent["MessageId"])
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert message["MessageAttributes"] == attributes
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert set(message["Attributes"]) == {
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "SenderId",
        "SentTimestamp",
    }
    assert receive(queue) == []  # hidden
    entries = [
        {"Id": "0", "ReceiptHandle": message["ReceiptHandle"]},
        {"Id": "1", "ReceiptHandle": "invented"},
    ]
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    assert gone["Successful"] == [{"Id": "0"}]
    assert [failed["Id"] for failed in gone["Failed"]] == ["1"]


def test_an_unknown_queue_is_refused(client: Client) -> None:
    with pytest.raises(ClientError, match=r"QueueDoesNotExist|NonExistentQueue"):
        client("sqs").receive_message(QueueUrl=f"https://sqs/{ACCOUNT}/none")


def test_a_topic_hands_on_to_its_queue(client: Client, queue: tuple[Any, str]) -> None:
    sns = client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = f"arn:aws-cn:sqs:{REGION}:{ACCOUNT}:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    assert sns.publish(TopicArn=topic, Message="安")["MessageId"]
    assert [message["Body"] for message in receive(queue)] == ["安"]
    with pytest.raises(ClientError, match="NotFound"):
        sns.publish(TopicArn=f"{topic}s", Message="-")


# --- objects -------------------------------------------------------------------------------------


@pytest.fixture(params=["plain", "as deployed"])
def s3(client: Client, request: pytest.FixtureRequest) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    if request.param == "as deployed":
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KMS_KEY}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    return s3


def described(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says, without what differs from one call or way to the next.

    Botocore sends a checksum of its own; the short way sends none.
    """
    transient = {"Body", "LastModified", "VersionId", "ResponseMetadata", "ChecksumCRC32", "ChecksumType"}
    return {name: value for name, value in answer.items() if name not in transient}


def test_an_object_comes_back_as_it_went(s3: Any, request: pytest.FixtureRequest) -> None:
    put = s3.put_object(Bucket=BUCKET, Key="a/安.csv", Body=b"\x00\xff", ContentType="text/csv")
    got = s3.get_object(Bucket=BUCKET, Key="a/安.csv")
    deployed = "as deployed" in request.node.name
    how = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KMS_KEY, "BucketKeyEnabled": True}
    kept = {"ETag": put["ETag"], **(how if deployed else {})}
    assert described(put) == kept
    assert described(got) == kept | {
        "AcceptRanges": "bytes",
        "ContentLength": 2,
        "ContentType": "text/csv",
        "Metadata": {},
    }
    assert ("VersionId" in put) == deployed
    assert put.get("VersionId") == got.get("VersionId")
    assert got["LastModified"].utcoffset() == UTC.utcoffset(None)
    assert got["Body"].read() == b"\x00\xff"


def test_an_object_is_written_once_and_under_a_key_of_its_own(s3: Any) -> None:
    own = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": f"{KMS_KEY}2", "BucketKeyEnabled": True}
    put = s3.put_object(Bucket=BUCKET, Key="a", Body=b"1", IfNoneMatch="*", **own)
    assert described(put) == {"ETag": put["ETag"], **own}
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"2", IfNoneMatch="*")
    got = s3.get_object(Bucket=BUCKET, Key="a")
    assert described(got).items() >= own.items()
    assert got["Body"].read() == b"1"


def test_what_a_file_holds_is_uploaded(s3: Any) -> None:
    s3.upload_fileobj(BytesIO(b"1,2\n"), BUCKET, "a.csv", ExtraArgs={"ContentType": "text/csv"})
    got = s3.get_object(Bucket=BUCKET, Key="a.csv")
    assert (got["Body"].read(), got["ContentType"]) == (b"1,2\n", "text/csv")


def test_what_was_said_about_an_object_stays(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"1", Metadata={"writer": "me"}, IfNoneMatch="*")
    got = s3.get_object(Bucket=BUCKET, Key="a")
    assert (got["Metadata"], got["ContentType"]) == ({"writer": "me"}, "binary/octet-stream")


def test_an_object_that_is_known_is_not_sent_again(s3: Any) -> None:
    etag = s3.put_object(Bucket=BUCKET, Key="a", Body=b"1")["ETag"]
    with pytest.raises(ClientError) as known:
        s3.get_object(Bucket=BUCKET, Key="a", IfNoneMatch=etag)
    assert known.value.response["Error"] == {"Code": "304", "Message": "Not Modified"}
    assert known.value.response["ResponseMetadata"]["HTTPStatusCode"] == 304
    assert s3.get_object(Bucket=BUCKET, Key="a", IfNoneMatch='"another"')["Body"].read() == b"1"


def test_an_object_is_looked_at_without_being_read(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"123", ContentType="text/csv")
    assert described(s3.head_object(Bucket=BUCKET, Key="a")) == described(
        s3.get_object(Bucket=BUCKET, Key="a")
    )
    with pytest.raises(ClientError) as missing:
        s3.head_object(Bucket=BUCKET, Key="none")
    assert missing.value.response["Error"] == {"Code": "404", "Message": "Not Found"}
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_missing_object_or_bucket_is_named(s3: Any) -> None:
    with pytest.raises(s3.exceptions.NoSuchKey) as missing:
        s3.get_object(Bucket=BUCKET, Key="none")
    assert missing.value.response["Error"] == {
        "Code": "NoSuchKey",
        "Message": "The specified key does not exist.",
        "Key": "none",
    }
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    for refused in (s3.get_object, s3.put_object, s3.delete_object):
        with pytest.raises(s3.exceptions.NoSuchBucket):
            refused(Bucket="none", Key="a")


def test_an_object_that_is_deleted_is_gone(client: Client) -> None:
    s3, there = client("s3"), {"Bucket": BUCKET, "Key": "a"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(**there, Body=b"123")
    for _ in range(2):
        s3.delete_object(**there)
        with pytest.raises(s3.exceptions.NoSuchKey):
            s3.get_object(**there)
        assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_a_list_goes_on_where_it_ended(s3: Any) -> None:
    for key in ("a/2", "a/安 1", "b/1", "a/1"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"123")
    pages = list(
        s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="a/", PaginationConfig={"PageSize": 2}
        )
    )
    listed = [entry for page in pages for entry in page["Contents"]]
    assert [page["IsTruncated"] for page in pages] == [True, False]
    assert [entry["Key"] for entry in listed] == ["a/1", "a/2", "a/安 1"]
    assert {(entry["Size"], entry["StorageClass"]) for entry in listed} == {(3, "STANDARD")}
    assert listed[0]["ETag"] == s3.get_object(Bucket=BUCKET, Key="a/1")["ETag"]
    whole, nothing = (s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix) for prefix in ("a/", "c/"))
    assert whole["Contents"] == listed
    assert "Contents" not in nothing
    for page, count in ((whole, 3), (nothing, 0)):
        told = {name: page[name] for name in ("KeyCount", "IsTruncated", "MaxKeys", "Name")}
        assert told == {"KeyCount": count, "IsTruncated": False, "MaxKeys": 1000, "Name": BUCKET}


# --- executions ----------------------------------------------------------------------------------


def test_executions_are_started_and_listed(client: Client) -> None:
    states = client("stepfunctions")
    machine = states.create_state_machine(
        name="m", definition=WAITING, roleArn=f"arn:aws-cn:iam::{ACCOUNT}:role/r"
    )["stateMachineArn"]
    for name in ("one", "two", "three"):
        started = states.start_execution(stateMachineArn=machine, name=name, input='{"a": 1}')
        assert started["executionArn"].endswith(f":m:{name}")
        assert started["startDate"].tzinfo is not None
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=machine, name="one", input='{"a": 2}')
    described = states.describe_execution(executionArn=started["executionArn"])
    assert (described["name"], described["status"], described["input"]) == ("three", "RUNNING", '{"a": 1}')
    assert described["startDate"].tzinfo is not None
    with pytest.raises(states.exceptions.ExecutionDoesNotExist) as refused:
        states.describe_execution(executionArn=started["executionArn"].replace(":three", ":four"))
    assert refused.value.response["Error"]["Message"].startswith("Execution Does Not Exist: 'arn:aws-cn:")
    pages = states.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING", maxResults=2
    )
    listed = [execution for page in pages for execution in page["executions"]]
    assert {execution["name"] for execution in listed} == {"one", "two", "three"}
    assert {execution["status"] for execution in listed} == {"RUNNING"}
    assert listed[0]["startDate"].tzinfo is not None


def test_a_token_that_nobody_waits_for_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    states = client("stepfunctions")
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_success(taskToken="invented", output="{}")
