"""What is taken from the key of a dropped file: codes of ours, and nothing else."""

from __future__ import annotations

import json
from io import StringIO

import boto3
import pytest

from chalicelib.intake import entry
from chalicelib.storage.dynamodb import files, tables
from tests.api.conftest import written

__all__ = ["written"]

SECRETS = ("孟晓华", "34160219500101123X", "13800001111")
WHO = "孟晓华34160219500101123X"
KEYS = (  # key, department, feed
    (f"medical_insurance/{WHO}.csv", "medical_insurance", "unknown"),
    (f"medical_insurance/{WHO}/20250630/a.csv", "medical_insurance", "unknown"),
    (f"medical_insurance/孟晓华/13800001111/{WHO}/20250630/a.csv", "medical_insurance", "unknown"),
    (f"{WHO}.csv", "unknown", "unknown"),
    (f"{WHO}/hospital_inpatient/20250630/a.csv", "unknown", "unknown"),
    (f"/{WHO}/20250630/a.csv", "unknown", "unknown"),
    (f"medical_insurance//{WHO}.csv", "medical_insurance", "unknown"),
    (f"medical_insurance/hospital_inpatient/{WHO}.csv", "medical_insurance", "hospital_inpatient"),
    (f"medical_insurance/cremations/20250630/{WHO}.csv", "medical_insurance", "unknown"),
    (f"../{WHO}#13800001111", "unknown", "unknown"),
)


@pytest.mark.parametrize(("key", "department", "feed"), KEYS)
def test_nothing_but_codes_of_ours_stands_anywhere(
    aws: None, written: StringIO, key: str, department: str, feed: str
) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket="inbox", Key=key, Body=b"x\n1\n")
    dropped = entry.take_in(key)
    assert dropped is not None
    assert (dropped.state, dropped.department, dropped.feed) == ("refused", department, feed)
    receipt = (
        s3.get_object(Bucket="outbox", Key=f"{department}/receipts/{dropped.id}.json")["Body"].read().decode()
    )
    told = json.loads(receipt)
    assert told["feed"] == feed
    assert "department/feed/date/name" in told["en"]
    kept = str(boto3.client("dynamodb").scan(TableName="files")["Items"])
    names = [item["Key"] for item in s3.list_objects_v2(Bucket="outbox")["Contents"]]
    everywhere = " ".join([kept, receipt, written.getvalue(), *names])
    assert not [secret for secret in SECRETS if secret in everywhere]
    assert [one.key for one in files.everything()] == [key]  # sealed, for whoever redrives it


def test_an_unknown_feed_is_one_line_of_the_list_of_feeds(aws: None) -> None:
    for key, _, _ in KEYS[:3]:
        boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=b"x\n1\n")
        entry.take_in(key)
    assert [item.sk for item in tables.query(tables.Files, "FEEDS")] == ["unknown"]
