"""Absence from a full roster closes nothing: the authority is asked, and no one is visited (rule 20)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib import cases
from chalicelib.cases import executions
from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.model import (
    EntitlementStatus,
    InstructionKind,
    StateName,
    SuspicionKind,
    SuspicionState,
    Verification,
    Waiting,
)
from tests.in_one_go import monthly_results
from tests.workflow.village import AUTHORITY, ROSTER, Recipient, Village

GONE = Recipient(980, until=date(2025, 1, 31))
OTHER = Recipient(981, until=date(2025, 12, 31))
LEFT = date(2025, 1, 6)
OPEN, WITHDRAWN = SuspicionState.OPEN, SuspicionState.WITHDRAWN


def roster(village: Village, *recipients: Recipient) -> None:
    rows = [line for recipient in recipients for line in recipient.lines()]
    village.drop("roster", "\n".join([ROSTER, *rows]) + "\n", f"{village.sandbox.today()}.csv")


def in_the_outbox(village: Village, folder: str) -> str:
    store, bucket = village.sandbox.client("s3"), village.sandbox.settings.outbox_bucket
    keys = [item["Key"] for item in store.list_objects_v2(Bucket=bucket, Prefix=folder).get("Contents", [])]
    return store.get_object(Bucket=bucket, Key=keys[-1])["Body"].read().decode() if keys else ""


def asked(village: Village) -> list[SuspicionState]:
    return [s.state for s in village.record(GONE.number).suspicions if s.kind is SuspicionKind.UNLISTED]


@pytest.fixture
def dropped(village: Village) -> Village:
    roster(village, GONE, OTHER)
    village.until(LEFT)
    roster(village, OTHER)
    return village


def test_the_authority_is_asked_and_unanswered_visits_go_on_without_a_suspension(dropped: Village) -> None:
    (question,) = dropped.record(GONE.number).open_suspicions
    assert (question.kind, question.day, question.benefit) == (
        SuspicionKind.UNLISTED,
        LEFT,
        "resident_pension",
    )
    term = add_working_days(LEFT, 10)
    assert (question.level, question.verify_by) == (1, term)
    assert "P9800" in in_the_outbox(dropped, "hrss/unlisted/")
    monthly_results()
    line = next(row for row in in_the_outbox(dropped, "hrss/results/").splitlines() if "P9800" in row)
    assert line.endswith("名册不再列有，请说明原因")
    dropped.until(term)
    assert not dropped.record(GONE.number).visits, "nobody is visited while the authority has its time"
    dropped.until_state(GONE.number, StateName.DISPATCH_HOME_VISIT, most_days=14)
    assert dropped.record(GONE.number).open_suspicions[0].level == 2, "a level up"
    for _ in range(2):
        dropped.until_state(GONE.number, StateName.DISPATCH_HOME_VISIT)
        dropped.knock(GONE.number)
    dropped.days(45)
    record = dropped.record(GONE.number)
    assert not record.proposals, "unanswered, nothing is suspended"
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


def test_a_visit_under_way_is_called_off(village: Village) -> None:
    roster(village, GONE, OTHER)
    village.until_state(GONE.number, StateName.DISPATCH_HOME_VISIT)
    assert [v.is_pending for v in village.record(GONE.number).visits] == [True]
    roster(village, OTHER)
    assert [v.is_pending for v in village.record(GONE.number).visits] == [False]
    assert village.state(GONE.number) is StateName.AWAIT_A_DAY


def test_whoever_fails_before_the_case_has_heard_of_it_tells_it_again(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster(village, GONE, OTHER)
    village.until_state(GONE.number, StateName.DISPATCH_HOME_VISIT)
    wake, failed = executions.wake, list[bool]()

    def out_of_reach(waiting: Waiting, answer: Mapping[str, Any]) -> bool:
        if not failed:
            failed.append(True)
            raise ConnectTimeoutError(endpoint_url="https://aws.invalid/")
        return wake(waiting, answer)

    monkeypatch.setattr(executions, "wake", out_of_reach)
    roster(village, OTHER)
    assert (failed, village.state(GONE.number)) == ([True], StateName.DISPATCH_HOME_VISIT)
    village.sandbox.last_errors.clear()
    village.sandbox.advance(hours=2)  # the roster is read again
    assert village.state(GONE.number) is StateName.AWAIT_A_DAY


def test_listed_again_it_is_no_question_any_more(dropped: Village) -> None:
    dropped.days(1)
    roster(dropped, OTHER)
    assert asked(dropped) == [OPEN], "asked once"
    dropped.days(1)
    roster(dropped, GONE, OTHER)
    assert asked(dropped) == [WITHDRAWN]
    dropped.days(1)
    roster(dropped, OTHER)
    assert asked(dropped) == [WITHDRAWN, OPEN], "another absence"


def test_the_authority_says_that_the_benefit_has_ended(dropped: Village) -> None:
    (question,) = dropped.record(GONE.number).open_suspicions
    cases.suspicion_verified(
        dropped.person(GONE.number),
        question.kind,
        question.day,
        confirmed=True,
        by="authority",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    assert dropped.record(GONE.number).entitlements[0].status is EntitlementStatus.ACTIVE
    dropped.second_word(GONE.number)
    record = dropped.record(GONE.number)
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED
    assert [(i.kind, i.month) for i in record.instructions] == [(InstructionKind.TERMINATE, "2025-02")]
