"""What is taken from the key of a dropped file: codes of ours, and nothing else."""

from __future__ import annotations

import json
from io import StringIO

import boto3
import pytest

from chalicelib.intake import entry
from chalicelib.settings import settings
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


@pytest.mark.parametrize("large_from", ["64000000", "10"], ids=["small", "large"])
def test_before_the_first_roster_a_large_file_is_told_what_a_small_one_is(
    aws: None, monkeypatch: pytest.MonkeyPatch, large_from: str
) -> None:
    """What cannot be read goes back; what its manifest contradicts, or what only lacks a roster, waits."""
    monkeypatch.setenv("WUGAN_LARGE_FILE_BYTES", large_from)
    settings.cache_clear()
    key = "medical_insurance/hospital_inpatient/20250630/{}.csv"
    sound = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n".encode()
    told = {}
    for name, body, said in (
        ("unread", b"%PDF-1.7" + sound, None),
        ("other", sound, b'{"sha256": "%s"}' % (b"0" * 64)),
        ("early", sound + b"1\n", None),
    ):
        if said is not None:
            boto3.client("s3").put_object(Bucket="inbox", Key=f"{key.format(name)}.manifest.json", Body=said)
        boto3.client("s3").put_object(Bucket="inbox", Key=key.format(name), Body=body)
        dropped = entry.take_in(key.format(name))
        told[name] = None if dropped is None else (dropped.state.value, dropped.code)
    assert told == {
        "unread": ("refused", "not_a_table"),
        "other": ("held", "manifest_digest"),
        "early": ("held", "no_roster_yet"),
    }
