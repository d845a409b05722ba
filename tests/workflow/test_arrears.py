"""Arrears are what was due less what payments show as credited (rule 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib import cases, clock
from chalicelib.model import (
    Case,
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    StateName,
)
from chalicelib.sources.formats.csv_writing import rows_of
from chalicelib.storage.dynamodb import people, worklists
from tests.workflow.village import JULY, Recipient, Village

ONE, NEIGHBOUR = Recipient(980, until=JULY), Recipient(982, until=date(2026, 6, 30))
HEADER = "身份证号码,待遇项目,发放月份,实发金额,发放日期"


def paid(village: Village, month: str, *who: Recipient, yuan: str = "200.00", name: str = "") -> None:
    """The pay run of a month, on its tenth, loaded today."""
    rows = [f"{each.number},{each.benefit},{month},{yuan},{month}-10" for each in who]
    village.drop("payments", "\n".join([HEADER, *rows, ""]), name or f"{month}.csv")


def resumed(village: Village) -> Instruction:
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    (told,) = (i for i in record.instructions if i.kind is InstructionKind.RESUME)
    return told


def suspended_until(village: Village, day: date) -> None:
    """Suspended from August."""
    village.settle(ONE, NEIGHBOUR)
    village.suspend(ONE.number)
    village.until(day)


def instructed(village: Village, place: str) -> list[list[str]]:
    """The rows of every file about instructions in the authority's outbox whose name begins so."""
    s3, bucket = village.sandbox.client("s3"), village.sandbox.settings.outbox_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"hrss/instructions/{place}").get("Contents", [])
    bodies = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found]
    return [list(row) for body in bodies for row in rows_of(body)]


def test_what_the_bank_paid_on_is_not_paid_again(village: Village) -> None:
    suspended_until(village, date(2025, 11, 5))
    (told,) = instructed(village, "2025-08-01/")  # the list of August had gone out at four
    assert told[:4] == ["P9800", "城乡居民基本养老保险", "暂停发放", "2025年8月"]
    (before,) = instructed(village, "2025-07-cutoff-25")
    assert before[11] == "approved", "a payer may prepare"
    (now,) = instructed(village, "2025-11.csv")
    assert now[11] == "listed", "two runs passed, and no file came"
    for month in ("2025-08", "2025-09", "2025-10"):
        paid(village, month, ONE, NEIGHBOUR)
    village.certifies(ONE.number)
    assert (resumed(village).fen, resumed(village).month) == (0, "2025-11")
    paid(village, "2025-11", NEIGHBOUR)  # a run without the person shows no resumption
    assert resumed(village).state is InstructionState.ISSUED


def test_a_month_that_was_paid_in_part_brings_the_rest(village: Village) -> None:
    suspended_until(village, date(2025, 10, 5))
    paid(village, "2025-08", ONE, NEIGHBOUR, yuan="150.00")
    village.certifies(ONE.number)
    assert resumed(village).fen == 5_000 + 20_000


def test_a_file_that_comes_later_amends_what_has_not_been_paid(village: Village) -> None:
    suspended_until(village, date(2025, 10, 5))
    village.certifies(ONE.number)
    assert resumed(village).fen == 2 * 20_000  # resumption waits for no file
    paid(village, "2025-08", ONE, NEIGHBOUR)
    told = resumed(village)
    assert (told.fen, told.reason) == (20_000, "certified again; arrears 2025-09 200.00")
    paid(village, "2025-09", NEIGHBOUR)
    assert resumed(village).fen == 20_000
    paid(village, "2025-08", NEIGHBOUR, name="2025-08.csv")  # corrected: August came back
    assert resumed(village).fen == 2 * 20_000


def test_many_months_on_one_person_s_word_wait_for_a_second(village: Village) -> None:
    long_ago = Recipient(980, until=date(2024, 6, 30))
    village.settle(long_ago)
    person = village.person(ONE.number)
    stopped = replace(
        village.record(ONE.number).entitlements[0],
        status=EntitlementStatus.SUSPENDED,
        stopped_from=Month("2024-08"),
    )
    asleep = Case(long_ago.until, date(2024, 4, 1), 1, StateName.GO_DORMANT)
    people.change(
        person, lambda _: Change("tests", "tests", clock.now(), entitlements=(stopped,), cases=(asleep,))
    )
    village.certifies(ONE.number)
    told = resumed(village)
    assert (told.fen, told.held) == (3 * 20_000, ("2024-11", "2024-12")), (
        "paid again at once, and three months"
    )
    assert [(i.held, p) for p, i in worklists.open_instructions()] == [(told.held, person)]
    cases.approve_arrears(person, told.name, by="second")
    told = resumed(village)
    assert (told.fen, told.held, told.arrears[0]) == (5 * 20_000, (), "2024-08")
    told_of = {m.words.get("yuan") for m in village.record(ONE.number).messages}
    assert told_of >= {"600.00", "1000.00"}
