"""Instructions reach their payer before the pay run that they are for: by lists, or at once (rule 23)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest

from chalicelib import clock as clock_
from chalicelib import instruction_delivery
from chalicelib.cases import daily_following
from chalicelib.engine.texts import instruction_texts
from chalicelib.errors import UnfinishedError
from chalicelib.instruction_delivery import RESULTS, hand_over, send_cutoff_lists
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonId,
    Proposal,
    ProposalState,
    StepOutcome,
)
from chalicelib.runs import run
from chalicelib.steps import certification
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import people, run_ends, shards, worklists
from chalicelib.storage.s3 import objects
from tests.conftest import StoppedClock
from tests.people import a_case
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

PENSION = BenefitCode("resident_pension")
JULY, AUGUST = Month("2025-07"), Month("2025-08")  # the clock stands on 1 July
SUSPEND = Instruction(
    PENSION, InstructionKind.SUSPEND, JULY, 19_500, "", InstructionState.ISSUED, date(2025, 7, 1)
)


def changed(who: PersonId, **parts: Any) -> None:
    people.change(who, lambda _: Change("test", "test", AT, **parts))


def told(who: PersonId, *instructions: Instruction) -> None:
    changed(who, instructions=instructions)


@pytest.fixture
def somebody() -> PersonId:
    return people.create(identity(), person(), (entitlement(payee="P1"),), AT, "feed:roster").person


def files() -> dict[str, list[dict[str, str]]]:
    """Every file about instructions in the outbox, with its rows."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="outbox", Prefix="hrss/instructions/").get("Contents", [])
    bodies = {each["Key"]: s3.get_object(Bucket="outbox", Key=each["Key"])["Body"].read() for each in found}
    return {
        key.removeprefix("hrss/instructions/"): list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
        for key, body in bodies.items()
    }


def test_what_is_issued_after_its_list_is_handed_over_at_once_and_once(somebody: PersonId) -> None:
    run_ends.done(RESULTS, JULY)
    told(somebody, SUSPEND)
    assert (hand_over(somebody), hand_over(somebody)) == (1, 0)
    ((key, (row,)),) = files().items()
    assert key.startswith("2025-07-01/")
    assert (row["待遇编号"], row["指令"], row["执行月份"], row["金额（元）"], row["指令代码"]) == (
        "P1",
        "暂停发放",
        "2025年7月",
        "195.00",
        "suspend",
    )
    told(somebody, replace(SUSPEND, state=InstructionState.ACKNOWLEDGED))
    assert hand_over() == 0, "who has read it needs no other"
    told(somebody, replace(SUSPEND, state=InstructionState.CANCELLED))
    assert hand_over() == 1
    assert sorted(row["指令状态代码"] for rows in files().values() for row in rows) == ["cancelled", "issued"]


def test_whoever_died_between_writing_and_forgetting_writes_the_same_file(
    somebody: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ends.done(RESULTS, JULY)
    told(somebody, SUSPEND)
    with monkeypatch.context() as dying:
        dying.setattr(worklists, "handed_over", lambda _: 1 // 0)
        with pytest.raises(UnfinishedError, match="hand_over: 1 left out"):
            hand_over()
    assert hand_over() == 1
    assert len(files()) == 1


def test_what_stands_on_a_list_to_come_is_not_handed_over_apart(
    somebody: PersonId, clock: StoppedClock
) -> None:
    told(somebody, SUSPEND)
    assert hand_over() == 0, "the list of the results day is still to be made"
    run_ends.done(RESULTS, JULY)
    adjust = replace(SUSPEND, kind=InstructionKind.ADJUST, month=AUGUST)
    told(somebody, adjust)
    assert hand_over() == 0, "the cut-off day is still to come"
    clock.instant = datetime(2025, 7, 24, 20, tzinfo=UTC)  # the 25th in China
    assert send_cutoff_lists() == 2
    assert [row["指令代码"] for row in files()["2025-07-cutoff-25.csv"]] == ["suspend", "adjust"]
    told(somebody, replace(adjust, fen=1))
    assert hand_over() == 1, "changed after the list"
    assert send_cutoff_lists() == 0, "once a month"


def test_a_case_that_closes_pays_what_is_certified_once_and_tells_its_payer(somebody: PersonId) -> None:
    """From whichever state it closes: with the month in person that nobody collected."""
    run_ends.done(RESULTS, JULY)
    in_person = replace(SUSPEND, kind=InstructionKind.PAY_IN_PERSON, month=Month("2025-04"))
    suspended = entitlement(
        payee="P1",
        status=EntitlementStatus.SUSPENDED,
        stopped_from=Month("2025-05"),
        valid_until=date(2026, 5, 31),
    )
    case = a_case("2025-03-31")
    changed(somebody, entitlements=(suspended,), cases=(case,), instructions=(in_person,))
    hand_over()
    event = {"state": "Close case", "contract": 1, "person": somebody, "due": "2025-03-31", "generation": 1}
    for _ in range(2):
        run_step(certification.STEPS, event)
    record = people.load(somebody)
    (paid,) = record.entitlements
    assert (paid.status, record.open_case, record.cases[0].outcome) == (
        EntitlementStatus.ACTIVE,
        None,
        StepOutcome.CERTIFIED,
    )
    (resumed,) = (i for i in record.instructions if i.kind is InstructionKind.RESUME)
    assert (resumed.month, resumed.arrears) == (JULY, ("2025-04", "2025-05", "2025-06"))
    rows = [row for found in files().values() for row in found if row["指令代码"] == "resume"]
    assert [row["执行月份"] for row in rows] == ["2025年7月"]


def test_on_the_cut_off_day_a_payer_hears_what_has_been_approved(
    somebody: PersonId, clock: StoppedClock
) -> None:
    approved = Proposal(
        1,
        date(2025, 6, 30),
        (PENSION,),
        {PENSION: date(2025, 6, 30)},
        date(2025, 7, 20),
        ProposalState.APPROVED,
        confirmed_by="a",
        approved_by="b",
        decided=date(2025, 7, 22),
        effective=AUGUST,
    )
    changed(somebody, proposals=(approved,))
    clock.instant = datetime(
        2025, 7, 26, 20, tzinfo=UTC
    )  # the run of the 25th and that of the 26th had failed
    assert send_cutoff_lists() == 1
    (row,) = files()["2025-07-cutoff-25.csv"]
    assert (row["执行月份"], row["指令代码"], row["指令状态代码"]) == ("2025年8月", "suspend", "approved")
    assert row["原因"] == instruction_texts.ANNOUNCED
    clock.instant = datetime(2025, 8, 24, 20, tzinfo=UTC)
    assert send_cutoff_lists() == 0, "what has taken effect is no announcement"


def test_who_certified_before_is_not_announced(somebody: PersonId, clock: StoppedClock) -> None:
    lapsed = Proposal(1, date(2025, 6, 30), (PENSION,), {}, date(2025, 7, 20), ProposalState.APPROVED)
    lapsed = replace(lapsed, effective=AUGUST)
    paused = entitlement(payee="P1", status=EntitlementStatus.PAUSED)
    changed(somebody, proposals=(lapsed,), entitlements=(paused,))
    clock.instant = datetime(2025, 7, 24, 20, tzinfo=UTC)
    assert send_cutoff_lists() == 0


def test_one_that_cannot_be_listed_stops_no_other(
    somebody: PersonId, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = people.create(
        identity("34160219500101002X"), person(), (entitlement(payee="P2"),), AT, "feed:roster"
    ).person
    told(somebody, SUSPEND)
    told(other, SUSPEND)
    load = people.load
    monkeypatch.setattr(
        instruction_delivery.people, "load", lambda who: 1 // 0 if who == somebody else load(who)
    )
    clock.instant = datetime(2025, 7, 24, 20, tzinfo=UTC)
    with pytest.raises(UnfinishedError, match="cutoff_list: 1 left out"):
        send_cutoff_lists()
    assert [row["待遇编号"] for row in files()["2025-07-cutoff-25.csv"]] == ["P2"]
    monkeypatch.setattr(instruction_delivery.people, "load", load)
    assert send_cutoff_lists() == 2, "made whole on the next day"


def test_a_file_that_stands_is_not_written_again() -> None:
    objects.put_once_for_department("hrss", "instructions/a.csv", b"first")
    objects.put_once_for_department("hrss", "instructions/a.csv", b"second")
    assert (
        boto3.client("s3").get_object(Bucket="outbox", Key="hrss/instructions/a.csv")["Body"].read()
        == b"first"
    )


def follow() -> int:
    """The daily pass, over all; how many people it concerned."""
    with run("tests") as each:
        return daily_following.follow_some(shards.EVERYBODY, clock_.today(), each)[0]


def test_time_alone_lists_what_no_run_has_shown(somebody: PersonId, clock: StoppedClock) -> None:
    told(somebody, SUSPEND)
    clock.advance(days=62)
    assert follow() == 0
    clock.advance(days=1)
    assert (follow(), follow()) == (1, 0)
    (after,) = people.load(somebody).instructions
    assert (after.state, after.changed) == (InstructionState.LISTED, date(2025, 9, 2))


def test_what_has_been_seen_meanwhile_is_not_listed(
    somebody: PersonId, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(somebody, replace(SUSPEND, state=InstructionState.SEEN))
    clock.advance(days=63)
    monkeypatch.setattr(worklists, "open_instructions", lambda: [(somebody, SUSPEND)])
    follow()
    assert people.load(somebody).instructions[0].state is InstructionState.SEEN
