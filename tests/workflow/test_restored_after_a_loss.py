"""The drill: all but keys, secrets and buckets is lost; restored, nobody is told twice or hurried."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

from admin import audits
from admin.__main__ import main as admin
from chalicelib import clock
from chalicelib.model import (
    EntitlementStatus,
    InstructionKind,
    MessageState,
    StateName,
    SuspicionState,
    Template,
)
from infra.existing import outliving, parameter_of
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT, REGION
from sandbox.kernel.template import deployed_template
from sandbox.shortcut import short_way
from tests.workflow.village import HOUSEKEEPING, Recipient, Village

REMINDED = Recipient(980, until=date(2025, 9, 12))  # the first message is written on 29 July
APPROVED = Recipient(981, until=date(2025, 6, 30), phone="13800000002")
SUSPENDED = Recipient(982, until=date(2025, 5, 31), phone="13800000003")
REPORTED = Recipient(983, until=date(2025, 12, 31), phone="13800000004")
CERTIFIED = Recipient(984, until=date(2025, 9, 12), phone="13800000005")
STARTS = date(2025, 4, 10)
SAVED = datetime(2025, 7, 29, 6, 30, tzinfo=clock.CHINA)  # to this instant tables can be restored
LOST = SAVED + timedelta(hours=4)  # after the morning's messages
BACK = SAVED + timedelta(days=8)
KIND = {"AWS::DynamoDB::Table": "table", "AWS::S3::Bucket": "bucket"}


@dataclass
class Saved:
    """What outlives the loss: tables as they were, buckets as they are, keys and secrets."""

    names: dict[str, str] = field(default_factory=dict)  # by logical id
    items: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    objects: dict[str, dict[str, bytes]] = field(default_factory=dict)
    kept: list[tuple[Any, Any]] = field(default_factory=list)

    def parameters(self) -> dict[str, str]:
        return {parameter_of(name): ref for name, ref in self.names.items()}


def kinds(sandbox: Sandbox) -> dict[str, str]:
    return outliving(deployed_template(sandbox.app, sandbox.project))


def save_tables(sandbox: Sandbox, saved: Saved) -> None:
    for name, kind in kinds(sandbox).items():
        saved.names[name] = sandbox.names[name]
        if kind == "AWS::KMS::Key":
            saved.names[name] = f"arn:aws-cn:kms:{REGION}:{ACCOUNT}:key/{sandbox.names[name]}"
        if KIND.get(kind) == "table":
            pages = sandbox.client("dynamodb").get_paginator("scan").paginate(TableName=sandbox.names[name])
            saved.items[name] = [item for page in pages for item in page["Items"]]


def save_what_is_not_lost(sandbox: Sandbox, saved: Saved) -> None:
    s3 = sandbox.client("s3")
    for name, kind in kinds(sandbox).items():
        if KIND.get(kind) == "bucket":
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=sandbox.names[name])
            keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
            bucket = sandbox.names[name]
            saved.objects[name] = {k: s3.get_object(Bucket=bucket, Key=k)["Body"].read() for k in keys}
    saved.kept = [
        (kms_backends, copy.deepcopy(kms_backends[ACCOUNT][REGION].keys)),
        (secretsmanager_backends, copy.deepcopy(secretsmanager_backends[ACCOUNT][REGION].secrets)),
    ]


def restore(sandbox: Sandbox, saved: Saved) -> None:
    (keys, secrets) = (kept for _, kept in saved.kept)
    kms_backends[ACCOUNT][REGION].keys.update(keys)
    for name, secret in secrets.items():
        secretsmanager_backends[ACCOUNT][REGION].secrets[name] = secret
    dynamodb, s3 = sandbox.client("dynamodb"), sandbox.client("s3")
    for name, items in saved.items.items():
        dynamodb.create_table(
            TableName=saved.names[name],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        for item in items:
            dynamodb.put_item(TableName=saved.names[name], Item=item)
    for name, objects in saved.objects.items():
        s3.create_bucket(Bucket=saved.names[name], CreateBucketConfiguration={"LocationConstraint": REGION})
        for key, body in objects.items():
            s3.put_object(Bucket=saved.names[name], Key=key, Body=body)


def told(sandbox: Sandbox, phone: str) -> list[str]:
    """What has been handed to the gateway for a phone, whether or not it still waits there."""
    (queue,) = (
        q for name, q in sqs_backends[ACCOUNT][REGION].queues.items() if name.endswith("GatewayQueue")
    )
    return [message.body for message in queue._messages if phone in message.body]


def before_the_loss(saved: Saved) -> None:
    with Sandbox(start=STARTS, seed=1, schedules=HOUSEKEEPING) as sandbox, short_way(ACCOUNT):
        sandbox.run_until_quiet()
        village = Village(sandbox)
        village.settle(REMINDED, APPROVED, SUSPENDED, REPORTED, CERTIFIED)
        village.suspend(SUSPENDED.number)
        village.failed_visits(APPROVED.number)
        village.until_state(APPROVED.number, StateName.PROPOSE_SUSPENSION)
        village.confirm(APPROVED.number)
        village.approve(APPROVED.number)
        village.drop(
            "cremations",
            "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n"
            f"{REPORTED.number},孟庆3,乙,{sandbox.today()},{sandbox.today()},火化\n",
        )
        sandbox.advance_to(SAVED)
        (message,) = village.record(REMINDED.number).messages
        assert (message.template, message.state) == (Template.REMIND, MessageState.PENDING)
        assert village.state(APPROVED.number) is StateName.AWAIT_EFFECTIVE_DAY
        save_tables(sandbox, saved)
        village.hospital(CERTIFIED.number, date(2025, 7, 28))
        sandbox.advance_to(LOST)
        assert len(told(sandbox, REMINDED.phone)) == 1, "handed over, which the restored tables do not know"
        save_what_is_not_lost(sandbox, saved)


@pytest.fixture(scope="module")
def saved() -> Saved:
    kept = Saved()
    before_the_loss(kept)
    return kept


@pytest.fixture
def village(saved: Saved) -> Iterator[Village]:
    """A new account, new machines, new queues; what outlived the loss is named by parameters."""
    with (
        Sandbox(start=BACK, seed=2, schedules=HOUSEKEEPING, parameters=saved.parameters()) as sandbox,
        short_way(ACCOUNT),
    ):
        restore(sandbox, saved)
        said = ["--since", SAVED.isoformat(), "--lost", LOST.isoformat()]
        assert admin(["restore", "gap", *said]) == 0
        assert not sandbox.executions("CertificationMachine"), "nothing runs yet"
        assert admin(["restore", "walk", *said]) == 0
        sandbox.run_until_quiet()
        yield Village(sandbox)
        assert not sandbox.last_errors, sandbox.last_errors[:3]


def test_everybody_is_found_and_every_chain_holds(village: Village) -> None:
    for recipient in (REMINDED, APPROVED, SUSPENDED, REPORTED, CERTIFIED):
        assert village.record(recipient.number).person.id == village.person(recipient.number)
    assert audits.verify() == 0


def test_what_walked_walks_on(village: Village) -> None:
    walking = [each["name"] for each in village.sandbox.executions("CertificationMachine", "RUNNING")]
    for recipient in (REMINDED, APPROVED, SUSPENDED):
        assert sum(name.startswith(village.person(recipient.number)) for name in walking) == 1
    (verified,) = village.sandbox.executions("SuspicionMachine", "RUNNING")
    assert verified["name"].startswith(village.person(REPORTED.number))
    village.days(2)
    assert len(village.sandbox.executions("CertificationMachine", "RUNNING")) == len(walking), (
        "once is enough"
    )
    village.certifies(SUSPENDED.number)
    (drawn,) = village.record(SUSPENDED.number).entitlements
    assert drawn.status is EntitlementStatus.ACTIVE
    resumed = [i for i in village.record(SUSPENDED.number).instructions if i.kind is InstructionKind.RESUME]
    assert [i.fen > 0 for i in resumed] == [True], "paid again, and what was withheld"
    (suspicion,) = village.record(REPORTED.number).suspicions
    assert suspicion.state is SuspicionState.OPEN


def test_nobody_is_told_twice(village: Village) -> None:
    (message,) = village.record(REMINDED.number).messages
    assert message.state is MessageState.UNKNOWN
    village.days(3)
    assert not told(village.sandbox, REMINDED.phone)
    record = village.record(REMINDED.number)
    assert [(m.template, m.follows) for m in record.messages[1:]] == [(Template.REMIND, message.id)], (
        "by the next channel, for nobody knows whether the first arrived"
    )


def test_what_was_dropped_in_the_gap_is_read_again(village: Village) -> None:
    record = village.record(CERTIFIED.number)
    assert [e.key.feed for e in record.evidence] == ["hospital_inpatient"]
    assert village.state(CERTIFIED.number) is None


def test_days_without_the_platform_are_given_back(village: Village) -> None:
    """Approved for August; but 8 days were lost, and then the whole notice runs anew: until 24 August."""
    assert village.sandbox.today() == date(2025, 8, 6)
    visits = len(village.record(APPROVED.number).visits)
    given_back = date(2025, 8, 6) + timedelta(days=8 + 10)
    while village.sandbox.today() < given_back - timedelta(days=1):
        village.days(1)
        (drawn,) = village.record(APPROVED.number).entitlements
        assert drawn.status is EntitlementStatus.ACTIVE, village.sandbox.today()
    assert village.state(APPROVED.number) is StateName.AWAIT_A_DAY
    assert len(village.record(APPROVED.number).visits) == visits, "nobody knocks again for what was lost"
    village.until(given_back + timedelta(days=1))
    (drawn,) = village.record(APPROVED.number).entitlements
    assert drawn.status is EntitlementStatus.SUSPENDED, (
        "what two people have signed still stands in its month"
    )
