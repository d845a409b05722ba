"""Entitled and not drawing (rule 20): a monthly list for the authority, and nothing else."""

from __future__ import annotations

import csv

from botocore.exceptions import ClientError

from chalicelib.cases import evidence_arrived
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, Evidence, EvidenceKey, FeedId, FileId
from tests.in_one_go import monthly_results
from tests.workflow.village import NEW_YEAR, Recipient, Village

OLD = Recipient(980, born="19300307")  # 94 years old, on a pension alone
YOUNGER = Recipient(981, born="19500307")
ALLOWANCE = BenefitCode("old_age_allowance")


def listed(village: Village, kind: str = "unclaimed") -> list[dict[str, str]]:
    monthly_results()
    authority = current().rules.benefit(ALLOWANCE).run_by
    bucket = village.sandbox.settings.outbox_bucket
    try:
        found = village.sandbox.client("s3").get_object(Bucket=bucket, Key=f"{authority}/{kind}/2025-01.csv")
    except ClientError:
        return []
    text = found["Body"].read().decode("utf-8-sig")
    for recipient in (OLD, YOUNGER):
        assert recipient.number not in text
        assert recipient.phone not in text
    return [
        row
        for row in csv.DictReader(text.splitlines())
        if row.get("应享未享项目代码", ALLOWANCE) == ALLOWANCE
    ]


def test_who_is_old_enough_and_draws_nothing_for_it(village: Village) -> None:
    village.settle(OLD, YOUNGER)
    (row,) = listed(village)
    assert (row["待遇编号"], row["在领待遇项目"]) == ("P9800", "城乡居民基本养老保险")
    assert (row["应享未享项目"], row["在领待遇项目代码"]) == ("高龄津贴", "resident_pension")
    assert (row["区划代码"], row["网格编号"]) == ("341602001001", "G01")
    assert "名册中未列，请主管部门核查" in row["依据"]
    record = village.record(OLD.number)
    assert record.suspicions == record.messages == ()


def test_who_draws_it_is_not_listed(village: Village) -> None:
    village.settle(Recipient(980, born="19300307", also=("高龄津贴",)))
    assert listed(village) == []
    assert listed(village, "results") != []


def test_the_dead_are_offered_nothing(village: Village) -> None:
    village.settle(OLD)
    died = Evidence(EvidenceKey(NEW_YEAR, FeedId("cremations"), "cremated"), FileId("f"), 2)
    evidence_arrived(village.person(OLD.number), [died], actor="test")
    assert listed(village) == []
