"""What every test starts from: an empty environment, no network but loopback, a clock that stands still."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import hypothesis
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.loaders import JSONFileLoader
from botocore.session import Session
from moto import mock_aws
from pytest_socket import socket_allow_hosts

from chalicelib import clock as chalicelib_clock
from chalicelib.settings import settings
from chalicelib.storage import clients
from sandbox.kernel.repairs import quick_tables
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.snapshots import made_once
from sandbox.shortcut import short_way
from sandbox.shortcut.untraced import untraced
from tests.rights_used import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from tests.traced import pytest_runtest_protocol
from tests.workflow import crossed_actions

__all__ = [
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]

# How long a drawn case takes depends on the machine: speed is measured in bench/, never asserted here.
hypothesis.settings.register_profile("wugan", deadline=None)
hypothesis.settings.load_profile("wugan")
os.environ.setdefault("POLARS_MAX_THREADS", "1")  # tests' tables are small; read when the first is made

KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "TMP",
    "VIRTUAL_ENV",
    "PYTHON",
    "PYTEST",
    "COV",
    "HYPOTHESIS",
    "NO_COLOR",
    "POLARS",
)
AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "cn-north-1",
    "AWS_REGION": "cn-north-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
WUGAN = {
    "PACK": "bozhou",
    "PEOPLE_TABLE": "people",
    "WORK_TABLE": "work",
    "FILES_TABLE": "files",
    "AUDIT_TABLE": "audit",
    "INBOX_BUCKET": "inbox",
    "OUTBOX_BUCKET": "outbox",
    "REJECTS_BUCKET": "rejects",
    "ROSTER_BUCKET": "roster",
    "LAKE_BUCKET": "lake",
    "LAKE_CHARACTERS": "0",
    "SHARD_CHARACTERS": "0",
    "INBOX_QUEUE_URL": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/inbox",
    "CHUNKS_QUEUE_URL": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/chunks",
    "LARGE_FILE_BYTES": "64000000",
    "PEOPLE_AT_ONCE": "2000",
    "MESSAGES_TOPIC_ARN": "arn:aws-cn:sns:cn-north-1:123456789012:messages",
    "SENDER": "topic",
    "CERTIFICATION_ARN": "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:wugan-certification",
    "SUSPICION_ARN": "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:wugan-suspicion",
    "EVERYBODY_ARN": "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:wugan-everybody",
    "IDENTITY_SECRET": "identity",
    "INTERFACES_SECRET": "interfaces",
    "GATEWAY_SECRET": "gateway",
    "CARRIER_REPORTS_URL": "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/carrierreports",
    "DATA_KEY_ID": "alias/wugan",
    "FILES_KEY_ID": "alias/wugan-files",
    "UPLOAD_ROLE_ARN": "arn:aws-cn:iam::123456789012:role/UploadRole",
    "REJECTS_ROLE_ARN": "arn:aws-cn:iam::123456789012:role/RejectedRowsRole",
    "UPLOAD_URL": "",
    "TOKEN_ISSUER": "https://issuer.invalid/",
    "TOKEN_AUDIENCE": "wugan",
    "ACCOUNTS_REQUIRED": "false",
    "TOKEN_CLIENT_ID": "wugan-console",
    "TOKEN_JWKS": '{"keys":[]}',
    "ASSERTION_JWKS": '{"keys":[]}',
    "ASSERTION_LONGEST_SECONDS": "600",
    "TOKEN_LONGEST_SECONDS": "43200",
    "CALLER_REQUESTS_PER_MINUTE": "1000000",  # the clock stands: a test asks everything in one minute
    "APP_REQUESTS_PER_MINUTE": "1000000",
    "HOTLINE": "12333",
    "RULES_BUCKET": "rules",
    "AUDIT_BUCKET": "audit",
    "AUDIT_KEY_ID": "alias/wugan-audit",
    "RULES_CHECKED_SECONDS": "300",
    "EVENT_HOSTS": "",
    "SCHEDULES": "{}",
}
MACHINES = ("wugan-suspicion", "wugan-everybody")
A_WALK = '{"StartAt": "Walk", "States": {"Walk": {"Type": "Pass", "End": true}}}'  # whatever starts it
QUEUES = ("inbox", "chunks")
TABLES = ("people", "work", "files", "audit")
BUCKETS = ("inbox", "outbox", "rejects", "roster", "lake", "rules", "audit")


class StoppedClock:
    """Tells the same instant until a test moves it on."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **by: float) -> datetime:
        self.instant += timedelta(**by)
        return self.instant


BaseClient._make_api_call = untraced(BaseClient._make_api_call)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are numbered: archives bear the time at which they were made."""
    return argname if isinstance(val, bytes) else None


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _clients_are_made_once() -> None:
    """Each test forgets its clients; making them anew, with botocore's models read, took half of the time.

    One that asks the same place as another, and is answered by the same, has the same insides: whoever hooks
    into its events takes the hook out.
    """
    read, files = JSONFileLoader.load_file, dict[str, Any]()
    make, made = Session.create_client, dict[str, Any]()

    def load_file(self: JSONFileLoader, path: str) -> Any:
        if path not in files:
            files[path] = read(self, path)
        return files[path]

    def create_client(self: Session, *args: Any, **named: Any) -> Any:
        config = vars(named.get("config") or Config())
        place = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        answers = self.get_component("event_emitter")._emitter._handlers.prefix_search("before-send")
        asked = repr((args, {**named, "config": None}, config, sorted(place.items()), list(answers)))
        if asked not in made:
            made[asked] = make(self, *args, **named)
        client = object.__new__(type(made[asked]))
        vars(client).update(vars(made[asked]))
        return client

    JSONFileLoader.load_file = load_file
    Session.create_client = create_client


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's own environment, and the settings of an invented deployment."""
    for name in list(os.environ):
        if not name.startswith(KEPT):
            monkeypatch.delenv(name)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    for name, value in WUGAN.items():
        monkeypatch.setenv(f"WUGAN_{name}", value)
    settings.cache_clear()
    clients.forget()
    yield
    settings.cache_clear()
    clients.forget()


@pytest.fixture(autouse=True)
def clock() -> Iterator[StoppedClock]:
    """1 July 2025, 10:00 in China."""
    stopped = StoppedClock(datetime(2025, 7, 1, 2, tzinfo=UTC))
    chalicelib_clock.set_source(stopped)
    yield stopped
    chalicelib_clock.set_source(None)


@pytest.fixture(autouse=True)
def _crosses_what_it_says(request: pytest.FixtureRequest) -> Iterator[None]:
    """A sweep of crash points goes through the audited actions that it is said to cross."""
    crossed_actions.noted.clear()
    yield
    lacks = crossed_actions.CROSSED.get(request.node.nodeid, frozenset()) - crossed_actions.noted
    assert not lacks, f"no death crosses {sorted(lacks)} any more"


@pytest.fixture
def aws(request: pytest.FixtureRequest) -> Iterator[None]:
    """AWS in memory, with the tables, buckets, key and secret of a deployment.

    Whoever asserts what passes the wire, or cuts it, is marked `long_way`; everybody else goes the short way.
    """
    long = request.node.get_closest_marker("long_way") or "tests/storage/" in request.node.nodeid
    with mock_aws(), ExitStack() as ways:
        if not long:
            ways.enter_context(short_way(ACCOUNT))
            ways.enter_context(quick_tables())
        of_the_api = "as_" in request.fixturenames
        made_once(f"tests {of_the_api}", partial(_make_resources, with_machines=of_the_api))
        yield


def _make_resources(*, with_machines: bool) -> None:
    _make_tables(boto3.client("dynamodb"))
    whole = {"pk": {"S": "SHARDS"}, "sk": {"S": WUGAN["SHARD_CHARACTERS"]}, "body": {"S": "{}"}}
    boto3.client("dynamodb").put_item(TableName="work", Item=whole)  # as of a deployment that has run a day
    s3 = boto3.client("s3")
    for name in BUCKETS:
        where, locked = {"LocationConstraint": "cn-north-1"}, name == "audit"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=locked)
    for name in QUEUES:
        boto3.client("sqs").create_queue(QueueName=name)
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/wugan", TargetKeyId=key)
    kms.create_alias(AliasName="alias/wugan-files", TargetKeyId=key)
    signs = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/wugan-audit", TargetKeyId=signs)
    boto3.client("secretsmanager").create_secret(Name="identity", SecretString="invented key for tests")
    for name in MACHINES if with_machines else ():
        role = "arn:aws-cn:iam::123456789012:role/walks"
        boto3.client("stepfunctions").create_state_machine(name=name, definition=A_WALK, roleArn=role)


def _make_tables(dynamodb: Any) -> None:
    for name in TABLES:
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
