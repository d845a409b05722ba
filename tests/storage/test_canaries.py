"""Nothing that storage writes tells who anybody is, but three buckets, and what lies under their key."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest

from chalicelib.model import BenefitCode, Month, Payment
from chalicelib.storage.dynamodb import files, idempotency, outbox, people
from tests.storage.builders import NAME, NUMBER, PHONE, evidence, known, message, put, suspicion, visit
from tests.storage.test_files import dropped

pytestmark = pytest.mark.usefixtures("aws")


def everything_stored() -> str:
    dynamodb = boto3.client("dynamodb")
    scanned: list[Any] = [
        dynamodb.scan(TableName=name)["Items"] for name in ("people", "work", "files", "audit")
    ]
    assert all(scanned)
    s3 = boto3.client("s3")
    for bucket in ("outbox", "lake"):
        for found in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
            scanned.append([found["Key"], str(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())])
    return json.dumps(scanned, ensure_ascii=False, default=str)


def test_no_number_name_or_phone_in_any_item_or_key(capfd: pytest.CaptureFixture[str]) -> None:
    person_id = known()
    waiting = message(person_id)
    put(
        person_id,
        evidence=(evidence(),),
        suspicions=(suspicion(),),
        visits=(visit(),),
        messages=(waiting,),
        person=replace(people.load(person_id).person, told_on=date(2025, 7, 1)),
    )
    outbox.reserve_day(person_id, PHONE, date(2025, 7, 1), waiting.id, per_person=1, per_phone=1)
    outbox.claim(person_id, waiting)
    people.put_payments([(person_id, Payment(BenefitCode("b"), Month("2025-07"), 1, date(2025, 7, 10)))])
    files.put(dropped(f"{NAME}-{NUMBER}-{PHONE}.csv"))
    idempotency.remember(PHONE, NUMBER, "hash")
    stored = everything_stored() + "".join(capfd.readouterr())
    for canary in (NUMBER, NUMBER[:17], NUMBER[6:14], NAME, PHONE):
        assert canary not in stored
    assert person_id in stored, "the search looks at what was stored"
    assert repr(people.identity_of(person_id)) == "Identity(…)"
